package portal

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ValidationRule is a rule that an admin sets for the values of a property
// (Property Validations API).
type ValidationRule struct {
	Type      string   `json:"ruleType"`
	Arguments []string `json:"ruleArguments"`
	Normalize bool     `json:"shouldApplyNormalization"`
}

// PropertyRules are the rules of one property.
type PropertyRules struct {
	Name  string           `json:"propertyName"`
	Rules []ValidationRule `json:"propertyValidationRules"`
}

// ruleTypes are those that are imitated, by the type of the property.
func ruleTypes(kind string) []string {
	switch kind {
	case "string":
		return []string{"MIN_LENGTH", "MAX_LENGTH", "REGEX"}
	case "number":
		return []string{"MIN_NUMBER", "MAX_NUMBER"}
	default:
		return nil
	}
}

// SetRule sets a rule of a property in the place of the one of its type.
func (p *Portal) SetRule(t *ObjectType, name string, rule ValidationRule) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	tb := p.table(t)
	old := tb.prop(name)
	if old == nil {
		return NoProperty(t, name)
	}
	if !slices.Contains(ruleTypes(old.Type), rule.Type) {
		return Invalid("rule type %s is not imitated for properties of type %s", rule.Type, old.Type)
	}
	if len(rule.Arguments) != 1 {
		return Invalid("rule type %s takes one argument, not %d", rule.Type, len(rule.Arguments))
	}
	if _, err := strconv.ParseFloat(rule.Arguments[0], 64); err != nil && rule.Type != "REGEX" {
		return Invalid("%q is no number", rule.Arguments[0])
	}
	if _, err := regexp.Compile(rule.Arguments[0]); err != nil && rule.Type == "REGEX" {
		return Invalid("%q is no regular expression", rule.Arguments[0])
	}
	next := old.clone()
	next.rules = slices.DeleteFunc(slices.Clone(old.rules), func(r ValidationRule) bool { return r.Type == rule.Type })
	next.rules = append(next.rules, rule)
	tb.addProperty(next)
	return nil
}

// Rules lists the properties of an object that have rules, by name.
func (p *Portal) Rules(t *ObjectType) []PropertyRules {
	out := []PropertyRules{}
	for _, prop := range p.Properties(t, false) {
		if len(prop.rules) > 0 {
			out = append(out, PropertyRules{prop.Name, prop.rules})
		}
	}
	slices.SortFunc(out, func(a, b PropertyRules) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// obeys holds a value against the property's rules. The codes are own; the
// vendor's are known for other rules only.
func (p *Property) obeys(text string) *propertyFault {
	for _, r := range p.rules {
		kept := true
		switch limit, _ := strconv.ParseFloat(r.Arguments[0], 64); r.Type {
		case "MIN_LENGTH":
			kept = utf8.RuneCountInString(text) >= int(limit)
		case "MAX_LENGTH":
			kept = utf8.RuneCountInString(text) <= int(limit)
		case "MIN_NUMBER", "MAX_NUMBER":
			n, err := strconv.ParseFloat(text, 64)
			kept = err == nil && (r.Type == "MIN_NUMBER" && n >= limit || r.Type == "MAX_NUMBER" && n <= limit)
		case "REGEX":
			matched, err := regexp.MatchString("^(?:"+r.Arguments[0]+")$", text)
			kept = err == nil && matched
		}
		if !kept {
			return &propertyFault{p.Name, "INVALID_" + r.Type, fmt.Sprintf("%s does not keep the rule %s %s", text, r.Type, strings.Join(r.Arguments, ", "))}
		}
	}
	return nil
}
