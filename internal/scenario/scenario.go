package scenario

import (
	"context"
	"time"

	"handoffd/connectors"
	"handoffd/internal/app"
	"handoffd/internal/yamlpos"
)

// Scenario is a file, read and checked.
type Scenario struct {
	File  string
	Name  string
	Start time.Time

	release  bool
	settings settings
	people   []*person
	accounts []*account
	timeline []entry
	config   *app.Config
}

// person is a user of both CRMs.
type person struct {
	key                 string
	first, last, email  string
	team                string
	manager             *person
	inactive            bool
	salesforce, hubspot string // ids, once seeded
	implied             bool   // named by the config only
	managerNode         yamlpos.Node
	fullName            string
}

func (p *person) id(system connectors.System) string {
	if system == connectors.HubSpot {
		return p.hubspot
	}
	return p.salesforce
}

// account is one account as the scenario describes it, and where it stands.
type account struct {
	key, name, domain string
	in                []connectors.System
	linked            bool
	later             bool // made by `create`
	owner             *person
	// fields are vendor fields per CRM, as they are sent.
	fields   map[connectors.System]map[string]any
	contacts []*contact
	ids      map[connectors.System]string
}

func (a *account) stands(system connectors.System) bool { return a.ids[system] != "" }

// contact is one person at an account.
type contact struct {
	key, first, last, title, email string
	fields                         map[connectors.System]map[string]any
	ids                            map[connectors.System]string
	added                          bool // comes by add_contact
}

// act is something that happens; it says what in a person's words.
type act func(ctx context.Context, p *player) (said string, err error)

// step is an act at its place in the file, and as the file says it.
type step struct {
	do    act
	pos   yamlpos.Pos
	words string
}

// entry is one line of the timeline.
type entry struct {
	at      time.Time
	written string // the time as the file says it
	pos     yamlpos.Pos
	note    string
	acts    []step
	expect  *expectation
}

// systemsOf are both CRMs.
func systemsOf() []connectors.System { return connectors.Systems() }
