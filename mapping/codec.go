package mapping

import (
	"encoding/json"
	"fmt"
	"time"

	"handoffd/connectors"
)

// The stored form of an account names its fields, so that a mapping may gain,
// lose or reorder fields without touching what is stored.
type storedAccount struct {
	Linked     string                      `json:"linked,omitempty"`
	Own        map[string]connectors.Value `json:"own,omitempty"`
	Salesforce *storedView                 `json:"sf,omitempty"`
	HubSpot    *storedView                 `json:"hs,omitempty"`
}

type storedView struct {
	ID         string                `json:"id"`
	Created    int64                 `json:"created,omitempty"`
	Modified   int64                 `json:"modified,omitempty"`
	OutOfScope bool                  `json:"out_of_scope,omitempty"`
	Deleted    bool                  `json:"deleted,omitempty"`
	Cells      map[string]storedCell `json:"cells,omitempty"`
	Keys       map[string]string     `json:"keys,omitempty"`
}

// storedCell holds microseconds for times; the pointers are absent where
// nothing was sent, echoed or agreed.
type storedCell struct {
	Seen      connectors.Value  `json:"v"`
	At        int64             `json:"at"`
	Changed   int64             `json:"ch,omitempty"`
	Confirmed int64             `json:"cf,omitempty"`
	Bad       bool              `json:"bad,omitempty"`
	Sent      *connectors.Value `json:"sent,omitempty"`
	Echo      *connectors.Value `json:"echo,omitempty"`
	Base      *connectors.Value `json:"base,omitempty"`
}

// Encode returns the account's stored form.
func (m *Mapping) Encode(a *Account) ([]byte, error) {
	s := storedAccount{
		Linked:     a.Linked,
		Salesforce: m.encodeView(a.Views[SalesforceSide]),
		HubSpot:    m.encodeView(a.Views[HubSpotSide]),
	}
	for slot, v := range a.Own {
		if !v.IsNull() {
			if s.Own == nil {
				s.Own = map[string]connectors.Value{}
			}
			s.Own[m.Fields[slot].Name] = v
		}
	}
	data, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encoding account %s: %w", a.ID, err)
	}
	return data, nil
}

func (m *Mapping) encodeView(v *View) *storedView {
	if v == nil {
		return nil
	}
	s := &storedView{
		ID: v.ID, Created: micros(v.Created), Modified: micros(v.Modified),
		OutOfScope: v.OutOfScope, Deleted: v.Deleted, Keys: v.Keys, Cells: make(map[string]storedCell, len(v.Cells)),
	}
	for slot := range v.Cells {
		c := &v.Cells[slot]
		if c.At.IsZero() && !c.HasSent {
			continue
		}
		sc := storedCell{Seen: c.Seen, At: micros(c.At), Changed: micros(c.Changed), Confirmed: micros(c.Confirmed), Bad: c.Bad}
		if c.HasSent {
			sc.Sent = &c.Sent
		}
		if c.HasEchoed {
			sc.Echo = &c.Echo
		}
		if c.HasBase {
			sc.Base = &c.Base
		}
		s.Cells[m.Fields[slot].Name] = sc
	}
	return s
}

// Decode reads what Encode wrote, under this mapping's fields; stored fields
// that the mapping no longer has are left out.
func (m *Mapping) Decode(id string, data []byte) (*Account, error) {
	var s storedAccount
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("decoding account %s: %w", id, err)
	}
	a := &Account{ID: id, Linked: s.Linked, Own: make([]connectors.Value, len(m.Fields))}
	for name, v := range s.Own {
		if i, ok := m.byName[name]; ok {
			a.Own[i] = v
		}
	}
	a.Views[SalesforceSide] = m.decodeView(s.Salesforce)
	a.Views[HubSpotSide] = m.decodeView(s.HubSpot)
	return a, nil
}

func (m *Mapping) decodeView(s *storedView) *View {
	if s == nil {
		return nil
	}
	v := &View{
		ID: s.ID, Created: fromMicros(s.Created), Modified: fromMicros(s.Modified),
		OutOfScope: s.OutOfScope, Deleted: s.Deleted, Keys: s.Keys, Cells: make([]Cell, len(m.Fields)),
	}
	for name, sc := range s.Cells {
		slot, ok := m.byName[name]
		if !ok {
			continue
		}
		c := Cell{Seen: sc.Seen, At: fromMicros(sc.At), Changed: fromMicros(sc.Changed), Confirmed: fromMicros(sc.Confirmed), Bad: sc.Bad}
		if sc.Sent != nil {
			c.Sent, c.HasSent = *sc.Sent, true
		}
		if sc.Echo != nil {
			c.Echo, c.HasEchoed = *sc.Echo, true
		}
		if sc.Base != nil {
			c.Base, c.HasBase = *sc.Base, true
		}
		v.Cells[slot] = c
	}
	return v
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
