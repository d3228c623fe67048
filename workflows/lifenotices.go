package workflows

import (
	"fmt"

	"handoffd/mapping"
)

// tell makes a notice about the account.
func (t *turn) tell(key, title, body string, to ...Audience) Notice {
	return Notice{Key: key, To: to, Title: title, Body: body}
}

// returnNotice tells marketing that sales gave an account back.
func (t *turn) returnNotice() Notice {
	reason := ""
	if e := t.life.Open; e != nil {
		reason = e.Reason
	}
	body := fmt.Sprintf("Sales gave the account back: %s. It is accepted in %s unless marketing disputes it.", mapping.Clip(reason, 200), t.policy.Lifecycle.Accept)
	return t.tell(fmt.Sprintf("returned/%d", t.facts.Now.Unix()), "Returned by sales", body, ToMarketing)
}

// tried tells the AE, once, that an SDR has tried often enough and nobody has
// answered, be it that the last of these touches is one of the last attempts.
func (t *turn) tried(out *Progress) {
	const name = "touches"
	e := t.life.Open
	if e == nil || t.life.State != InProgress || e.Touches < t.policy.Lifecycle.MaxTouches || t.fired(name) {
		return
	}
	t.fire(name)
	out.Notices = append(out.Notices, t.manyTouches(e))
}

func (t *turn) manyTouches(e *Episode) Notice {
	n := t.tell("touches", "Many touches and no response", fmt.Sprintf("%d touches in %s and no response. The SDR makes a last attempt.", e.Touches, t.policy.SLA.Return), ToOwner)
	n.For = AE
	return n
}

// disputeNotice asks both heads to decide.
func (t *turn) disputeNotice() Notice {
	body := fmt.Sprintf("Marketing disagrees with the return. Please decide within %s: verdict sales or nurture.", t.policy.Lifecycle.Decide)
	return t.tell(fmt.Sprintf("disputed/%d", t.facts.Now.Unix()), "Return disputed", body, ToHeads, ToManager)
}

// content tells marketing what sales asks for, and once more when it has
// waited too long.
func (t *turn) content(out *Progress) {
	asked := t.facts.Content
	if asked.Text == "" || asked.At.IsZero() {
		return
	}
	key := fmt.Sprintf("content/%d", asked.At.Unix())
	body := "Sales asks for content: " + mapping.Clip(asked.Text, 500)
	if asked.At.After(t.life.Asked) {
		t.life.Asked = asked.At
		out.Notices = append(out.Notices, t.tell(key, "Content wanted", body, ToMarketing))
	}
	due := t.deadline(asked.At, t.policy.Lifecycle.Content)
	if t.over(due) {
		n := t.tell(key+"/late", "Content still wanted", body, ToMarketing, ToHeads)
		n.Due = due
		out.Notices = append(out.Notices, n)
	}
}

// again tells whoever has the account that the buyer asked once more. In the
// SDR stage the same is a response, and makes the AE stage.
func (t *turn) again(out *Progress) {
	rule := t.facts.Again
	if rule == "" {
		return
	}
	t.life.Told = t.facts.Now
	if out.Escalate {
		return
	}
	n := t.tell(fmt.Sprintf("again/%d", t.facts.Now.Unix()), "The buyer asks again", "Met while sales has the account: "+rule, ToOwner, ToManager)
	n.Urgent, n.For = true, AE
	out.Notices = append(out.Notices, n)
}
