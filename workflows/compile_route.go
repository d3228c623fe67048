package workflows

import (
	"maps"
	"slices"
	"strings"
	"time"

	"handoffd/internal/yamlpos"
	"handoffd/mapping"
)

// routing reads to whom the accounts of each stage go.
func (k *compiler) routing(top *yamlpos.Map) {
	k.p.Absent = map[string][]Absence{}
	pools := map[string]*Pool{}
	listed := top.Get("pools").FreeMap()
	for key, value := range listed.All() {
		pools[key.Raw()] = k.pool(key.Raw(), value)
	}
	used := map[string]bool{}
	stages := top.Get("routing").Map(string(SDR), string(AE))
	for _, stage := range []Stage{SDR, AE} {
		m := stages.Get(string(stage)).Map("to", "pool", "fallback", "write_to", "reassign_on_breach")
		r := Routing{Pool: k.poolOf(m.Get("pool"), stage, pools, used)}
		if n := m.Get("fallback"); n.Text(&r.Fallback) {
			k.email(n, r.Fallback)
		}
		k.writeTo(m.Get("write_to"), stage, &r)
		k.choices(m, stage, &r)
		k.reassign(m.Get("reassign_on_breach"), &r)
		k.p.Routing[stage] = r
	}
	for key := range listed.All() {
		if !used[key.Raw()] {
			key.Warnf("unused-pool", "no stage of workflows.routing has the pool %s", key.Raw())
		}
	}
}

// poolOf is a stage's own pool, or the shared one that it names.
func (k *compiler) poolOf(n yamlpos.Node, stage Stage, pools map[string]*Pool, used map[string]bool) *Pool {
	var name string
	switch {
	case !n.OK():
		return nil
	case n.Kind() == yamlpos.List:
		return k.pool("routing."+string(stage), n)
	case !n.Text(&name):
		return nil
	}
	used[name] = true
	if pools[name] == nil {
		n.NotAllowed(slices.Sorted(maps.Keys(pools)))
	}
	return pools[name]
}

// choices reads in which order somebody is looked for. Without a word it is
// the account's own SDR or AE where a CRM keeps one, its owner, and the pool.
func (k *compiler) choices(m *yamlpos.Map, stage Stage, r *Routing) {
	allowed := []string{ToPool}
	for i := range k.p.Mapping.Fields {
		if f := &k.p.Mapping.Fields[i]; f.Type == mapping.Owner && f.Name != ToPool {
			allowed = append(allowed, f.Name)
		}
	}
	n := m.Get("to")
	if !n.OK() {
		if f := k.p.Mapping.Field(string(stage)); f != nil && f.Type == mapping.Owner && f.Master != mapping.FromHandoffd {
			r.To = append(r.To, f.Name)
		}
		r.To = append(r.To, mapping.OwnerField)
		if r.Pool != nil {
			r.To = append(r.To, ToPool)
		}
		return
	}
	for _, item := range n.ListOrOne() {
		var choice string
		switch {
		case !yamlpos.Enum(item, &choice, allowed...):
			continue
		case slices.Contains(r.To, choice):
			item.Errorf(yamlpos.CheckDuplicateKey, "%s was asked before", choice)
			continue
		case choice == ToPool && !m.Has("pool"):
			item.Errorf(yamlpos.CheckMissingKey, "there is no pool: name one, or list its members, under pool")
		}
		r.To = append(r.To, choice)
	}
	if n.Kind() == yamlpos.List && len(n.List()) == 0 {
		n.Errorf(yamlpos.CheckValue, "the list is empty: say who is asked, such as [owner, pool]")
	}
	if m.Has("pool") && len(r.To) > 0 && !slices.Contains(r.To, ToPool) {
		m.Get("pool").Errorf(yamlpos.CheckValue, "nobody of this pool ever gets an account, since to does not name the pool")
	}
}

// writeTo reads which field gets the choice: the one that is called as the
// stage, if nothing else is said.
func (k *compiler) writeTo(n yamlpos.Node, stage Stage, r *Routing) {
	if !n.OK() {
		if f := k.p.Mapping.Field(string(stage)); f != nil && f.Assignable() {
			r.WriteTo = f.Name
		}
		return
	}
	var name string
	if !n.Text(&name) {
		return
	}
	f := k.p.Mapping.Field(name)
	switch {
	case f == nil || f.Type != mapping.Owner:
		var owners []string
		for i := range k.p.Mapping.Fields {
			if k.p.Mapping.Fields[i].Type == mapping.Owner {
				owners = append(owners, k.p.Mapping.Fields[i].Name)
			}
		}
		n.Add(yamlpos.Problem{
			Check: "unknown-field", Message: name + " is no field of the type owner", Allowed: owners, Nearest: yamlpos.Nearest(name, owners),
		})
	case f.Assignable():
		r.WriteTo = name
	case f.Master == mapping.ReadOnly && name == mapping.OwnerField:
		n.Errorf("direction", "owner is only read; to have it written, map it under mapping.account as {type: owner, salesforce: OwnerId, hubspot: hubspot_owner_id, from: handoffd}, or with sync")
	case f.Master == mapping.ReadOnly:
		n.Errorf("direction", "%s is only read: its field must say from: handoffd, or sync", name)
	case f.Master == mapping.SyncFillBlank:
		n.Errorf("direction", "%s is only filled where it is empty, so a later choice would not get there: its field must say from: handoffd, or sync: newest", name)
	default:
		n.Errorf("direction", "%s comes from %s, which would put our choice back: its field must say from: handoffd, or sync", name, f.Master)
	}
}

func (k *compiler) reassign(n yamlpos.Node, r *Routing) {
	if n.Bool(&r.Reassign) && r.Reassign && r.Fallback == "" && (r.Pool == nil || len(r.Pool.Members) < 2) {
		n.Warnf("no-choice", "there is nobody else to give an account to: name a pool of two or more, or a fallback")
	}
}

// pool reads who takes turns.
func (k *compiler) pool(name string, n yamlpos.Node) *Pool {
	p := &Pool{Name: name}
	if n.Kind() != yamlpos.List {
		n.Errorf(yamlpos.CheckType, "a pool is a list of people, such as [{email: ann@acme.example, weight: 2}, bob@acme.example]")
		return p
	}
	items := n.List()
	if len(items) == 0 {
		n.Errorf(yamlpos.CheckValue, "the pool is empty: list its people by e-mail")
	}
	seen := map[string]bool{}
	for _, item := range items {
		m, ok := k.member(item)
		if !ok {
			continue
		}
		person := k.p.Mapping.Owners.Person(m.Email)
		if seen[person] {
			item.Errorf(yamlpos.CheckDuplicateKey, "%s is in this pool already; give them a greater weight instead", m.Email)
			continue
		}
		seen[person] = true
		p.Members = append(p.Members, m)
	}
	return p
}

// member reads one of a pool: an address, or more about the person.
func (k *compiler) member(n yamlpos.Node) (Member, bool) {
	out := Member{Weight: 1}
	if n.Kind() != yamlpos.Mapping {
		ok := n.Text(&out.Email)
		return out, ok && k.address(n, &out.Email)
	}
	m := n.Map("email", "weight", "capacity", "territory", "absent")
	ok := m.Require("email") && m.Get("email").Text(&out.Email) && k.address(m.Get("email"), &out.Email)
	m.Get("weight").FloatIn(&out.Weight, 0.001, 1000)
	if m.Has("territory") {
		out.Territory = k.criteria(m.Get("territory"))
	}
	k.capacity(m.Get("capacity"), &out.Capacity)
	absences := k.absences(m.Get("absent"))
	if !ok {
		return out, false
	}
	person := k.p.Mapping.Owners.Person(out.Email)
	k.p.Absent[person] = append(k.p.Absent[person], absences...)
	return out, true
}

// address checks an e-mail address and brings it into the form in which
// addresses are compared.
func (k *compiler) address(n yamlpos.Node, email *string) bool {
	if !k.email(n, *email) {
		return false
	}
	*email = strings.ToLower(*email)
	return true
}

func (k *compiler) capacity(n yamlpos.Node, dst *Capacity) {
	m := n.Map("per_day", "per_week", "per_month")
	if n.OK() && m.OK() && m.Len() == 0 {
		n.Errorf(yamlpos.CheckMissingKey, "say how many: {per_day: 2}, {per_week: 5} or {per_month: 20}")
	}
	for key, most := range map[string]*int{"per_day": &dst.Day, "per_week": &dst.Week, "per_month": &dst.Month} {
		m.Get(key).IntIn(most, 1, 1<<30)
	}
}

func (k *compiler) absences(n yamlpos.Node) []Absence {
	var out []Absence
	for _, item := range n.ListOrOne() {
		var from, to time.Time
		m := item.Map("from", "to")
		if !m.Require("from", "to") || !m.Get("from").Date(&from) || !m.Get("to").Date(&to) {
			continue
		}
		if to.Before(from) {
			m.Get("to").Errorf(yamlpos.CheckValue, "the absence ends before it begins: both days are part of it")
			continue
		}
		out = append(out, Absence{From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)})
	}
	return out
}

// written lists the owner fields that routing gives values.
func (k *compiler) written() []string {
	var out []string
	for _, r := range k.p.Routing {
		if r.WriteTo != "" {
			out = append(out, r.WriteTo)
		}
	}
	return out
}
