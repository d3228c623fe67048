package world

import "time"

// place says in which CRMs a company stands.
type place int

const (
	both place = iota
	onlySalesforce
	onlyHubSpot
)

// missing stands for a number that nobody has entered.
const missing = -1

// company is one company before it stands in the CRMs. Durations are how long
// before the world's beginning something happened.
type company struct {
	name, domain string
	// website is the address as sales typed it into Salesforce.
	website string
	trade   trade
	place   place
	// linked: HubSpot names the Salesforce id; else only the domain tells
	// that the two records are one company.
	linked bool
	// target and fit are HubSpot's "true", "false", or "" for never set.
	target, fit string
	// fitScore is 0 to 10, score 0 to 100, value in dollars; or missing.
	fitScore, score, value float64
	// behind: Salesforce still shows the score of the month before.
	behind bool
	// blank: HubSpot has no value yet, Salesforce has.
	blank bool
	// status is a text of mqa_status that somebody has set in both CRMs.
	status                string
	partner, doNotContact bool
	// owner is an e-mail of Acme's; nobody: HubSpot knows no owner.
	owner  string
	nobody bool
	// made is when the company came into the CRMs, scored when its score was
	// confirmed for the last time.
	made, scored time.Duration
	contacts     []contact
	deal         *deal
	// tasks are subjects of open tasks.
	tasks []string
}

// contact is one person at a company.
type contact struct {
	first, last, title string
	// since is when the person came into the CRMs, with these counters.
	since                              time.Duration
	visits, delivered, opened, clicked int
	// forms that the person sent, oldest first.
	forms []form
	// inSalesforce: sales knows the person too.
	inSalesforce bool
}

// form is a conversion: a form that was sent.
type form struct {
	ago  time.Duration
	name string
}

// deal is an opportunity; its stages are those of new accounts of the vendors.
type deal struct {
	name, salesforceStage, hubspotStage string
	amount                              float64
	// closes is when it is or was to be closed: negative lies ahead.
	closes time.Duration
}

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// The names of forms on Acme's pages. Only the first asks for a call.
const (
	demoForm       = "Request a demo: product page"
	newsletterForm = "Newsletter sign-up"
	guideForm      = "Buyer's guide download"
)
