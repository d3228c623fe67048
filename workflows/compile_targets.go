package workflows

import (
	"net/url"

	"handoffd/internal/yamlpos"
)

// defaultTargets are the framework's.
func defaultTargets() map[string]Target {
	out := map[string]Target{}
	for _, m := range Measures() {
		if m.Target == "" {
			continue
		}
		t, err := ParseTarget(m.Target)
		if err != nil {
			panic(err) // a constant of this package
		}
		out[m.Name] = t
	}
	return out
}

// noTarget is what a team writes that only wants to see the figure.
const noTarget = "none"

// targets reads what the measures are held against.
func (k *compiler) targets(n yamlpos.Node) {
	kinds := map[string]Kind{}
	var names []string
	for _, m := range Measures() {
		if m.Kind != Count {
			kinds[m.Name] = m.Kind
			names = append(names, m.Name)
		}
	}
	texts := n.Map(names...)
	for _, name := range names {
		var text string
		value := texts.Get(name)
		if !texts.Has(name) || !value.Text(&text) {
			continue
		}
		if text == noTarget {
			delete(k.p.Targets, name)
			continue
		}
		t, err := ParseTarget(text)
		switch {
		case err != nil:
			value.Errorf(yamlpos.CheckValue, "%v", err)
		case t.Kind != kinds[name]:
			value.Errorf(yamlpos.CheckValue, "%s is measured in %s, not in %s", name, kinds[name].units(), t.Kind.units())
		case t.Kind == Share && (t.Low > 1 || t.HasHigh && t.High > 1):
			value.Errorf(yamlpos.CheckValue, "%s is a share: %q is more than 100 %%", name, text)
		default:
			k.p.Targets[name] = t
		}
	}
}

func (k Kind) units() string {
	if k == Time {
		return "days or hours"
	}
	return "%"
}

// survey reads the address that the digests ask sales to go to.
func (k *compiler) survey(n yamlpos.Node) {
	var text string
	if !n.OK() || !n.Text(&text) {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		n.Errorf(yamlpos.CheckValue, "%.60q is no address that can be sent around: write https://...", text)
		return
	}
	k.p.Survey = u.String()
}
