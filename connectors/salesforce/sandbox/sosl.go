package sandbox

import (
	"regexp"
	"strings"
)

// sosl reads the text of a search after its braces.
type sosl struct{ rest string }

// parseSOSL reads FIND {text} [IN group FIELDS] [RETURNING objects] [LIMIT n].
func parseSOSL(text string) (finding, *reply) {
	f := finding{group: "ALL", limit: maxFound}
	before, after, open := strings.Cut(text, "{")
	end := closingBrace(after)
	if !open || end < 0 || !strings.EqualFold(strings.TrimSpace(before), "FIND") {
		return f, badSearch("No search term found. The search term must be enclosed in braces.")
	}
	var bad *reply
	if f.words, bad = searchWords(unescapeSearch.ReplaceAllString(after[:end], "$1")); bad != nil {
		return f, bad
	}
	p := &sosl{after[end+1:]}
	if p.accept("IN") {
		f.group = strings.ToUpper(p.word())
		if searchGroups[f.group] == nil || !p.accept("FIELDS") {
			return f, badSearch("unexpected search group: " + f.group)
		}
	}
	for _, name := range searchedObjects {
		f.targets = append(f.targets, searchTarget{object: name, fields: "Id"})
	}
	if p.accept("RETURNING") {
		if f.targets, bad = p.targets(); bad != nil {
			return f, bad
		}
	}
	if p.accept("LIMIT") {
		if f.limit, bad = searchLimit(p.word(), maxFound); bad != nil {
			return f, bad
		}
	}
	if left := strings.TrimSpace(p.rest); left != "" {
		return f, badSearch("unexpected token: '" + left + "'")
	}
	return f, nil
}

// unescapeSearch finds the reserved characters that SOSL escapes.
var unescapeSearch = regexp.MustCompile(`\\([?&|!{}\[\]()^~*:\\"'+-])`)

// closingBrace finds the first brace that is not escaped, -1 if there is none.
func closingBrace(s string) int {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '}':
			return i
		}
	}
	return -1
}

var soslWord = regexp.MustCompile(`^\s*(\w+)`)

// word takes the next word, "" if something else is next.
func (p *sosl) word() string {
	m := soslWord.FindStringSubmatchIndex(p.rest)
	if m == nil {
		return ""
	}
	word := p.rest[m[2]:m[3]]
	p.rest = p.rest[m[1]:]
	return word
}

func (p *sosl) accept(word string) bool {
	rest := p.rest
	if strings.EqualFold(p.word(), word) {
		return true
	}
	p.rest = rest
	return false
}

// targets reads Account(Id, Name WHERE … ORDER BY … LIMIT n), Contact.
func (p *sosl) targets() ([]searchTarget, *reply) {
	var out []searchTarget
	for {
		t := searchTarget{object: p.word(), fields: "Id"}
		if t.object == "" {
			return nil, badSearch("unexpected token: '" + strings.TrimSpace(p.rest) + "'")
		}
		p.rest = strings.TrimLeft(p.rest, " \t\r\n")
		if strings.HasPrefix(p.rest, "(") {
			end := outside(p.rest[1:], func(rest string) bool { return rest[0] == ')' })
			if end < 0 {
				return nil, badSearch("unexpected token: '<EOF>'")
			}
			if bad := t.inside(p.rest[1 : 1+end]); bad != nil {
				return nil, bad
			}
			p.rest = strings.TrimLeft(p.rest[end+2:], " \t\r\n")
		}
		out = append(out, t)
		if !strings.HasPrefix(p.rest, ",") {
			return out, nil
		}
		p.rest = p.rest[1:]
	}
}

var (
	searchFields = regexp.MustCompile(`^\s*[\w.]+(\s*,\s*[\w.]+)*\s*$`)
	searchWhere  = regexp.MustCompile(`(?i)^\sWHERE\b`)
	searchTail   = regexp.MustCompile(`(?i)^\s(ORDER\s+BY|LIMIT|OFFSET)\b`)
)

// inside reads what stands in the parentheses of one object.
func (t *searchTarget) inside(text string) *reply {
	if at := outside(text, searchTail.MatchString); at >= 0 {
		text, t.tail = text[:at], strings.TrimSpace(text[at:])
	}
	if at := outside(text, searchWhere.MatchString); at >= 0 {
		text, t.where = text[:at], strings.TrimSpace(text[at+len(" WHERE"):])
	}
	if !searchFields.MatchString(text) {
		return badSearch("unexpected field list: '" + strings.TrimSpace(text) + "'")
	}
	t.fields = text
	return nil
}

// outside finds the first place, outside quotes and parentheses, where the
// rest of the text is as wanted; -1 if there is none.
func outside(s string, wanted func(rest string) bool) int {
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '\'':
			quoted = !quoted
		case quoted:
		case depth == 0 && wanted(s[i:]):
			return i
		case s[i] == '(':
			depth++
		case s[i] == ')':
			depth--
		}
	}
	return -1
}
