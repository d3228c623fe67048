package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

// site is what one CRM answered. Every question has an error of its own.
type site struct {
	connectors.Connector
	side     mapping.Side
	signedIn error
	identity connectors.Identity

	schemas  map[connectors.Object]connectors.Schema
	unknown  map[connectors.Object]error // objects that could not be described
	reading  map[connectors.Object]error // by object that is read
	accounts []connectors.Record         // the first page of them
	users    []connectors.User
	noUsers  error
	rights   []connectors.Right
	noRights error

	rules         []connectors.FieldRule
	noRules       error
	automations   []connectors.Automation
	noAutomations error
	allowance     connectors.Allowance
}

// visit asks one CRM everything. A sign-in that fails ends the visit.
func (e *examination) visit(ctx context.Context, c connectors.Connector) *site {
	s := &site{
		Connector: c, side: mapping.SideOf(c.System()), schemas: map[connectors.Object]connectors.Schema{},
		unknown: map[connectors.Object]error{}, reading: map[connectors.Object]error{},
	}
	if s.identity, s.signedIn = c.Identify(ctx); s.signedIn != nil {
		return s
	}
	for _, o := range e.described(s) {
		schema, err := c.Describe(ctx, o)
		if err != nil {
			s.unknown[o] = err
			continue
		}
		s.schemas[o] = schema
	}
	s.read(ctx)
	s.users, s.noUsers = c.Users(ctx)
	if i, ok := c.(connectors.Inspector); ok {
		s.rights, s.noRights = i.Rights(ctx)
		s.automations, s.noAutomations = i.Automations(ctx, connectors.Account, e.written(s.side))
	}
	if r, ok := c.(connectors.Ruler); ok {
		s.rules, s.noRules = r.Rules(ctx, connectors.Account, e.written(s.side))
	}
	s.allowance = c.Allowance()
	return s
}

// described lists the objects whose fields matter.
func (e *examination) described(s *site) []connectors.Object {
	list := []connectors.Object{connectors.Account}
	for o := range engine.Reads(e.Policy, s.System()).Fields {
		if !slices.Contains(list, o) {
			list = append(list, o)
		}
	}
	slices.Sort(list)
	list = append(list, connectors.Task)
	if s.System() == connectors.HubSpot {
		list = append(list, connectors.Note)
	}
	return list
}

// read asks for some records of every object, as the daemon will: only the CRM
// itself can tell whether it takes the query, where clause and all.
func (s *site) read(ctx context.Context) {
	for _, o := range s.Objects() {
		records, err := s.sample(ctx, o)
		if s.reading[o] = err; o == connectors.Account {
			s.accounts = records
		}
	}
}

func (s *site) sample(ctx context.Context, o connectors.Object) ([]connectors.Record, error) {
	if sampler, ok := s.Connector.(connectors.Sampler); ok {
		return sampler.Sample(ctx, o)
	}
	pages, err := s.Read(ctx, []connectors.ReadRequest{{Object: o}})
	if err != nil || len(pages) != 1 {
		return nil, err
	}
	return pages[0].Records, pages[0].Err
}

// written lists the fields of accounts that handoffd writes on one side.
func (e *examination) written(side mapping.Side) []string {
	var out []string
	for i := range e.mapping.Fields {
		if f := &e.mapping.Fields[i]; f.Writes(side) {
			out = append(out, f.Vendor[side])
		}
	}
	return out
}

// Lookup finds a field by the name that a config uses; Salesforce's names have
// no case.
func Lookup(s connectors.Schema, system connectors.System, name string) (connectors.Field, bool) {
	if f, ok := s.Fields[name]; ok || system != connectors.Salesforce {
		return f, ok
	}
	for _, f := range s.Fields {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return connectors.Field{}, false
}

// place names a field as people find it: hubspot companies.mqa.
func (s *site) place(o connectors.Object, field string) string {
	name := string(o)
	if schema, ok := s.schemas[o]; ok {
		name = schema.Name
	}
	return fmt.Sprintf("%s %s.%s", s.System(), name, field)
}

const fixUnknown = "run it again with --log-level debug, and see what the exchange with the CRM says"

// fixOf is what helps against a failure of which the connector does not know
// more than its class.
func fixOf(e *connectors.Error) string {
	switch e.Class {
	case connectors.Retry, connectors.UnknownOutcome:
		if !e.RetryAt.IsZero() {
			return "try again after " + e.RetryAt.UTC().Format(time.RFC3339)
		}
		return "look whether the address is right and can be reached from this machine, and try again"
	case connectors.Reauth:
		return "see that the credential in the connector's section is still good"
	case connectors.Stop:
		return "ask an admin of " + string(e.System) + " what the user or token may do"
	case connectors.Narrow, connectors.Restart:
		return "try again; if it stays, narrow the where clause"
	case connectors.Gone, connectors.ParkRecord, connectors.ParkField, connectors.SplitBatch:
		return "correct in the CRM or in the config what the message names"
	default:
		return fixUnknown
	}
}

// reason is what the CRM said of a failure, in its words, and the fix.
func reason(err error) (what, fix string) {
	var e *connectors.Error
	if !errors.As(err, &e) {
		return err.Error(), fixUnknown
	}
	parts := make([]string, 0, 2)
	for _, p := range []string{strings.TrimSpace(e.Code + " " + e.Field), e.Message} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	fix = e.Fix
	if fix == "" {
		fix = fixOf(e)
	}
	if len(parts) == 0 {
		return err.Error(), fix
	}
	return strings.Join(parts, ": "), fix
}
