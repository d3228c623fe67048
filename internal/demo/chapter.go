package demo

import (
	"context"
	"slices"
	"time"

	"handoffd/internal/engine"
	"handoffd/internal/scenario"
	"handoffd/workflows"
)

// happenings are what a chapter tells of, in the order in which it happens to an
// account.
func happenings() []happening {
	return []happening{
		{"handed off", func(e *workflows.Episode) time.Time { return e.Handed }},
		{"first touch", func(e *workflows.Episode) time.Time { return e.FirstTouch }},
		{"responded", func(e *workflows.Episode) time.Time { return e.Responded }},
		{"call booked", func(e *workflows.Episode) time.Time { return e.Booked }},
		{"opportunity", func(e *workflows.Episode) time.Time { return e.Opportunity }},
		{"given back", func(e *workflows.Episode) time.Time { return e.Returned }},
		{"won", func(e *workflows.Episode) time.Time { return e.Won }},
		{"lost", func(e *workflows.Episode) time.Time { return e.Lost }},
	}
}

// happening is one kind of event, and when it was as the story of a handoff
// keeps it; zero for not yet.
type happening struct {
	what string
	at   func(*workflows.Episode) time.Time
}

// walk is how many accounts are read at a time.
const walk = 1000

// chapter gathers what has happened since the last one.
func (p *play) chapter(ctx context.Context, m scenario.Moment) error {
	c := Chapter{Title: m.Note, From: p.local(m, p.since), To: p.local(m, m.At), Events: []Event{}, Waiting: []string{}}
	p.since = m.At
	err := m.Daemon.Store.View(ctx, func(tx engine.Tx) error {
		names := map[string]string{}
		for after := ""; ; {
			rows, err := tx.AccountsAfter(after, walk)
			if err != nil {
				return err
			}
			for _, row := range rows {
				names[row.ID], after = row.Name, row.ID
				if row.State == string(workflows.Ready) {
					c.Waiting = append(c.Waiting, row.Name)
				}
			}
			if len(rows) < walk {
				break
			}
		}
		if err := c.events(tx, names); err != nil {
			return err
		}
		return c.told(tx)
	})
	if err != nil {
		return err
	}
	p.report.Chapters = append(p.report.Chapters, c)
	if p.report.Example == nil {
		return p.example(ctx, m)
	}
	return nil
}

// events finds what happened in the chapter in the stories of the handoffs.
func (c *Chapter) events(tx engine.Tx, names map[string]string) error {
	rows, err := tx.Handoffs(time.Time{})
	if err != nil {
		return err
	}
	type once struct {
		at   time.Time
		name string
	}
	found := map[string][]once{}
	for i := range rows {
		story, err := rows[i].Episode()
		if err != nil {
			return err
		}
		if story == nil {
			continue
		}
		for _, h := range happenings() {
			if at := h.at(story); !at.Before(c.From) && at.Before(c.To) {
				found[h.what] = append(found[h.what], once{at, names[rows[i].Account]})
			}
		}
	}
	for _, h := range happenings() {
		list := found[h.what]
		slices.SortStableFunc(list, func(a, b once) int { return a.at.Compare(b.at) })
		e := Event{What: h.what}
		for _, o := range list {
			e.Accounts = append(e.Accounts, o.name)
		}
		if len(list) > 0 {
			c.Events = append(c.Events, e)
		}
	}
	return nil
}

// told counts the alerts of the chapter that arrived.
func (c *Chapter) told(tx engine.Tx) error {
	rows, err := tx.Outbox("")
	for _, row := range rows {
		if row.Kind == "alert" && row.State == engine.OutboxDone && !row.Sent.Before(c.From) && row.Sent.Before(c.To) {
			c.Told++
		}
	}
	return err
}
