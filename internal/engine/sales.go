package engine

import (
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
)

// taskKey ends the key of a handoff's own task.
const taskKey = "/task"

// prepareSales loads what is known of the page's sales activities.
func (b *batch) prepareSales(records []connectors.Record) (err error) {
	var refs []connectors.Ref
	for _, r := range records {
		if r.Ref.Object != connectors.Account && r.Ref.Object != connectors.Contact {
			refs = append(refs, r.Ref)
		}
	}
	b.sold, err = b.tx.SalesRecords(refs)
	return err
}

// sell takes up what a record says of sales. Of what handoffd made itself only
// the tasks of handoffs count, by what people do with them.
func (b *batch) sell(r connectors.Record, home connectors.Ref, en *entry) error {
	var before *mapping.SalesActivity
	if known, ok := b.sold[r.Ref]; ok {
		before = &known
	}
	key := b.made[r.Ref.ID]
	if home.ID == "" || key != "" && !strings.HasSuffix(key, taskKey) {
		return b.unsell(r.Ref)
	}
	a, ok := mapping.ReadSalesActivity(r, home, before)
	if !ok {
		return nil
	}
	if key != "" {
		a.Key = key
	}
	a.Owner = b.owners[a.OwnerID]
	a.Automated = a.Automated || b.policy.Lifecycle.NotSales[strings.ToLower(a.Owner)]
	b.sold[r.Ref] = a
	b.sales = append(b.sales, a)
	if en == nil {
		return nil
	}
	if before != nil {
		same := *before
		same.Modified = a.Modified
		if same == a {
			return nil
		}
	}
	b.touch(en)
	return nil
}

// unsellGone forgets an activity that was deleted after what is known of it,
// and remembers when, so that no late page brings it back.
func (b *batch) unsellGone(r connectors.Record) error {
	known, ok := b.sold[r.Ref]
	if !ok || r.Modified.Before(known.Modified) && !r.Modified.IsZero() {
		return nil
	}
	gone := ActivityRead{Ref: r.Ref, Modified: r.Modified}
	if b.reads[r.Ref] != gone {
		b.reads[r.Ref] = gone
		b.readings = append(b.readings, gone)
	}
	return b.unsell(r.Ref)
}

// unsell forgets an activity whose record is gone, and lets its account be
// decided anew.
func (b *batch) unsell(ref connectors.Ref) error {
	known, ok := b.sold[ref]
	if !ok {
		return nil
	}
	delete(b.sold, ref)
	b.unsold = append(b.unsold, ref)
	if err := b.loadRecords([]connectors.Ref{known.Home}); err != nil {
		return err
	}
	if en := b.find(known.Home); en != nil {
		b.touch(en)
	}
	return nil
}

func (b *batch) saveSales() error {
	if err := b.tx.PutSales(b.sales); err != nil {
		return err
	}
	err := b.tx.DeleteSales(b.unsold)
	b.sales, b.unsold = nil, nil
	return err
}

// activities reads what sales and buyers did on many accounts.
func (b *batch) activities(ids []string) (map[string][]mapping.SalesActivity, error) {
	var refs []connectors.Ref
	for _, id := range ids {
		if en := b.entries[id]; en != nil {
			refs = append(refs, homes(en.account)...)
		}
	}
	found, err := b.tx.Sales(refs)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	out := map[string][]mapping.SalesActivity{}
	for _, id := range ids {
		en := b.entries[id]
		if en == nil {
			continue
		}
		for _, ref := range homes(en.account) {
			out[id] = append(out[id], found[ref]...)
		}
	}
	return out, nil
}
