package scenario

import (
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"handoffd/connectors"
	"handoffd/internal/app"
	"handoffd/internal/yamlpos"
)

// reader turns a file into a Scenario, in two steps: what the stage is set
// with, and, once the CRMs stand and their fields are known, the rest.
type reader struct {
	c        *yamlpos.Collector
	file     *yamlpos.File
	raw      *yaml.Node
	scenario *Scenario
	config   *app.Config
	zone     *time.Location
	schema   map[connectors.System]map[connectors.Object]connectors.Schema
	// ruleNames are where the timeline names rules, rules what they may be
	// called: a rule may come with new rules later in the file.
	ruleNames []yamlpos.Node
	rules     []string
}

// topKeys are the keys of a scenario.
func topKeys() []string {
	return []string{"name", "about", "start", "config", "policy", "mapping", "channels", "signed", "release", "people", "accounts", "timeline"}
}

// newReader reads what the stage is set with: config, start and people. ok is
// false if nothing can be made of the file; an error means that a file that it
// names cannot be read.
func newReader(path string, src []byte, configPath string, c *yamlpos.Collector) (r *reader, ok bool, err error) {
	r = &reader{c: c, scenario: &Scenario{File: path, release: true}}
	if r.file = yamlpos.Parse(path, src, c); r.file == nil {
		return r, false, nil
	}
	r.raw = &yaml.Node{}
	if err := yaml.Unmarshal(src, r.raw); err != nil {
		return r, false, err
	}
	top := r.file.Root().Map(topKeys()...)
	top.Require("name", "start", "accounts", "timeline")
	top.Get("name").Text(&r.scenario.Name)
	top.Get("release").Bool(&r.scenario.release)
	if configPath == "" && top.Has("config") {
		var named string
		top.Get("config").Text(&named)
		if configPath = named; !filepath.IsAbs(named) {
			configPath = filepath.Join(filepath.Dir(path), named)
		}
	}
	set, config, err := loadConfig(configPath, c)
	if err != nil || config == nil {
		return r, false, err
	}
	top.Get("signed").Bool(&set.signed)
	r.config = config
	if !r.overrides(top, &set) {
		return r, false, nil
	}
	r.scenario.settings = set
	r.start(top.Get("start"))
	r.people(top.Get("people"))
	return r, r.playable(), nil
}

// playable tells whether the stage can be set, so that the rest of the file can
// be read and all mistakes be named at once.
func (r *reader) playable() bool {
	seen := map[string]bool{}
	for _, p := range r.scenario.people {
		if p.email == "" || seen[strings.ToLower(p.email)] {
			return false
		}
		seen[strings.ToLower(p.email)] = true
	}
	return !r.scenario.Start.IsZero()
}

// overrides lays the scenario's own mapping and policy over the config's. What
// is wrong with the result is told where the override stands.
func (r *reader) overrides(top *yamlpos.Map, set *settings) bool {
	for _, o := range []struct{ key, section string }{{"channels", "channels"}, {"mapping", "mapping"}, {"policy", "workflows"}} {
		n := top.Get(o.key)
		if !n.OK() {
			continue
		}
		next, config, ok := r.override(n, o.section, *set)
		if !ok {
			return false
		}
		*set, r.config = next, config
	}
	r.zone = r.config.Policy.Calendar.Location()
	return true
}

func (r *reader) override(n yamlpos.Node, section string, set settings) (settings, *app.Config, bool) {
	if n.Kind() != yamlpos.Mapping {
		n.Errorf(yamlpos.CheckType, "%s: expected a mapping of what is to be otherwise in the config's %s", n.Path(), section)
		return set, nil, false
	}
	next, err := set.with(section, at(r.raw, n.Pos()))
	if err == nil {
		var config *app.Config
		var problems *yamlpos.Collector
		if config, problems, err = next.compile("scenario.db", "app", r.scenario.Start); err == nil && !problems.Failed() {
			return next, config, true
		} else if err == nil {
			for _, p := range problems.Problems() {
				p.Message = n.Path() + ": with this in it the config says: " + p.Message
				n.Add(p)
			}
			return set, nil, false
		}
	}
	n.Errorf(yamlpos.CheckValue, "%s: %v", n.Path(), err)
	return set, nil, false
}

// start reads the first moment.
func (r *reader) start(n yamlpos.Node) {
	if !n.OK() {
		return
	}
	for _, layout := range []string{"2006-01-02 15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, n.Raw(), r.zone); err == nil {
			r.scenario.Start = t
			return
		}
	}
	n.Errorf(yamlpos.CheckValue, `start: expected a day and a time in the team's zone, such as "2026-03-02 09:00"`)
}

// story reads accounts and timeline, once the fields of both CRMs are known.
func (r *reader) story() bool {
	top := r.file.Root().Map(topKeys()...)
	r.accounts(top.Get("accounts"))
	r.rules = []string{"adopted", "moved by hand"}
	r.knowRules()
	r.timeline(top.Get("timeline"))
	for _, n := range r.ruleNames {
		if _, ok := pattern(n); !ok && !slices.Contains(r.rules, n.Raw()) {
			r.unknown(n, "rule", r.rules)
		}
	}
	r.scenario.config = r.config
	return !r.c.Failed()
}

// knowRules takes up what the handoffs of the present policy are called.
func (r *reader) knowRules() {
	for i := range r.config.Policy.Handoffs {
		if name := r.config.Policy.Handoffs[i].Name; !slices.Contains(r.rules, name) {
			r.rules = append(r.rules, name)
		}
	}
}

// account finds the account that a node names.
func (r *reader) account(n yamlpos.Node) *account {
	var names []string
	for _, a := range r.scenario.accounts {
		if a.key == n.Raw() {
			return a
		}
		names = append(names, a.key)
	}
	r.unknown(n, "account", names)
	return &account{}
}

// person finds the person that a node names by key or e-mail, nil if it is not
// written.
func (r *reader) person(n yamlpos.Node) *person {
	if !n.OK() {
		return nil
	}
	var names []string
	for _, p := range r.scenario.people {
		if p.key == n.Raw() || p.email == n.Raw() {
			return p
		}
		names = append(names, p.key)
	}
	r.unknown(n, "person", names)
	return nil
}

// contact finds a contact of an account; the first if none is named.
func (r *reader) contact(a *account, n yamlpos.Node) *contact {
	if !n.OK() && len(a.contacts) > 0 {
		return a.contacts[0]
	}
	var names []string
	for _, c := range a.contacts {
		if c.key == n.Raw() {
			return c
		}
		names = append(names, c.key)
	}
	switch {
	case a.key == "": // reported
	case n.OK():
		r.unknown(n, "contact of "+a.key, names)
	}
	return nil
}

// unknown reports a name that stands for nothing.
func (r *reader) unknown(n yamlpos.Node, what string, names []string) {
	if n.Kind() != yamlpos.Scalar {
		n.Errorf(yamlpos.CheckType, "%s: expected the name of an %s", n.Path(), what)
		return
	}
	n.Add(yamlpos.Problem{
		Check: yamlpos.CheckValue, Message: "there is no " + what + " \"" + n.Raw() + "\"",
		Allowed: names, Nearest: yamlpos.Nearest(n.Raw(), names),
	})
}

// system reads the name of a CRM; "" if it is not written.
func (r *reader) system(n yamlpos.Node) connectors.System {
	var s connectors.System
	if n.OK() {
		yamlpos.Enum(n, &s, systemsOf()...)
	}
	return s
}

// systemIn reads the name of a CRM in which the account stands.
func (r *reader) systemIn(a *account, n yamlpos.Node) connectors.System {
	s := r.system(n)
	if s != "" && a.key != "" && !slices.Contains(a.in, s) {
		n.Errorf(yamlpos.CheckValue, "%s does not stand in %s", a.key, s)
	}
	return s
}
