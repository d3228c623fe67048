package mapping

import (
	"fmt"
	"time"

	"handoffd/connectors"
)

// The stored form of an account is JSON that names its fields, so that a
// mapping may gain, lose or reorder fields without touching what is stored:
//
//	{"linked":rule,"own":{field:value},"sf":view,"hs":view}
//
// A view has id, created, modified, out_of_scope, deleted, stuck, cells and
// keys; a cell is written by appendCell. Times are microseconds. What is zero
// is left out. It is written and read by hand, since every record that is read
// goes through here twice.

// Encode returns the account's stored form.
func (m *Mapping) Encode(a *Account) ([]byte, error) {
	w := writer{buf: make([]byte, 0, 2048)}
	w.open()
	w.text("linked", a.Linked)
	m.appendOwn(&w, a.Own)
	for side, name := range viewNames {
		if v := a.Views[side]; v != nil {
			w.key(name)
			m.appendView(&w, v)
		}
	}
	w.end()
	return w.buf, nil
}

var viewNames = [sides]string{SalesforceSide: "sf", HubSpotSide: "hs"}

func (m *Mapping) appendOwn(w *writer, own []connectors.Value) {
	opened := false
	for slot, v := range own {
		if v.IsNull() {
			continue
		}
		if !opened {
			w.key("own")
			w.open()
			opened = true
		}
		w.value(m.Fields[slot].Name, v)
	}
	if opened {
		w.end()
	}
}

func (m *Mapping) appendView(w *writer, v *View) {
	w.open()
	w.key("id")
	w.string(v.ID)
	w.int("created", micros(v.Created))
	w.int("modified", micros(v.Modified))
	w.flag("out_of_scope", v.OutOfScope)
	w.flag("deleted", v.Deleted)
	w.flag("stuck", v.Stuck)
	w.key("cells")
	w.open()
	for slot := range v.Cells {
		if c := &v.Cells[slot]; !c.At.IsZero() || c.HasSent {
			w.key(m.Fields[slot].Name)
			appendCell(w, c, m.Fields[slot].mark)
		}
	}
	w.end()
	if len(v.Keys) > 0 {
		w.key("keys")
		w.open()
		for _, name := range sortedNames(v.Keys) {
			w.key(name)
			w.string(v.Keys[name])
		}
		w.end()
	}
	w.end()
}

// appendCell writes what a side holds of a field. under is what the field said
// about writing when something was sent: under another mapping that is void.
func appendCell(w *writer, c *Cell, under uint32) {
	w.open()
	w.value("v", c.Seen)
	w.int("at", micros(c.At))
	w.int("si", micros(c.Since))
	w.int("ch", micros(c.Changed))
	w.int("cf", micros(c.Confirmed))
	w.flag("bad", c.Bad)
	if c.HasSent {
		w.value("sent", c.Sent)
		w.int("under", int64(under))
		w.flag("landed", c.Landed)
		w.flag("refused", c.Refused)
		w.flag("last", c.Last)
	}
	if c.HasEchoed {
		w.value("echo", c.Echo)
	}
	if c.HasPrior {
		w.value("prior", c.Prior)
	}
	if c.HasBase {
		w.value("base", c.Base)
	}
	w.flag("owed", c.Owed)
	w.flag("odd", c.Odd)
	w.end()
}

// Decode reads what Encode wrote, under this mapping's fields; stored fields
// that the mapping no longer has are left out.
func (m *Mapping) Decode(id string, data []byte) (*Account, error) {
	a := &Account{ID: id, Own: make([]connectors.Value, len(m.Fields))}
	r := reader{data: data}
	for r.enter(); r.more(); {
		switch string(r.name()) {
		case "linked":
			a.Linked = r.string()
		case "own":
			for r.enter(); r.more(); {
				slot, known := m.byName[string(r.name())]
				if v := r.value(); known {
					a.Own[slot] = v
				}
			}
		case "sf":
			a.Views[SalesforceSide] = m.readView(&r)
		case "hs":
			a.Views[HubSpotSide] = m.readView(&r)
		default:
			r.skip()
		}
	}
	if err := r.finish(); err != nil {
		return nil, fmt.Errorf("decoding account %s: %w", id, err)
	}
	return a, nil
}

func (m *Mapping) readView(r *reader) *View {
	if r.null() {
		return nil
	}
	v := &View{Cells: make([]Cell, len(m.Fields))}
	for r.enter(); r.more(); {
		switch string(r.name()) {
		case "id":
			v.ID = r.string()
		case "created":
			v.Created = fromMicros(r.int())
		case "modified":
			v.Modified = fromMicros(r.int())
		case "out_of_scope":
			v.OutOfScope = r.bool()
		case "deleted":
			v.Deleted = r.bool()
		case "stuck":
			v.Stuck = r.bool()
		case "cells":
			m.readCells(r, v)
		case "keys":
			v.Keys = r.texts()
		default:
			r.skip()
		}
	}
	return v
}

func (m *Mapping) readCells(r *reader, v *View) {
	for r.enter(); r.more(); {
		slot, known := m.byName[string(r.name())]
		if !known {
			r.skip()
			continue
		}
		v.Cells[slot] = readCell(r, m.Fields[slot].mark)
	}
}

func readCell(r *reader, mark uint32) (c Cell) {
	under := int64(0)
	for r.enter(); r.more(); {
		switch string(r.name()) {
		case "v":
			c.Seen = r.value()
		case "at":
			c.At = fromMicros(r.int())
		case "si":
			c.Since = fromMicros(r.int())
		case "ch":
			c.Changed = fromMicros(r.int())
		case "cf":
			c.Confirmed = fromMicros(r.int())
		case "bad":
			c.Bad = r.bool()
		case "under":
			under = r.int()
		default:
			readSent(r, &c)
		}
	}
	if c.HasSent && under != int64(mark) {
		c.void()
	}
	return c
}

// readSent reads what was sent and what became of it.
func readSent(r *reader, c *Cell) {
	switch string(r.last) {
	case "sent":
		c.Sent, c.HasSent = r.value(), true
	case "landed":
		c.Landed = r.bool()
	case "refused":
		c.Refused = r.bool()
	case "last":
		c.Last = r.bool()
	case "echo":
		c.Echo, c.HasEchoed = r.value(), true
	case "prior":
		c.Prior, c.HasPrior = r.value(), true
	case "base":
		c.Base, c.HasBase = r.value(), true
	case "owed":
		c.Owed = r.bool()
	case "odd":
		c.Odd = r.bool()
	default:
		r.skip()
	}
}

// NewAccount returns an account without any record.
func (m *Mapping) NewAccount(id string) *Account {
	return &Account{ID: id, Own: make([]connectors.Value, len(m.Fields))}
}

// Join moves the views of gone into keep, which must lack them, and names the
// rule that joined them.
func Join(keep, gone *Account, rule string) {
	for _, s := range Sides() {
		if keep.Views[s] == nil {
			keep.Views[s] = gone.Views[s]
		}
	}
	for i, v := range gone.Own {
		if keep.Own[i].IsNull() {
			keep.Own[i] = v
		}
	}
	keep.Linked = rule
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}
