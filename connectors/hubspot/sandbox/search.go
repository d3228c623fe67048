package sandbox

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// searchBody is a search as it comes in. Schemas call everything required;
// recorded clients leave most of it out.
type searchBody struct {
	FilterGroups []struct {
		Filters []searchFilter `json:"filters"`
	} `json:"filterGroups"`
	Filters    []searchFilter    `json:"filters"`
	Sorts      []json.RawMessage `json:"sorts"`
	Query      text              `json:"query"`
	Properties []text            `json:"properties"`
	Limit      text              `json:"limit"`
	After      text              `json:"after"`
}

type searchFilter struct {
	Property text   `json:"propertyName"`
	Operator text   `json:"operator"`
	Value    text   `json:"value"`
	High     text   `json:"highValue"`
	Values   []text `json:"values"`
}

// searchReply is a page of found records; its paging has no link (recorded).
type searchReply struct {
	Total   int             `json:"total"`
	Results []portal.Record `json:"results"`
	Paging  *paging         `json:"paging,omitempty"`
}

func (s *Server) searchObjects(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	if most := s.settings().SearchBodyLimit; most > 0 && utf8.RuneCount(c.body) > most {
		return reply{}, portal.Invalid("The request body is too long: %d characters, the maximum is %d", utf8.RuneCount(c.body), most)
	}
	var body searchBody
	if err := c.decode(&body); err != nil {
		return reply{}, err
	}
	if err := body.checkOperators(c.body); err != nil {
		return reply{}, err
	}
	q, err := body.query()
	if err != nil {
		return reply{}, err
	}
	found, err := s.portal.Search(t, q)
	if err != nil {
		return reply{}, err
	}
	out := searchReply{Total: found.Total, Results: found.Records}
	if end := q.Offset + len(found.Records); end < found.Total && len(found.Records) > 0 {
		out.Paging = &paging{next{After: strconv.Itoa(end)}}
	}
	return ok(out)
}

// query checks a search against the published limits.
func (b *searchBody) query() (portal.Query, error) {
	q := portal.Query{Text: b.Query.val, Properties: vals(b.Properties), Limit: 10}
	var err error
	if q.Groups, err = b.groups(); err != nil {
		return q, err
	}
	if b.Limit.set {
		if q.Limit, err = strconv.Atoi(b.Limit.val); err != nil || q.Limit < 0 || q.Limit > portal.MaxSearchPage {
			return q, portal.Invalid("Invalid limit %s: it must be between 0 and %d", b.Limit.val, portal.MaxSearchPage)
		}
	}
	if b.After.set && b.After.val != "" {
		if q.Offset, err = offset(b.After.val); err != nil {
			return q, err
		}
	}
	if q.Offset+q.Limit > portal.MaxSearchReach {
		return q, portal.Invalid("Paging through a search is limited to %d results; after %d with limit %d is beyond that", portal.MaxSearchReach, q.Offset, q.Limit)
	}
	q.Sort, q.Descending, err = b.sort()
	return q, err
}

// offset reads a search cursor. A list cursor is an id and does not fit.
func offset(after string) (int, error) {
	n, err := strconv.ParseInt(after, 10, 32)
	if err != nil || n < 0 {
		e := portal.Invalid("Invalid input JSON on line 1, column 2: Cannot deserialize value of type `int` from String %q: not a valid `int` value", after)
		e.Category = ""
		return 0, e
	}
	return int(n), nil
}

func (b *searchBody) groups() ([][]portal.Filter, error) {
	var groups [][]portal.Filter
	total := 0
	for _, g := range b.FilterGroups {
		groups = append(groups, filters(g.Filters))
		total += len(g.Filters)
		if len(g.Filters) > portal.MaxFiltersPerGroup {
			return nil, portal.Invalid("too many filters per filterGroup (count: %d, max allowed: %d)", len(g.Filters), portal.MaxFiltersPerGroup)
		}
	}
	if len(b.Filters) > 0 {
		groups = append(groups, filters(b.Filters))
		total += len(b.Filters)
	}
	if len(groups) > portal.MaxFilterGroups {
		return nil, portal.Invalid("too many filterGroups (count: %d, max allowed: %d)", len(groups), portal.MaxFilterGroups)
	}
	if total > portal.MaxFilters {
		return nil, portal.Invalid("too many filters (count: %d, max allowed: %d)", total, portal.MaxFilters)
	}
	return groups, nil
}

func filters(list []searchFilter) []portal.Filter {
	out := make([]portal.Filter, len(list))
	for i, f := range list {
		out[i] = portal.Filter{
			Property: f.Property.val, Operator: f.Operator.val, Value: f.Value.val, High: f.High.val,
			Values: vals(f.Values), HasValue: f.Value.set, HasHigh: f.High.set, HasValues: len(f.Values) > 0,
		}
	}
	return out
}

// sort reads the one sort that HubSpot honours: an object, or a name with a
// minus for descending. Further ones are silently ignored.
func (b *searchBody) sort() (name string, descending bool, err error) {
	if len(b.Sorts) == 0 {
		return "", false, nil
	}
	if err := json.Unmarshal(b.Sorts[0], &name); err == nil {
		field, down := strings.CutPrefix(name, "-")
		return field, down, nil
	}
	var object struct {
		Property  string `json:"propertyName"`
		Direction string `json:"direction"`
	}
	if err := json.Unmarshal(b.Sorts[0], &object); err != nil || object.Property == "" {
		return "", false, portal.Invalid("Invalid input JSON: a sort needs a propertyName")
	}
	switch object.Direction {
	case "", "ASCENDING", "ASC":
		return object.Property, false, nil
	case "DESCENDING", "DESC":
		return object.Property, true, nil
	}
	return "", false, portal.Invalid("Invalid input JSON: unknown sort direction %q", object.Direction)
}
