package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"handoffd/internal/yamlpos"
)

// timeline reads the entries and puts them in order of time. Entries of one
// moment stay in the order of the file.
func (r *reader) timeline(n yamlpos.Node) {
	previous, end := r.scenario.Start, r.scenario.Start
	type habit struct {
		first entry
		rep   repetition
	}
	var habits []habit
	for _, item := range n.List() {
		m := item.Map("at", "by", "after", "every", "times", "until", "note", "set", "do", "expect")
		e := entry{pos: item.Pos(), at: previous}
		switch key := m.RequireOne("at", "by", "after"); key {
		case "after":
			var d time.Duration
			m.Get(key).Duration(&d)
			e.at, e.written = previous.Add(d), "after "+m.Get(key).Raw()
		case "at", "by":
			if at, ok := r.when(m.Get(key)); ok {
				e.at = at
			}
			e.written = key + " " + m.Get(key).Raw()
		}
		if e.at.Before(r.scenario.Start) {
			item.Errorf(yamlpos.CheckValue, "%s: this is before the start", item.Path())
		}
		r.entryOf(&e, item, m)
		previous = e.at
		if rep, ok := r.repeat(m); ok {
			habits = append(habits, habit{e, rep})
			continue
		}
		if e.at.After(end) {
			end = e.at
		}
		r.scenario.timeline = append(r.scenario.timeline, e)
	}
	for _, h := range habits {
		for _, at := range r.expand(h.first.at, h.rep, end) {
			e := h.first
			e.at = at
			r.scenario.timeline = append(r.scenario.timeline, e)
		}
	}
	slices.SortStableFunc(r.scenario.timeline, func(a, b entry) int { return a.at.Compare(b.at) })
}

// entryOf reads what an entry does or expects.
func (r *reader) entryOf(e *entry, item yamlpos.Node, m *yamlpos.Map) {
	m.Get("note").Text(&e.note)
	if s := m.Get("set"); s.OK() {
		e.acts = append(e.acts, r.set(s)...)
	}
	for _, node := range m.Get("do").ListOrOne() {
		if s := r.do(node); s.do != nil {
			e.acts = append(e.acts, s)
		}
	}
	if x := m.Get("expect"); x.OK() {
		e.expect = r.expectation(x)
		if len(e.acts) > 0 {
			x.Errorf(yamlpos.CheckValue, "%s: an entry either does something or expects something: the daemon needs time to notice; write a second entry", x.Path())
		}
	}
	if !m.Has("set") && !m.Has("do") && !m.Has("expect") && !m.Has("note") {
		item.Errorf(yamlpos.CheckMissingKey, "%s: there is no set, do, expect or note here", item.Path())
	}
}

// verb is one thing that can be done: the keys beside it, and how it is read.
type verb struct {
	keys []string
	read func(*yamlpos.Map) act
}

// verbs lists all, by the key that names them.
func (r *reader) verbs() map[string]verb {
	return map[string]verb{
		"complete_task":      {[]string{"by", "subject"}, r.taskStatus("complete_task", "completes", statusDone)},
		"start_task":         {[]string{"by", "subject"}, r.taskStatus("start_task", "starts", statusStarted)},
		"reopen_task":        {[]string{"by", "subject"}, r.taskStatus("reopen_task", "reopens", statusOpen)},
		"assign_task":        {[]string{"to", "by", "subject"}, r.assignTask},
		"delete_task":        {[]string{"by", "subject"}, r.deleteTask},
		"call":               {activityKeys(), r.activity("call")},
		"email":              {activityKeys(), r.activity("email")},
		"meeting":            {activityKeys(), r.activity("meeting")},
		"task":               {activityKeys(), r.activity("task")},
		"reply":              {[]string{"contact", "subject", "in"}, r.reply},
		"book_meeting":       {[]string{"contact", "when", "with", "in"}, r.bookMeeting},
		"visit":              {[]string{"contact", "times"}, r.visit},
		"form":               {[]string{"contact", "name"}, r.form},
		"mail":               {[]string{"contact", "sent", "opened", "clicked"}, r.mail},
		"signal":             {[]string{"name", "by", "contact", "in"}, r.signal},
		"confirm":            {[]string{"field"}, r.confirm},
		"opportunity":        {[]string{"amount", "stage", "name", "owner", "in", "by"}, r.opportunity},
		"stage":              {[]string{"to", "by"}, r.stage},
		"win":                {[]string{"by"}, r.closeAs("win", "wins", "Closed Won", "closedwon")},
		"delete_opportunity": {[]string{"by"}, r.dropDeal},
		"lose":               {[]string{"by"}, r.closeAs("lose", "loses", "Closed Lost", "closedlost")},
		"create":             {nil, r.create},
		"add_contact":        {[]string{"contact", "title", "email"}, r.addContact},
		"merge":              {[]string{"into", "in"}, r.merge},
		"delete":             {[]string{"in"}, r.delete},
		"undelete":           {[]string{"in"}, r.undelete},
		"deactivate":         {nil, r.activate("deactivate", false)},
		"activate":           {nil, r.activate("activate", true)},
		"outage":             {[]string{"for"}, r.outage},
		"fault":              {[]string{"with"}, r.fault},
		"clear_faults":       {nil, r.clearFaults},
		"request":            {[]string{"method", "path", "body"}, r.request},
		"handoffd":           {nil, r.command},
		"policy":             {nil, r.policy},
	}
}

// do reads one thing that is done: a mapping with exactly one verb.
func (r *reader) do(n yamlpos.Node) (s step) {
	verbs := r.verbs()
	if n.Kind() != yamlpos.Mapping {
		n.Errorf(yamlpos.CheckType, "%s: expected a mapping that begins with what is done, such as {complete_task: globex, by: sam}", n.Path())
		return s
	}
	var found []string
	var first *yamlpos.Node
	for key := range n.FreeMap().All() {
		if first == nil {
			first = &key
		}
		if _, ok := verbs[key.Raw()]; ok && !besides(verbs, found, key.Raw()) {
			found = append(found, key.Raw())
		}
	}
	if len(found) == 0 {
		if first == nil {
			n.Errorf(yamlpos.CheckMissingKey, "%s: nothing is done here", n.Path())
		} else {
			r.unknown(*first, "act", sortedKeys(verbs))
		}
		return s
	}
	if len(found) > 1 {
		n.Errorf(yamlpos.CheckValue, "%s: %s are two things; write a list", n.Path(), strings.Join(found, " and "))
		return s
	}
	v := verbs[found[0]]
	m := n.Map(append([]string{found[0]}, v.keys...)...)
	return step{do: v.read(m), pos: n.Pos(), words: strings.TrimSpace(found[0] + ": " + m.Get(found[0]).Raw())}
}

// besides tells whether a word that is a verb elsewhere stands beside a verb.
func besides(verbs map[string]verb, found []string, word string) bool {
	for _, f := range found {
		if slices.Contains(verbs[f].keys, word) {
			return true
		}
	}
	return false
}

// said puts an act into words.
func said(format string, args ...any) string { return fmt.Sprintf(format, args...) }
