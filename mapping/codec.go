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
// A view has id, created, modified, out_of_scope, deleted, stuck, noticed,
// asked, cells and keys; a cell is written by appendCell. Times are microseconds. What is zero
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
			m.appendView(&w, v, Side(side))
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

func (m *Mapping) appendView(w *writer, v *View, side Side) {
	w.open()
	w.key("id")
	w.string(v.ID)
	w.int("created", micros(v.Created))
	w.int("modified", micros(v.Modified))
	w.flag("out_of_scope", v.OutOfScope)
	w.flag("deleted", v.Deleted)
	w.flag("stuck", v.Stuck)
	w.int("noticed", micros(v.Noticed))
	w.int("asked", micros(v.Asked))
	w.key("cells")
	w.open()
	for slot := range v.Cells {
		if c := &v.Cells[slot]; !c.At.IsZero() || c.HasSent {
			w.key(m.Fields[slot].Name)
			appendCell(w, c, &m.Fields[slot], side)
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
// about writing when something was sent or taken into account: under another
// mapping that is void. of is what it said about reading.
func appendCell(w *writer, c *Cell, f *Field, side Side) {
	w.open()
	w.value("v", c.Seen)
	w.int("at", micros(c.At))
	w.int("si", micros(c.Since))
	w.int("ch", micros(c.Changed))
	w.int("cf", micros(c.Confirmed))
	w.flag("bad", c.Bad)
	if f.Master.synced() {
		w.int("of", int64(f.reading[side]))
	}
	if c.HasSent || f.Master.synced() {
		w.int("under", int64(f.mark))
	}
	if c.HasSent {
		w.value("sent", c.Sent)
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
	return m.decode(id, reader{data: data})
}

// DecodeOnly is Decode for a look at few fields: of the others it leaves out
// what the CRMs hold. The account is not fit to be encoded again.
func (m *Mapping) DecodeOnly(id string, data []byte, slots []int) (*Account, error) {
	only := make([]bool, len(m.Fields))
	for _, slot := range slots {
		only[slot] = true
	}
	return m.decode(id, reader{data: data, only: only})
}

func (m *Mapping) decode(id string, r reader) (*Account, error) {
	a := &Account{ID: id, Own: make([]connectors.Value, len(m.Fields))}
	var strange []int
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
			a.Views[SalesforceSide] = m.readView(&r, SalesforceSide, &strange)
		case "hs":
			a.Views[HubSpotSide] = m.readView(&r, HubSpotSide, &strange)
		default:
			r.skip()
		}
	}
	if err := r.finish(); err != nil {
		return nil, fmt.Errorf("decoding account %s: %w", id, err)
	}
	for _, slot := range strange {
		a.estrange(slot)
	}
	return a, nil
}

// readView reads one side. It adds to strange the synced fields of which the
// mapping says other things now.
func (m *Mapping) readView(r *reader, side Side, strange *[]int) *View {
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
		case "noticed":
			v.Noticed = fromMicros(r.int())
		case "asked":
			v.Asked = fromMicros(r.int())
		case "cells":
			m.readCells(r, v, side, strange)
		case "keys":
			v.Keys = r.texts()
		default:
			r.skip()
		}
	}
	return v
}

func (m *Mapping) readCells(r *reader, v *View, side Side, strange *[]int) {
	for r.enter(); r.more(); {
		slot, known := m.byName[string(r.name())]
		if !known {
			r.skip()
			continue
		}
		if r.only != nil && !r.only[slot] {
			r.pass()
			continue
		}
		f := &m.Fields[slot]
		c, of, under := readCell(r)
		again := under == int64(f.mark) || under == 0
		switch {
		case f.Master.synced():
			if of != 0 && of != int64(f.reading[side]) {
				c, again = Cell{}, false // a value of another property, or read in another way
			}
			if !again {
				*strange = append(*strange, slot)
			}
		case c.HasSent && !again:
			c.void()
		}
		v.Cells[slot] = c
	}
}

func readCell(r *reader) (c Cell, of, under int64) {
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
		case "of":
			of = r.int()
		case "under":
			under = r.int()
		default:
			readSent(r, &c)
		}
	}
	return c, of, under
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
