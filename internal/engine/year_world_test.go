package engine_test

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"handoffd/connectors"
)

// yearWorld is what stands outside of handoffd: both CRMs, and people who do
// in them what people do, by a seed.
type yearWorld struct {
	h        *house
	rng      *rand.Rand
	accounts []*yearAccount
	made     int // ids given to activities and deals
}

// yearAccount is an account as the people see it.
type yearAccount struct {
	n     int
	both  bool // in Salesforce too, else in HubSpot alone
	next  time.Time
	busy  int // of 10: how much sales cares
	visit int // and login: the counters of the account's contact
	login int
	seen  string           // the status when somebody looked last
	deals []connectors.Ref // open ones
}

func (a *yearAccount) id() string { return strconv.Itoa(a.n) }

// newYear is a house with n accounts, most of them in both CRMs.
func newYear(h *house, n int, seed uint64) *yearWorld {
	w := &yearWorld{h: h, rng: rand.New(rand.NewPCG(seed, 7))}
	h.sf.users, h.hs.users = yearTeam(connectors.Salesforce), yearTeam(connectors.HubSpot)
	h.sf.page, h.hs.page = 500, 500
	h.sf.objects = []connectors.Object{connectors.Task, connectors.Meeting, connectors.Opportunity}
	h.hs.objects = []connectors.Object{connectors.Task, connectors.Meeting, connectors.Call, connectors.Email, connectors.Opportunity}
	h.mapping, h.policy = yearMapping, limitsFor(n).policy()
	h.restart()
	for i := range n {
		a := &yearAccount{n: i + 1, both: w.rng.IntN(20) > 0, busy: w.rng.IntN(11)}
		a.next = h.clock.Now().Add(w.days(10))
		w.accounts = append(w.accounts, a)
		w.enter(a)
	}
	return w
}

// enter puts an account into the CRMs.
func (w *yearWorld) enter(a *yearAccount) {
	company := map[string]string{
		"name": "Acme " + a.id(), "domain": "acme" + a.id() + ".example", "target": strconv.FormatBool(w.rng.IntN(5) > 0),
		"score": strconv.Itoa(w.rng.IntN(60)), "value": strconv.Itoa(w.rng.IntN(300) * 1000), "region": []string{"west", "east"}[w.rng.IntN(2)],
		"status": "", "engagement": "", "return_reason": "", "not_before": "", "dispute": "", "verdict": "", "acknowledged": "", "content_request": "",
	}
	if !a.both {
		company["hubspot_owner_id"] = strconv.Itoa(1 + w.rng.IntN(5))
	}
	w.h.hs.put(connectors.Account, a.id(), nil, company)
	w.h.hs.put(connectors.Contact, "c"+a.id(), []string{a.id()}, map[string]string{"visits": "0", "logins": "0", "email": "buyer@acme" + a.id() + ".example"})
	if a.both {
		w.h.sf.put(connectors.Account, sfID(a.n), nil, map[string]string{"Name": "Acme " + a.id(), "Website": "https://www.acme" + a.id() + ".example/", "Status__c": ""})
		w.own(a)
	}
}

// own gives an account to somebody, or to nobody.
func (w *yearWorld) own(a *yearAccount) {
	i := w.rng.IntN(16)
	switch {
	case !a.both:
		w.h.hs.put(connectors.Account, a.id(), nil, map[string]string{"hubspot_owner_id": w.h.hs.users[i%5].ID})
	case i == 5:
		w.h.sf.put(connectors.Account, sfID(a.n), nil, map[string]string{"OwnerId": ""})
	default:
		w.h.sf.put(connectors.Account, sfID(a.n), nil, map[string]string{"OwnerId": w.h.sf.users[i%5].ID})
	}
}

func (w *yearWorld) days(most float64) time.Duration {
	return time.Duration(w.rng.Float64() * most * 24 * float64(time.Hour)).Truncate(time.Second)
}

// play lets people do what they do until now.
func (w *yearWorld) play() {
	now := w.h.clock.Now()
	for _, a := range w.accounts {
		w.notice(a)
		if a.next.After(now) {
			continue
		}
		gap := 95.0
		switch a.seen = w.act(a); a.seen {
		case "Ready for sales", "Sales working", "Sales engaged", "Opportunity":
			gap = 22 - 2*float64(a.busy)
		case "SDR declined", "Disputed", "Sales development in progress":
			gap = 5
		}
		a.next = now.Add(w.days(gap))
	}
	if i := w.rng.IntN(5); w.rng.IntN(40) == 0 || !w.h.sf.users[i].Active { // somebody leaves, or comes back
		for _, c := range []*crm{w.h.sf, w.h.hs} {
			c.users[i].Active = !c.users[i].Active
		}
	}
}

// notice is what most owners do when they are given an account: they look at it
// within the day.
func (w *yearWorld) notice(a *yearAccount) {
	status := w.h.hs.field(a.id(), "status")
	if status == "Ready for sales" && a.seen != status && w.rng.IntN(10) < a.busy {
		a.next = w.h.clock.Now().Add(w.days(1))
	}
	a.seen = status
}

// crm is one of the CRMs that the account is in, and its id there.
func (w *yearWorld) crm(a *yearAccount) (*crm, string) {
	if a.both && w.rng.IntN(5) < 3 {
		return w.h.sf, sfID(a.n)
	}
	return w.h.hs, a.id()
}

// say writes one of the fields by which people talk.
func (w *yearWorld) say(a *yearAccount, sf, hs, value string) {
	c, id := w.crm(a)
	if c == w.h.sf {
		hs = sf
	}
	c.put(connectors.Account, id, nil, map[string]string{hs: value})
}

func (w *yearWorld) name(kind string) string {
	w.made++
	return fmt.Sprintf("%s%d", kind, w.made)
}

// do picks one of the things that may be done, by weight.
func (w *yearWorld) do(a *yearAccount, things []thing) {
	sum := 0
	for _, t := range things {
		sum += t.weight
	}
	at := w.rng.IntN(sum)
	for _, t := range things {
		if at -= t.weight; at < 0 {
			t.do(w, a)
			return
		}
	}
}

// thing is something that a person does now and then.
type thing struct {
	weight int
	do     func(*yearWorld, *yearAccount)
}
