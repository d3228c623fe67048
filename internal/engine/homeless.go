package engine

import (
	"fmt"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// homeless tells people of a request for which no account can be handed off: a
// contact without a company filled in a form. It is parked until the contact
// has one, so that nobody's request vanishes. What is older than the last
// reading belongs to the past of the contact.
func (b *batch) homeless(r connectors.Record, points []mapping.Point) error {
	if b.through.IsZero() {
		return nil
	}
	for _, pt := range points {
		if pt.At.Before(b.through) || pt.At.After(b.now) || !b.policy.Asks(pt.Signal) {
			continue
		}
		b.problems = append(b.problems, ProblemRow{
			Ref: requestRef(r), Field: pt.Signal, Reason: "the contact has no account, so nobody was given this request; associate the contact with one", Since: b.now,
		})
		err := b.notifyAll("contact/"+r.Ref.String(), workflows.Notice{
			Key: fmt.Sprintf("%s/%d", pt.Signal, pt.At.Unix()), Urgent: true, To: []workflows.Audience{workflows.ToManager, workflows.ToMarketing, workflows.ToHeads},
			Title: "A request without a company",
			Body:  fmt.Sprintf("The contact %s sent %s, and belongs to no account: nobody was given it. Associate the contact with one, or call.", r.Ref.ID, pt.Signal),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// requestRef keeps the problem of a request apart from those of reading the
// contact, so that reading it again does not settle it.
func requestRef(r connectors.Record) connectors.Ref {
	ref := r.Ref
	ref.Object = requestObject
	return ref
}

const requestObject = connectors.Object("request")

// housed settles what was parked while a contact belonged to no account.
func (b *batch) housed(r connectors.Record) {
	b.settled = append(b.settled, settledRecord{ref: requestRef(r)})
}
