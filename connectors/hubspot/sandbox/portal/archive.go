package portal

import "net/http"

// Archive puts a record into the recycling bin. An id that does not exist is
// no error (recorded: 204).
func (p *Portal) Archive(t *ObjectType, id string, w Writer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	r, err := tb.resolve(id)
	if err != nil {
		if e := err.(*Error); e.Status == http.StatusNotFound && e.Category == "" {
			return nil
		}
		return err
	}
	p.archive(tb, r)
	if !w.Platform {
		p.wrote(t, r)
	}
	return nil
}

func (p *Portal) archive(t *table, r *row) {
	if !r.live() {
		return
	}
	p.retire(t, r, p.nowMillis(), p.nowMillis())
}

// retire takes a live row out of sight: archived at a time, or gone for good
// when archived is negative.
func (p *Portal) retire(t *table, r *row, archived, now int64) {
	old := r.cur
	next := &state{modified: old.modified, archived: archived, cells: old.cells}
	r.cur = next
	t.reindex(r, old, next)
	p.publish(t, r, next, now)
	if old.archived == 0 {
		p.rollLinks(t, r, -1, now)
	}
}

// Restore takes a record out of the recycling bin, as a person can.
func (p *Portal) Restore(object, id string) error {
	t, err := p.Type(object)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	r, err := tb.resolve(id)
	if err != nil {
		return err
	}
	if r.live() || r.cur.archived < 0 {
		return nil
	}
	now := p.nowMillis()
	old := r.cur
	next := &state{modified: max(now, old.modified), cells: old.cells}
	r.cur = next
	tb.reindex(r, old, next)
	p.publish(tb, r, next, now)
	p.rollLinks(tb, r, 1, now)
	return nil
}
