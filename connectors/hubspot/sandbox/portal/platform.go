package portal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Insert adds a record as an import would: no create rules, read-only values
// allowed, but every value must be valid and unique where it has to be.
func (p *Portal) Insert(object string, properties map[string]string, associations ...NewAssociation) (string, error) {
	t, err := p.Type(object)
	if err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	w := Writer{Source: platform("IMPORT"), Platform: true}
	item, faults := p.prepare(tb, Input{Properties: properties, Associations: associations}, w)
	if len(faults) > 0 {
		return "", fmt.Errorf("inserting %s: %w", t.Singular, p.invalidValues(faults))
	}
	if err := p.prepareCreate(tb, item, w); err != nil {
		return "", fmt.Errorf("inserting %s: %w", t.Singular, err)
	}
	return p.create(tb, item, w).idText(), nil
}

// Set writes values as HubSpot itself or a person in its pages does: read-only
// properties such as hs_analytics_num_visits may be written, and the history
// says where the value came from.
func (p *Portal) Set(object, id string, properties map[string]string) error {
	t, err := p.Type(object)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	r, err := tb.resolve(id)
	if err != nil {
		return fmt.Errorf("setting %s %s: %w", t.Singular, id, err)
	}
	w := Writer{Source: p.sourceOf(tb, properties), Platform: true}
	item, faults := p.prepare(tb, Input{Properties: properties}, w)
	if len(faults) > 0 {
		return fmt.Errorf("setting %s %s: %w", t.Singular, id, p.invalidValues(faults))
	}
	item.row = r
	if err := p.checkUnique(tb, item, nil); err != nil {
		return fmt.Errorf("setting %s %s: %w", t.Singular, id, err)
	}
	p.update(tb, item, w)
	return nil
}

// sourceOf guesses who writes such properties.
func (p *Portal) sourceOf(t *table, properties map[string]string) Source {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		prop := t.prop(name)
		switch {
		case prop == nil || !prop.Modification.ReadOnlyValue:
		case strings.HasPrefix(name, "hs_analytics") || strings.Contains(name, "visit"):
			return platform("ANALYTICS")
		case strings.Contains(name, "conversion"):
			return platform("FORM")
		case strings.HasPrefix(name, "hs_email"):
			return platform("EMAIL")
		default:
			return platform("CALCULATED")
		}
	}
	return Source{Type: "CRM_UI", ID: "userId:9586504", Label: "CRM_UI"}
}

// Values returns all values of a record, also of an archived one, and whether
// it exists. A merged-away id gives the survivor's.
func (p *Portal) Values(object, id string) (map[string]string, bool) {
	t, err := p.Type(object)
	if err != nil {
		return nil, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	r, err := tb.resolve(id)
	if err != nil {
		return nil, false
	}
	out := map[string]string{}
	for slot, prop := range tb.props {
		if v, set := tb.value(p, r, r.cur, uint16(slot)); set && !prop.Archived {
			out[prop.Name] = v
		}
	}
	return out, true
}

// IDs lists the live records of an object type by ascending id.
func (p *Portal) IDs(object string) []string {
	t, err := p.Type(object)
	if err != nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	var ids []string
	for _, pos := range tb.ordered() {
		if tb.rows[pos].live() {
			ids = append(ids, tb.rows[pos].idText())
		}
	}
	return ids
}
