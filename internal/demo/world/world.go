package world

import (
	"crypto/rsa"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	hubspot "handoffd/connectors/hubspot/sandbox"
	salesforce "handoffd/connectors/salesforce/sandbox"
	"handoffd/internal/clock"
)

// The seeds that have a name; every other one is a number of accounts.
const (
	Empty = "empty"
	Demo  = "demo"
)

// MaxAccounts bounds a numbered seed: ten times the largest org that the
// daemon is measured on would no longer be a rehearsal.
const MaxAccounts = 10_000_000

// Options shape a World. The zero value is an empty one on the wall clock.
type Options struct {
	// Clock is the time of both sandboxes; the wall clock if nil.
	Clock clock.Clock
	// Seed is Empty, Demo, or how many accounts to make; "" means Empty.
	Seed string
	// Logger takes one debug record per request to a sandbox; none if nil.
	Logger *slog.Logger
	// Key signs the assertions of the JWT flow; made if nil.
	Key *rsa.PrivateKey
	// Bare leaves out the fields and the notification type that the example
	// config names, and the JWT flow unless there is a Key: `setup` makes what
	// another config needs.
	Bare bool
	// People are the company's users instead of Acme's team; a manager stands
	// before those who report to him.
	People []Person
	// SalesforceOptions and HubSpotOptions are passed on, except for Clock
	// and, unless they have one, Logger.
	SalesforceOptions salesforce.Options
	HubSpotOptions    hubspot.Options
}

// World is two sandboxes that belong to one invented company, Acme, and what
// stands in them.
type World struct {
	Salesforce  *salesforce.Server
	HubSpot     *hubspot.Server
	Credentials Credentials
	// People are Acme's users, the same in both CRMs.
	People []Person
	// Began is the instant that everything was seeded relative to.
	Began time.Time
	// Ready is how many accounts meet the example policy's criteria at
	// Began, by the design of the seed.
	Ready int

	accounts map[string]Account
}

// Account is a company of the seed Demo as it stands in the CRMs; an id is ""
// where it does not.
type Account struct {
	Name                    string
	SalesforceID, HubSpotID string
	// Contacts are its people's HubSpot ids, in the order of the seed.
	Contacts []string
}

// Account finds a company of the seed Demo by the name that the seed gives it.
func (w *World) Account(name string) (Account, bool) {
	a, ok := w.accounts[name]
	return a, ok
}

// ParseSeed tells whether a seed is one that New takes, and how many accounts
// a numbered one has (0 for the named ones).
func ParseSeed(seed string) (accounts int, err error) {
	if seed == "" || seed == Empty || seed == Demo {
		return 0, nil
	}
	n, err := strconv.Atoi(seed)
	if err != nil || n < 1 || n > MaxAccounts {
		return 0, fmt.Errorf("reading seed %q: it is %s, %s, or a number of accounts from 1 to %d", seed, Empty, Demo, MaxAccounts)
	}
	return n, nil
}

// New makes a world. The same seed at the same time gives the same records
// with the same ids; only the credentials are new each time.
func New(o Options) (*World, error) {
	n, err := ParseSeed(o.Seed)
	if err != nil {
		return nil, err
	}
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	p, now := &past{Clock: o.Clock}, o.Clock.Now().UTC().Truncate(time.Second)
	p.stand(now.Add(-orgAge))
	s := &seeder{
		past: p, now: now, random: rand.New(rand.NewPCG(2026, 11)),
		World: &World{Salesforce: newSalesforce(o, p), HubSpot: newHubSpot(o, p), Began: now, accounts: map[string]Account{}},
	}
	s.setUp(o)
	switch {
	case o.Seed == Demo:
		s.demo()
	case n > 0:
		s.many(n)
	}
	s.depart()
	p.release()
	if s.err != nil {
		return nil, fmt.Errorf("making a world of seed %q: %w", o.Seed, s.err)
	}
	return s.World, nil
}

func newSalesforce(o Options, p *past) *salesforce.Server {
	so := o.SalesforceOptions
	so.Clock = p
	if so.Logger == nil && o.Logger != nil {
		so.Logger = o.Logger
	}
	if so.OrgName == "" {
		so.OrgName = "Acme"
	}
	return salesforce.New(so)
}

func newHubSpot(o Options, p *past) *hubspot.Server {
	ho := o.HubSpotOptions
	ho.Clock = p
	if ho.Logger == nil && o.Logger != nil {
		ho.Logger = o.Logger
	}
	return hubspot.New(ho)
}

// orgAge is how long before Began Acme began to use its CRMs.
const orgAge = 3 * 365 * 24 * time.Hour

// seeder makes a world. It keeps the first error and does nothing after it, so
// that the lists of what to make need no error handling of their own.
type seeder struct {
	*World
	past   *past
	now    time.Time
	random *rand.Rand
	err    error
}

// ago puts the clock of both CRMs so far back.
func (s *seeder) ago(d time.Duration) { s.past.stand(s.now.Add(-d)) }

func (s *seeder) fail(err error) {
	if s.err == nil && err != nil {
		s.err = err
	}
}

// salesforce inserts a row and returns its id.
func (s *seeder) salesforce(object string, fields map[string]any) string {
	if s.err != nil {
		return ""
	}
	id, err := s.Salesforce.Insert(object, fields)
	s.fail(err)
	return id
}

// hubspot inserts a record and returns its id.
func (s *seeder) hubspot(object string, properties map[string]string, links ...hubspot.Association) string {
	if s.err != nil {
		return ""
	}
	id, err := s.HubSpot.Insert(object, properties, links...)
	s.fail(err)
	return id
}

// set writes values of a HubSpot record as HubSpot itself does.
func (s *seeder) set(object, id string, properties map[string]string) {
	if s.err == nil {
		s.fail(s.HubSpot.Set(object, id, properties))
	}
}
