package engine_test

import (
	"strconv"
	"time"

	"handoffd/connectors"
	"handoffd/workflows"
)

// act lets one person do one thing about an account, by the status that stands
// in the CRM, and returns that.
func (w *yearWorld) act(a *yearAccount) string {
	status := w.h.hs.field(a.id(), "status")
	switch {
	case w.rng.IntN(60) == 0:
		w.do(a, []thing{{6, (*yearWorld).move}, {1, (*yearWorld).own}, {6, (*yearWorld).win}, {2, (*yearWorld).target}})
		return status
	case status == "Opportunity":
		w.do(a, []thing{{4, (*yearWorld).closeDeal}, {1, (*yearWorld).call}, {1, (*yearWorld).form}})
	case status == "SDR declined":
		w.do(a, []thing{{4, (*yearWorld).dispute}, {2, (*yearWorld).form}, {4, (*yearWorld).nothing}, {1, (*yearWorld).win}})
	case status == "Disputed":
		w.do(a, []thing{{3, (*yearWorld).verdict}, {3, (*yearWorld).nothing}, {1, (*yearWorld).win}})
	case status == "Ready for sales" || status == "Sales working" || status == "Sales engaged" || status == "Sales development in progress":
		w.do(a, []thing{
			{4, (*yearWorld).begin}, {4, (*yearWorld).call}, {3, (*yearWorld).mail}, {2, (*yearWorld).reply}, {1, (*yearWorld).meet}, {2, (*yearWorld).engage},
			{2, (*yearWorld).giveBack}, {1, (*yearWorld).seen}, {1, (*yearWorld).wish}, {2, (*yearWorld).win}, {1, (*yearWorld).form}, {3, (*yearWorld).score}, {5, (*yearWorld).nothing},
		})
	default:
		w.do(a, []thing{{6, (*yearWorld).score}, {4, (*yearWorld).browse}, {1, (*yearWorld).form}, {1, (*yearWorld).win}, {19, (*yearWorld).nothing}})
		if status == "Won" || status == "Lost" {
			w.do(a, []thing{{2, (*yearWorld).form}, {2, (*yearWorld).own}, {2, (*yearWorld).use}, {1, (*yearWorld).win}, {3, (*yearWorld).score}, {2, (*yearWorld).nothing}})
		}
	}
	return status
}

func (w *yearWorld) nothing(*yearAccount) {}

// move sets the status by hand, to any.
func (w *yearWorld) move(a *yearAccount) {
	texts, states := workflows.DefaultStatus(), workflows.States()
	text := texts[states[w.rng.IntN(len(states))]]
	w.say(a, "Status__c", "status", text)
}

func (w *yearWorld) target(a *yearAccount) {
	w.h.hs.put(connectors.Account, a.id(), nil, map[string]string{"target": strconv.FormatBool(w.rng.IntN(3) > 0)})
}

func (w *yearWorld) score(a *yearAccount) {
	w.h.hs.put(connectors.Account, a.id(), nil, map[string]string{"score": strconv.Itoa(w.rng.IntN(85))})
}

func (w *yearWorld) browse(a *yearAccount) {
	a.visit += 1 + w.rng.IntN(3)
	w.h.hs.put(connectors.Contact, "c"+a.id(), nil, map[string]string{"visits": strconv.Itoa(a.visit)})
}

// use is a customer who looks at another product.
func (w *yearWorld) use(a *yearAccount) {
	a.login += 2
	w.h.hs.put(connectors.Contact, "c"+a.id(), nil, map[string]string{"logins": strconv.Itoa(a.login)})
}

func (w *yearWorld) form(a *yearAccount) {
	w.h.hs.fill("c"+a.id(), []string{"demo", "referral", "newsletter"}[w.rng.IntN(3)])
}

// begin works on handoffd's own task: it is begun, or done.
func (w *yearWorld) begin(a *yearAccount) {
	for c, id := range map[*crm]string{w.h.sf: sfID(a.n), w.h.hs: a.id()} {
		tasks := c.tasks[id]
		if len(tasks) == 0 {
			continue
		}
		task, done := tasks[len(tasks)-1], w.made%2 == 0
		status := map[bool]string{true: "Completed", false: "In Progress"}[done]
		pairs := map[string]string{"Status": status, "IsClosed": strconv.FormatBool(done)}
		if c == w.h.hs {
			pairs = map[string]string{"hs_task_status": map[bool]string{true: "COMPLETED", false: "IN_PROGRESS"}[done]}
		}
		c.put(connectors.Task, task, nil, pairs)
	}
}

// call logs a call that was made, now or a while ago.
func (w *yearWorld) call(a *yearAccount) {
	c, id := w.crm(a)
	who := c.users[w.rng.IntN(5)].ID
	if c == w.h.sf {
		c.create(connectors.Task, w.name("00T"), id, map[string]string{"Subject": w.name("Call "), "Status": "Completed", "IsClosed": "true", "TaskSubtype": "Call", "OwnerId": who})
		return
	}
	at := w.h.clock.Now().Add(-w.days(1)).Format(time.RFC3339)
	c.create(connectors.Call, w.name("call"), id, map[string]string{"hs_call_title": w.name("Call "), "hs_call_status": "COMPLETED", "hs_call_direction": "OUTBOUND", "hs_timestamp": at, "hubspot_owner_id": who})
}

func (w *yearWorld) mail(a *yearAccount)  { w.email(a, "EMAIL") }
func (w *yearWorld) reply(a *yearAccount) { w.email(a, "INCOMING_EMAIL") }

func (w *yearWorld) email(a *yearAccount, direction string) {
	at := w.h.clock.Now().Add(-w.days(0.5)).Format(time.RFC3339)
	w.h.hs.create(connectors.Email, w.name("mail"), a.id(), map[string]string{"hs_email_subject": w.name("Re: "), "hs_email_direction": direction, "hs_timestamp": at, "hubspot_owner_id": "1"})
}

// meet agrees on a meeting in the days to come; some are called off.
func (w *yearWorld) meet(a *yearAccount) {
	c, id := w.crm(a)
	at := w.h.clock.Now().Add(w.days(6)).Format(time.RFC3339)
	if c == w.h.sf {
		c.create(connectors.Meeting, w.name("00U"), id, map[string]string{"Subject": w.name("Meeting "), "EndDateTime": at, "OwnerId": c.users[0].ID})
		return
	}
	outcome := []string{"", "COMPLETED", "CANCELED"}[w.rng.IntN(3)]
	c.create(connectors.Meeting, w.name("meet"), id, map[string]string{"hs_meeting_title": w.name("Meeting "), "hs_meeting_outcome": outcome, "hs_meeting_end_time": at, "hubspot_owner_id": "1"})
}

func (w *yearWorld) engage(a *yearAccount) {
	w.say(a, "Engagement__c", "engagement", []string{"Responsive", "Unresponsive", "Unresponsive", "Converted"}[w.rng.IntN(4)])
}

// giveBack returns the account, sometimes until a day.
func (w *yearWorld) giveBack(a *yearAccount) {
	w.say(a, "Return_Reason__c", "return_reason", []string{"no budget", "wrong person", "no response"}[w.rng.IntN(3)])
	if w.rng.IntN(3) == 0 {
		w.say(a, "Not_Before__c", "not_before", w.h.clock.Now().Add(w.days(60)).Format(time.DateOnly))
	}
}

func (w *yearWorld) seen(a *yearAccount) { w.say(a, "Acknowledged__c", "acknowledged", "true") }

func (w *yearWorld) wish(a *yearAccount) {
	w.say(a, "Content_Request__c", "content_request", w.name("case study "))
}

func (w *yearWorld) dispute(a *yearAccount) { w.say(a, "Dispute__c", "dispute", "true") }

func (w *yearWorld) verdict(a *yearAccount) {
	w.say(a, "Verdict__c", "verdict", []string{"Sales", "Nurture"}[w.rng.IntN(2)])
}

// win opens an opportunity.
func (w *yearWorld) win(a *yearAccount) {
	c, id := w.crm(a)
	deal := c.ref(connectors.Opportunity, w.name("006"))
	a.deals = append(a.deals, deal)
	pairs := map[string]string{"Name": w.name("Deal "), "StageName": "Discovery", "IsClosed": "false", "IsWon": "false"}
	if c == w.h.hs {
		pairs = map[string]string{"dealname": w.name("Deal "), "dealstage": "discovery", "hs_is_closed": "false", "hs_is_closed_won": "false"}
	}
	c.create(connectors.Opportunity, deal.ID, id, pairs)
}

// closeDeal wins, loses or deletes the oldest open opportunity.
func (w *yearWorld) closeDeal(a *yearAccount) {
	if len(a.deals) == 0 {
		return
	}
	deal, fate := a.deals[0], w.rng.IntN(5)
	a.deals = a.deals[1:]
	c := map[connectors.System]*crm{connectors.Salesforce: w.h.sf, connectors.HubSpot: w.h.hs}[deal.System]
	if fate == 0 {
		c.erase(connectors.Opportunity, deal.ID)
		return
	}
	won := strconv.FormatBool(fate > 2)
	c.put(connectors.Opportunity, deal.ID, nil, map[string]string{"StageName": "Closed", "IsClosed": "true", "IsWon": won, "dealstage": "closed", "hs_is_closed": "true", "hs_is_closed_won": won})
}
