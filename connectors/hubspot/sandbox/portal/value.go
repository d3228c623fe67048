package portal

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxText is the most characters a text property takes (Properties API).
const maxText = 65536

// checker validates and canonicalises property values for one portal.
type checker struct {
	portal *Portal
	number *regexp.Regexp
	email  *regexp.Regexp
	millis *regexp.Regexp
}

func newChecker(p *Portal) *checker {
	return &checker{
		portal: p,
		number: regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$`),
		email:  regexp.MustCompile(`^[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+$`),
		millis: regexp.MustCompile(`^\d{1,15}(;\d{1,15})*$`),
	}
}

// clean returns the text under which HubSpot keeps a value, or the fault. An
// empty text clears and is always taken.
func (c *checker) clean(t *ObjectType, p *Property, text string) (string, *propertyFault) {
	if text == "" {
		return "", nil
	}
	kept, fault := c.typed(t, p, text)
	if fault == nil {
		fault = p.obeys(kept)
	}
	return kept, fault
}

func (c *checker) typed(t *ObjectType, p *Property, text string) (string, *propertyFault) {
	switch p.Type {
	case "number":
		return c.cleanNumber(p, text)
	case "date":
		return cleanDate(p, text)
	case "datetime":
		return cleanDatetime(p, text)
	case "bool":
		return cleanOption(p, text)
	case "enumeration":
		return c.cleanEnumeration(t, p, text)
	default:
		return c.cleanText(t, p, text)
	}
}

func (c *checker) cleanNumber(p *Property, text string) (string, *propertyFault) {
	if !c.number.MatchString(text) {
		return "", &propertyFault{p.Name, "INVALID_NUMBER", text + " was not a valid number."}
	}
	return strings.TrimPrefix(text, "+"), nil
}

func cleanDate(p *Property, text string) (string, *propertyFault) {
	ms, ok := ParseTime(text)
	if !ok {
		return "", &propertyFault{p.Name, "INVALID_DATE", text + " was not a valid date."}
	}
	if ms%dayMillis != 0 {
		return "", &propertyFault{p.Name, "INVALID_DATE", fmt.Sprintf("%d is at %s UTC, not midnight!", ms, clockOfDay(ms))}
	}
	return formatDate(ms), nil
}

func cleanDatetime(p *Property, text string) (string, *propertyFault) {
	ms, ok := ParseTime(text)
	if !ok {
		return "", &propertyFault{p.Name, "INVALID_LONG", text + " was not a valid long."}
	}
	return FormatTime(ms), nil
}

func cleanOption(p *Property, text string) (string, *propertyFault) {
	for _, o := range p.Options {
		if o.Value == text {
			return text, nil
		}
	}
	return "", &propertyFault{p.Name, "INVALID_OPTION", text + " was not one of the allowed options: " + optionsText(p.Options)}
}

// optionsText lists options as the vendor's message does.
func optionsText(options []Option) string {
	parts := make([]string, len(options))
	for i, o := range options {
		parts[i] = fmt.Sprintf("label: %q\nvalue: %q\ndisplay_order: %d\nhidden: %t\nread_only: false\n", o.Label, o.Value, o.DisplayOrder, o.Hidden)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (c *checker) cleanEnumeration(t *ObjectType, p *Property, text string) (string, *propertyFault) {
	if fault, known := c.external(t, p, text); known {
		return text, fault
	}
	if len(p.Options) == 0 {
		return text, nil
	}
	if !p.multi() {
		return cleanOption(p, text)
	}
	kept := make([]string, 0, 4)
	for _, part := range strings.Split(strings.Trim(text, ";"), ";") {
		if _, fault := cleanOption(p, part); fault != nil {
			return "", fault
		}
		kept = append(kept, part)
	}
	return strings.Join(kept, ";"), nil
}

// external checks the values whose options HubSpot keeps elsewhere: owners,
// pipelines and stages. known is false for every other property.
func (c *checker) external(t *ObjectType, p *Property, text string) (fault *propertyFault, known bool) {
	switch p.Name {
	case "hubspot_owner_id":
		if !c.portal.ownerAssignable(text) {
			return &propertyFault{p.Name, "INVALID_OWNER_ID", "Owner ID " + text + " does not exist or is inactive."}, true
		}
		return nil, true
	case "pipeline", "dealstage", "hs_pipeline", "hs_pipeline_stage":
		if c.portal.pipelines[t.index] == nil {
			return nil, false
		}
		if !c.portal.pipelineKnows(t, p.Name, text) {
			return &propertyFault{p.Name, "INVALID_OPTION", text + " was not one of the allowed options: []"}, true
		}
		return nil, true
	}
	return nil, false
}

func (c *checker) cleanText(t *ObjectType, p *Property, text string) (string, *propertyFault) {
	if n := utf8.RuneCountInString(text); n > maxText {
		message := fmt.Sprintf("%s is %d characters long, the maximum is %d.", p.Name, n, maxText)
		return "", &propertyFault{p.Name, "STRING_TOO_LONG", message}
	}
	switch {
	case p.Name == "email" && t.index == contacts:
		text = strings.ToLower(strings.TrimSpace(text))
		if !c.email.MatchString(text) {
			return "", &propertyFault{p.Name, "INVALID_EMAIL", "Email address " + text + " is invalid"}
		}
	case p.Name == "domain" && t.index == companies:
		text = DomainOf(text)
	case p.Name == "hs_task_reminders" && !c.millis.MatchString(text):
		return "", &propertyFault{p.Name, "INVALID_LONG", text + " was not a valid long."}
	}
	return text, nil
}

// DomainOf is the bare host that HubSpot keeps of a website or domain: no
// scheme, no www., no path, lower case.
func DomainOf(website string) string {
	s := strings.ToLower(strings.TrimSpace(website))
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		s = s[:i]
	}
	if _, rest, ok := strings.Cut(s, "@"); ok {
		s = rest
	}
	if host, port, ok := strings.Cut(s, ":"); ok {
		if _, err := strconv.Atoi(port); err == nil {
			s = host
		}
	}
	return strings.TrimPrefix(strings.TrimSuffix(s, "."), "www.")
}
