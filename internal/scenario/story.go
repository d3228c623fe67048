package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// Line is one thing that happened.
type Line struct {
	At time.Time `json:"at"`
	// Who: people, note, decided, state, handoff, wrote, told, parked, error.
	Who  string `json:"who"`
	Text string `json:"text"`
}

// story keeps what happened in order. What handoffd did is found by comparing
// the store with how it was after the round before.
type story struct {
	p      *player
	lines  []Line
	on     bool
	names  map[string]string // of accounts by id, as they were last called
	states map[string]string // by account
	logged map[string]time.Time
	sent   map[string]string // outbox rows by key: state
	open   map[string]bool   // handoffs by id
	parked map[string]bool
	failed string
}

func newStory(p *player) *story {
	return &story{
		p: p, on: p.options.Story, names: map[string]string{}, states: map[string]string{}, logged: map[string]time.Time{}, sent: map[string]string{},
		open: map[string]bool{}, parked: map[string]bool{},
	}
}

func (s *story) tell(at time.Time, who, text string) {
	if s.on && text != "" {
		s.lines = append(s.lines, Line{at, who, text})
	}
}

// inOrder gives the lines in the order of time, in the team's zone. Parts of a
// second are the rate limits' doing and tell nobody anything.
func (s *story) inOrder() []Line {
	slices.SortStableFunc(s.lines, func(a, b Line) int { return a.At.Compare(b.At) })
	for i := range s.lines {
		s.lines[i].At = s.lines[i].At.In(s.p.zone).Truncate(time.Second)
	}
	return s.lines
}

// look tells what a round has done.
func (s *story) look(ctx context.Context, p *player) error {
	if !s.on {
		return nil
	}
	now := p.clock.Now()
	failed := ""
	if p.lastError != nil {
		failed = p.lastError.Error()
	}
	if failed != s.failed {
		s.failed = failed
		first, _, _ := strings.Cut(failed, "\n")
		s.tell(now, "error", first)
	}
	return p.daemon.Store.View(ctx, func(tx engine.Tx) error {
		for _, part := range []func(engine.Tx, time.Time) error{s.accounts, s.handoffs, s.writes, s.problems} {
			if err := part(tx, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// accounts tells decisions and changes of state.
func (s *story) accounts(tx engine.Tx, now time.Time) error {
	return eachAccount(tx, func(row engine.AccountRow) error {
		if row.Name != "" {
			s.names[row.ID] = row.Name
		}
		name := s.names[row.ID]
		decisions, err := tx.Decisions(row.ID, never(), 10)
		if err != nil {
			return err
		}
		last := s.logged[row.ID]
		for _, d := range slices.Backward(decisions) {
			if d.At.After(last) {
				s.tell(d.At, "decided", fmt.Sprintf("%s: %s: %s", name, strings.ReplaceAll(d.Outcome, "_", " "), d.Reason))
				s.logged[row.ID] = d.At
			}
		}
		if was, known := s.states[row.ID]; row.State != was && (known || row.State != "nurture") {
			s.tell(now, "state", fmt.Sprintf("%s: %s", name, strings.TrimPrefix(was+" -> "+row.State, " -> ")))
		}
		s.states[row.ID] = row.State
		return nil
	})
}

func (s *story) handoffs(tx engine.Tx, now time.Time) error {
	rows, err := tx.Handoffs(epoch())
	for _, h := range rows {
		was, known := s.open[h.ID]
		open := h.Closed.IsZero()
		name := s.names[h.Account]
		switch {
		case !known && open:
			s.tell(h.Opened, "handoff", fmt.Sprintf("%s: to %s (%s, rule %s), due %s", name, h.Owner, h.Stage, h.Rule, h.Due.In(s.p.zone).Format("Mon 2 Jan 15:04")))
		case (was || !known) && !open:
			s.tell(now, "handoff", fmt.Sprintf("%s: closed: %s", name, h.Outcome))
		}
		s.open[h.ID] = open
	}
	return err
}

// writes tells what was written to the CRMs, and whom it told.
func (s *story) writes(tx engine.Tx, now time.Time) error {
	rows, err := tx.Outbox("")
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.State == s.sent[row.Key] {
			continue
		}
		s.sent[row.Key] = row.State
		name := s.names[row.Account]
		who, what := rowWords(s.p, row)
		switch row.State {
		case engine.OutboxDone:
			at := later(row.Sent, row.Created)
			if row.Error != "" {
				what += " (" + row.Error + ")"
			}
			s.tell(at, who, strings.TrimPrefix(fmt.Sprintf("%s: %s", name, what), ": "))
		case engine.OutboxParked, engine.OutboxUnknown:
			s.tell(now, who, fmt.Sprintf("%s: %s: %s: %s", name, what, row.State, row.Error))
		}
	}
	return nil
}

// rowWords puts a row of the outbox into words.
func rowWords(p *player, row engine.OutboxRow) (who, what string) {
	if row.Tells() {
		var a struct {
			connectors.Alert
			To string `json:"to"` // of a channel outside of the CRMs
		}
		_ = json.Unmarshal(row.Payload, &a) // an empty alert says as much
		to := p.personByID(row.System, either(either(a.UserID, a.Email), a.To))
		if row.IsDigest() {
			a.Title = "a digest of what was held back"
		}
		return "told", strings.TrimSpace(fmt.Sprintf("%s in %s: %q", to, systemName(row.System), a.Title))
	}
	var w connectors.Write
	_ = json.Unmarshal(row.Payload, &w) // the same
	if w.Activity != nil {
		what = strings.ReplaceAll(row.Kind, "_", " ")
		if w.Activity.Subject != "" {
			what += fmt.Sprintf(" %q", w.Activity.Subject)
		}
		if w.Activity.OwnerID != "" {
			what += " for " + p.personByID(row.System, w.Activity.OwnerID)
		}
		return "wrote", what + " in " + systemName(row.System)
	}
	var words []string
	for _, name := range sortedKeys(w.Fields) {
		words = append(words, name+" = "+w.Fields[name].String())
	}
	return "wrote", strings.Join(words, ", ") + " in " + systemName(row.System)
}

func (s *story) problems(tx engine.Tx, now time.Time) error {
	rows, err := tx.Problems()
	for _, row := range rows {
		key := row.Ref.String() + "/" + row.Field
		if !s.parked[key] {
			s.parked[key] = true
			s.tell(now, "parked", strings.TrimSpace(fmt.Sprintf("%s %s: %s", row.Ref, row.Field, row.Reason)))
		}
	}
	return err
}

// never is the zero time, which asks the store for the newest.
func never() time.Time { return time.Time{} }

// epoch is before everything.
func epoch() time.Time { return time.Unix(0, 0) }
