package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// maxHits is the most records per object, maxFound the most of a search (SOQL
// and SOSL Reference, "SOSL").
const (
	maxHits  = 200
	maxFound = 2000
)

// finding is a search: the words, where to look for them, what to show.
type finding struct {
	words   []string
	group   string // a key of searchGroups
	targets []searchTarget
	limit   int // of all objects together
}

// searchTarget is one object of a search. Its parts are SOQL.
type searchTarget struct {
	object, fields, where string
	tail                  string // ORDER BY, LIMIT and OFFSET
}

// searchGroups are the fields that each IN group looks at, of those that an
// object has. Salesforce looks at more of them.
var searchGroups = map[string][]string{
	"ALL":     {"Name", "Subject", "CaseNumber", "Email", "Phone", "MobilePhone"},
	"NAME":    {"Name", "Subject", "CaseNumber"},
	"SIDEBAR": {"Name", "Subject", "CaseNumber", "Email", "Phone"},
	"EMAIL":   {"Email"},
	"PHONE":   {"Phone", "MobilePhone"},
}

// searchedObjects are what a search looks at that names no objects.
var searchedObjects = []string{"Account", "Contact", "Lead", "Opportunity"}

func badSearch(message string) *reply {
	r := refused(http.StatusBadRequest, "MALFORMED_SEARCH", message)
	return &r
}

// search serves /search?q=FIND {text} …: each word must occur in one of the
// fields of the group. Ranking and the operators between words are not
// imitated.
func (c *call) search() reply {
	if len(c.segments) != 1 {
		return notFound()
	}
	if c.method != http.MethodGet {
		return notAllowed(c.method, "HEAD,GET")
	}
	f, bad := parseSOSL(c.query.Get("q"))
	if bad != nil {
		return *bad
	}
	return c.finds(f)
}

func (c *call) finds(f finding) reply {
	head, tail := `{"searchRecords":[`, `]}`
	if c.version < "37.0" {
		head, tail = "[", "]" // the wrapper came with version 37.0 (release notes of Summer '16)
	}
	b := []byte(head)
	left := f.limit
	for _, target := range f.targets {
		obj := c.s.org.Object(target.object)
		if obj == nil {
			return refused(http.StatusBadRequest, "INVALID_TYPE", "sObject type '"+target.object+"' is not supported.")
		}
		res, err := c.s.org.Query(c.session.user, target.soql(obj, f), false)
		if err != nil {
			return queryFailed(err)
		}
		n := min(res.Rows(), maxHits, left)
		if n > 0 && left < f.limit {
			b = append(b, ',')
		}
		b = res.Append(b, 0, n, c.root())
		left -= n
	}
	return raw(http.StatusOK, append(b, tail...))
}

// soql is the target as a query.
func (t searchTarget) soql(obj *org.Object, f finding) string {
	var all []string
	for _, word := range f.words {
		all = append(all, "("+matchWord(obj, f.group, word)+")")
	}
	text := "SELECT " + t.fields + " FROM " + t.object + " WHERE " + strings.Join(all, " AND ")
	if t.where != "" {
		text += " AND (" + t.where + ")"
	}
	if t.tail == "" {
		return text + " ORDER BY Id"
	}
	return text + " " + t.tail
}

// matchWord looks for a word in the fields of a group; of no field, nothing.
func matchWord(obj *org.Object, group, word string) string {
	like := strings.NewReplacer("%", `\%`, "_", `\_`, "*", "%", "?", "_").Replace(soqlQuote(word))
	like = "'%" + like[1:len(like)-1] + "%'"
	var fields []string
	for _, name := range searchGroups[group] {
		if obj.Field(name) != nil {
			fields = append(fields, name+" LIKE "+like)
		}
	}
	if len(fields) == 0 {
		return "Id = null"
	}
	return strings.Join(fields, " OR ")
}

// searchWords splits the text to look for. A text in quotes is one word.
func searchWords(text string) ([]string, *reply) {
	trimmed := strings.TrimSpace(text)
	if len([]rune(strings.Trim(trimmed, "*?\" "))) < 2 {
		return nil, badSearch("search term must be longer than one character: " + text)
	}
	if len(trimmed) > 2 && strings.HasPrefix(trimmed, `"`) && strings.Index(trimmed[1:], `"`) == len(trimmed)-2 {
		return []string{strings.Trim(trimmed, `"`)}, nil
	}
	words := strings.Fields(trimmed)
	operator := slices.ContainsFunc(words, func(w string) bool {
		return slices.Contains([]string{"AND", "OR", "NOT"}, strings.ToUpper(w))
	})
	if operator || strings.ContainsAny(trimmed, `"()`) {
		return nil, badSearch("operators and groups between search terms are not imitated: " + text)
	}
	return words, nil
}

func searchLimit(text string, most int) (int, *reply) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, badSearch("limit must be a number from 1 to " + strconv.Itoa(most) + ": " + text)
	}
	return n, nil
}
