package workflows

import (
	"fmt"
	"time"
)

// SignOff says who approved the policy.
type SignOff struct {
	Marketing, Sales Signature
	ReviewEvery      time.Duration
	// Present is the hash of what is signed, as it is now.
	Present string
}

// Signature is one approval.
type Signature struct {
	By string    `json:"by"`
	On time.Time `json:"on"`
	// Hash is of the policy that was signed, "" if the signature does not
	// say; then it is what stood when the signature was first seen.
	Hash string `json:"hash,omitempty"`
}

// Signed is a policy that was in force, with its signatures: what signatures
// without a hash are held against.
type Signed struct {
	Hash      string    `json:"hash"`
	Marketing Signature `json:"marketing"`
	Sales     Signature `json:"sales"`
}

// Record is what is to be remembered of a policy that is signed.
func (s SignOff) Record() Signed {
	return Signed{Hash: s.Present, Marketing: s.Marketing, Sales: s.Sales}
}

// Fault says why the policy counts as not signed off by now, "" if it is. last
// is the signed policy that was in force last, zero if there was none.
func (s SignOff) Fault(now time.Time, last Signed) string {
	for _, side := range []struct {
		name      string
		now, then Signature
	}{{"marketing", s.Marketing, last.Marketing}, {"sales", s.Sales, last.Sales}} {
		switch {
		case !side.now.valid(now):
			return "the policy is not signed off by marketing and sales"
		case side.now.Hash != "" && s.Present != "" && side.now.Hash != s.Present:
			return fmt.Sprintf("the policy has changed since %s signed it off (%s; signed %s, now %s)", side.name, side.now.who(), side.now.Hash, s.Present)
		case side.now.Hash == "" && last.Hash != "" && last.Hash != s.Present && side.now.By == side.then.By && side.now.On.Equal(side.then.On):
			return fmt.Sprintf("the policy has changed since %s signed it off (%s; then %s, now %s)", side.name, side.now.who(), last.Hash, s.Present)
		}
	}
	return ""
}

func (s Signature) who() string { return s.By + ", " + s.On.Format(time.DateOnly) }

// Valid tells whether both sides had signed the present policy by now; a date
// to come is none.
func (s SignOff) Valid(now time.Time) bool { return s.Fault(now, Signed{}) == "" }

func (s Signature) valid(now time.Time) bool { return s.By != "" && !s.ToCome(now) }

// ToCome tells whether its date is yet to come, with a day for zones that are
// ahead of UTC.
func (s Signature) ToCome(now time.Time) bool { return s.On.After(now.Add(24 * time.Hour)) }

// ReviewDue is when the policy has to be reviewed, zero for never.
func (s SignOff) ReviewDue() time.Time {
	if s.ReviewEvery == 0 || s.Marketing.By == "" || s.Sales.By == "" {
		return time.Time{}
	}
	last := s.Marketing.On
	if s.Sales.On.Before(last) {
		last = s.Sales.On
	}
	return last.Add(s.ReviewEvery)
}

// Overdue tells whether the policy should have been reviewed by now.
func (s SignOff) Overdue(now time.Time) bool {
	due := s.ReviewDue()
	return !due.IsZero() && s.Valid(now) && now.After(due)
}
