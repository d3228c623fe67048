package portal

import (
	"net/http"
	"sort"
	"strconv"
)

// Get shows one record, found by id or by a unique property. A merged-away id
// gives the survivor, under the survivor's id.
func (p *Portal) Get(t *ObjectType, id, idProperty string, archived bool, v View) (Record, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	r, err := tb.resolveBy(idProperty, id)
	if err != nil {
		return Record{}, err
	}
	if r.live() == archived || r.cur.archived < 0 {
		return Record{}, notFound()
	}
	return p.view(tb, r, r.cur, v), nil
}

// Page is one page of a list. Next is the cursor to go on from, "" at the end.
type Page struct {
	Records []Record
	Next    string
}

// List shows records in the order of their ids from the cursor on.
func (p *Portal) List(t *ObjectType, after string, limit int, archived bool, v View) (Page, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	from := int64(0)
	if after != "" {
		n, err := strconv.ParseInt(after, 10, 64)
		if err != nil {
			return Page{}, Invalid("Cannot deserialize value of type `long` from String %q: not a valid `long` value", after)
		}
		from = n
	}
	tb := p.table(t)
	order := tb.ordered()
	page := Page{Records: []Record{}}
	start := sort.Search(len(order), func(i int) bool { return tb.rows[order[i]].id >= from })
	for _, pos := range order[start:] {
		r := tb.rows[pos]
		if r.cur.archived < 0 || r.live() == archived {
			continue
		}
		if len(page.Records) == limit {
			last := page.Records[limit-1].ID
			n, _ := strconv.ParseInt(last, 10, 64)
			page.Next = strconv.FormatInt(n+1, 10)
			break
		}
		page.Records = append(page.Records, p.view(tb, r, r.cur, v))
	}
	return page, nil
}

// BatchRead shows several records. missing lists the ids that led nowhere.
func (p *Portal) BatchRead(t *ObjectType, ids []string, idProperty string, archived bool, v View) (found []Record, missing []string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	found = []Record{}
	seen := map[*row]bool{}
	for _, id := range ids {
		r, err := tb.resolveBy(idProperty, id)
		if err != nil {
			if e := err.(*Error); e.Status != http.StatusNotFound {
				return nil, nil, err
			}
			missing = append(missing, id)
			continue
		}
		if r.live() == archived || r.cur.archived < 0 {
			missing = append(missing, id)
			continue
		}
		if !seen[r] {
			seen[r] = true
			found = append(found, p.view(tb, r, r.cur, v))
		}
	}
	return found, missing, nil
}
