package workflows

import (
	"math"
	"math/bits"

	"handoffd/connectors"
)

// printer hashes values without an allocation: FNV-1a for texts, a multiply and
// rotate for numbers. It must not change between versions: prints are stored.
type printer struct{ sum uint64 }

func (h *printer) number(x uint64) {
	h.sum = bits.RotateLeft64(h.sum^x, 29) * 0x9e3779b97f4a7c15
}

func (h *printer) text(s string) {
	for i := range len(s) {
		h.sum = (h.sum ^ uint64(s[i])) * 1099511628211
	}
	h.number(uint64(len(s)))
}

func (h *printer) value(v connectors.Value) {
	h.number(uint64(v.Kind()))
	switch v.Kind() {
	case connectors.Bool:
		if v.Bool() {
			h.number(1)
		}
	case connectors.Number:
		h.number(math.Float64bits(v.Float()))
	case connectors.Time:
		h.number(uint64(v.Time().UnixMicro()))
	default:
		h.text(v.Text())
	}
}

func (h *printer) criteria(c *Criteria, w *world) {
	if c == nil {
		return
	}
	if c.Program == nil {
		for _, item := range c.Items {
			h.criteria(item, w)
		}
		return
	}
	for i := range c.Program.Atoms() {
		h.value(c.Program.Atoms()[i].Value(w))
	}
}
