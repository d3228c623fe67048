package workflows

import (
	"slices"
	"time"

	"handoffd/internal/yamlpos"
)

func (k *compiler) signOff(top *yamlpos.Map) {
	m := top.Get("signed_off").Map("marketing", "sales")
	for name, dst := range map[string]*Signature{"marketing": &k.p.Signed.Marketing, "sales": &k.p.Signed.Sales} {
		if !m.Has(name) {
			continue
		}
		s := m.Get(name).Map("by", "on", "hash")
		s.Require("by", "on")
		s.Get("by").Text(&dst.By)
		s.Get("on").Date(&dst.On)
		s.Get("hash").Text(&dst.Hash)
	}
	top.Get("review_every").DurationIn(&k.p.Signed.ReviewEvery, 24*time.Hour, 0)
}

// Names lists the fields and signals that the rules read, sorted: their
// meaning is part of what is signed.
func (p *Policy) Names() []string {
	names := make([]string, len(p.uses))
	for i, u := range p.uses {
		names[i] = u.name
	}
	slices.Sort(names)
	return names
}
