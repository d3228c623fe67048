package engine_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

// crowd is what hangs on the accounts of a law's run: contacts in HubSpot who
// ask for demos, and meetings in Salesforce.
type crowd struct {
	h        *house
	r        *rapid.T
	next     int
	accounts map[connectors.System][]string // alive
	contacts []string
	home     map[string]string // company by contact
	tasks    map[string]string // Salesforce account by task
	asked    int
	read     map[connectors.System]int // of the log, for late pages
}

func (w *crowd) crm(s connectors.System) *crm {
	if s == connectors.HubSpot {
		return w.h.hs
	}
	return w.h.sf
}

func (w *crowd) pick(what string, list []string) string {
	return rapid.SampledFrom(list).Draw(w.r, what)
}

func (w *crowd) id() string {
	w.next++
	return strconv.Itoa(100 + w.next)
}

func (w *crowd) account(s connectors.System) {
	id, where := w.id(), domain(rapid.IntRange(1, 3).Draw(w.r, "domain"))
	if s == connectors.HubSpot {
		w.h.hubspot(id, where, "10")
	} else {
		id = sfID(100 + w.next)
		w.h.salesforce(100+w.next, where)
	}
	w.accounts[s] = append(w.accounts[s], id)
}

// mergeAccounts lets two accounts of a CRM become one; what hangs on them says
// so from then on.
func (w *crowd) mergeAccounts(s connectors.System) {
	one := w.pick("survivor", w.accounts[s])
	gone := w.pick("merged", slices.DeleteFunc(slices.Clone(w.accounts[s]), func(x string) bool { return x == one }))
	into := one
	drop := func(id string) {
		w.accounts[s] = slices.DeleteFunc(w.accounts[s], func(x string) bool { return x == id })
	}
	drop(gone)
	if s == connectors.HubSpot {
		drop(one)
		into = w.id()
		w.h.hs.merged(into, one, nil)
		w.h.hs.alias(into, gone)
		w.h.hs.remove(one, into)
		w.accounts[s] = append(w.accounts[s], into)
	}
	w.crm(s).remove(gone, into)
	hangs := w.tasks
	object := connectors.Task
	if s == connectors.HubSpot {
		hangs, object = w.home, connectors.Contact
	}
	for id, at := range hangs {
		if at == one || at == gone {
			hangs[id] = into
			w.set(connectors.Ref{System: s, Object: object, ID: id}, func(r *connectors.Record) { r.Accounts = []string{into} })
		}
	}
}

// set changes a record as it will be read from now on, without telling.
func (w *crowd) set(ref connectors.Ref, change func(*connectors.Record)) {
	c := w.crm(ref.System)
	r := c.rows[ref]
	change(&r)
	c.rows[ref] = r
}

func (w *crowd) contact() {
	id := w.id()
	w.contacts = append(w.contacts, id)
	w.home[id] = w.pick("company", w.accounts[connectors.HubSpot])
	w.h.contact(id, w.home[id], map[string]string{"lastname": id})
}

func (w *crowd) mergeTwoContacts() {
	one := w.pick("contact", w.contacts)
	gone := w.pick("other", slices.DeleteFunc(slices.Clone(w.contacts), func(x string) bool { return x == one }))
	id := w.id()
	w.h.clock.Advance(time.Minute)
	rows := w.h.hs.rows
	ref := func(id string) connectors.Ref {
		return connectors.Ref{System: connectors.HubSpot, Object: connectors.Contact, ID: id}
	}
	r := rows[ref(one)]
	r.Ref, r.Aliases, r.Modified = ref(id), []string{one, gone}, w.h.clock.Now()
	rows[r.Ref] = r
	told := []connectors.Record{r}
	for _, old := range []string{one, gone} {
		told = append(told, connectors.Record{Ref: ref(old), Deleted: true, MergedInto: id, Modified: r.Modified})
	}
	w.h.hs.log = append(w.h.hs.log, rapid.Permutation(told).Draw(w.r, "told")...)
	w.home[id] = w.home[one]
	w.contacts = append(slices.DeleteFunc(w.contacts, func(x string) bool { return x == one || x == gone }), id)
}

// late lets a page be read once more that was read before.
func (w *crowd) late(s connectors.System) {
	c := w.crm(s)
	if w.read[s] > 0 {
		c.log = append(c.log, c.log[rapid.IntRange(0, w.read[s]-1).Draw(w.r, "late")])
	}
}

func (w *crowd) meet() {
	at := map[string]string{"CompletedDateTime": w.h.stamp(), "Subject": "Met", "Status": "Completed", "IsClosed": "true", "OwnerId": "005000000000001AAA"}
	if ids := keysOf(w.tasks); len(ids) > 0 && rapid.Bool().Draw(w.r, "known") {
		id := w.pick("task", ids)
		if rapid.Bool().Draw(w.r, "corrected") {
			w.h.sf.put(connectors.Task, id, nil, at)
			return
		}
		delete(w.tasks, id)
		w.h.sf.log = append(w.h.sf.log, connectors.Record{Ref: connectors.Ref{System: connectors.Salesforce, Object: connectors.Task, ID: id}, Deleted: true, Modified: w.h.clock.Now()})
		return
	}
	id := "00T" + w.id()
	w.tasks[id] = w.pick("account", w.accounts[connectors.Salesforce])
	w.h.sf.put(connectors.Task, id, []string{w.tasks[id]}, at)
}

func keysOf(m map[string]string) (list []string) {
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

func (w *crowd) run() {
	w.h.sf.page, w.h.hs.page = rapid.IntRange(1, 4).Draw(w.r, "page"), rapid.IntRange(1, 4).Draw(w.r, "page")
	w.h.once()
	w.read = map[connectors.System]int{connectors.Salesforce: len(w.h.sf.log), connectors.HubSpot: len(w.h.hs.log)}
}

// check compares what is known of the living accounts with what happened.
func (w *crowd) check() {
	demos, meetings, sales := 0, 0, 0
	var people []string
	err := w.h.store.View(w.h.t.Context(), func(tx engine.Tx) error {
		for _, s := range connectors.Systems() {
			for _, id := range w.accounts[s] {
				home := connectors.Ref{System: s, Object: connectors.Account, ID: id}
				points, err := tx.Points([]connectors.Ref{home}, time.Time{})
				if err != nil {
					return err
				}
				for _, p := range points[home] {
					switch p.Signal {
					case "demo":
						demos++
					case "meetings":
						meetings++
					}
				}
				found, err := tx.Sales([]connectors.Ref{home})
				if err != nil {
					return err
				}
				for _, a := range found[home] {
					if a.Key == "" { // what handoffd made itself is not of this story
						sales++
					}
				}
				list, err := tx.Contacts([]connectors.Ref{home})
				if err != nil {
					return err
				}
				for _, c := range list[home] {
					people = append(people, c.Ref.ID+" at "+id)
				}
			}
		}
		return nil
	})
	if err != nil {
		w.r.Fatal(err)
	}
	var want []string
	for _, id := range w.contacts {
		want = append(want, id+" at "+w.home[id])
	}
	slices.Sort(people)
	slices.Sort(want)
	if fmt.Sprint(people) != fmt.Sprint(want) {
		w.r.Fatalf("people %q, want %q", people, want)
	}
	if demos != w.asked || meetings != len(w.tasks) || sales != len(w.tasks) {
		w.r.Fatalf("%d demo requests, %d meetings, %d activities of sales; want %d, %d and %d", demos, meetings, sales, w.asked, len(w.tasks), len(w.tasks))
	}
}

// TestRelatedLaw: whatever becomes of accounts, contacts and activities, and
// whichever pages are read late, every event counts once, every person is on
// the account that the CRM names, and what sales did stays with its account.
func TestRelatedLaw(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		w := &crowd{h: demoHouse(t), r: r, accounts: map[connectors.System][]string{}, home: map[string]string{}, tasks: map[string]string{}}
		defer func() { _ = w.h.store.Close() }()
		for range 2 {
			w.account(connectors.Salesforce)
			w.account(connectors.HubSpot)
		}
		w.run()
		w.contact()
		for range rapid.IntRange(4, 14).Draw(r, "steps") {
			s := rapid.SampledFrom(connectors.Systems()).Draw(r, "system")
			w.h.clock.Advance(time.Minute)
			switch what := rapid.IntRange(0, 11).Draw(r, "what"); {
			case what == 0:
				w.account(s)
			case what == 1:
				w.contact()
			case what <= 3:
				w.asked++
				id := w.pick("contact", w.contacts)
				w.h.contact(id, w.home[id], map[string]string{"demo_at": w.h.stamp()})
			case what == 4:
				id := w.pick("contact", w.contacts)
				w.home[id] = w.pick("company", w.accounts[connectors.HubSpot])
				w.h.contact(id, w.home[id], nil)
			case what == 5 && len(w.contacts) > 1:
				w.mergeTwoContacts()
			case what == 6 && len(w.accounts[s]) > 1:
				w.run() // what hangs on them was read before they are merged
				w.h.clock.Advance(time.Minute)
				w.mergeAccounts(s)
			case what <= 8:
				w.meet()
			case what == 9:
				w.late(s)
			default:
				w.run()
			}
		}
		w.run()
		w.run()
		w.check()
	})
}
