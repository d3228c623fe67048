package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"handoffd/connectors"
)

// listChunk is how many values go into one list parameter. It bounds the
// memory of one query, not its speed.
const listChunk = 5000

const (
	listBegins = "IN (SELECT value FROM json_each("
	listEnds   = "))"
)

// inList is the condition that column is one of the values of the list
// parameter with that number. It and listArg are all that differs between the
// databases: PostgreSQL writes "column = ANY($n)" and takes the list as it is.
func inList(column string, parameter int) string {
	return fmt.Sprintf("%s "+listBegins+"$%d"+listEnds, column, parameter)
}

// listArg is the argument for an inList parameter.
func listArg(values []string) (string, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("encoding list: %w", err)
	}
	return string(text), nil
}

// ofOne is the query for a list of one value, if it has an inList. Most lists
// are that short, and SQLite makes a temporary table of every list.
func ofOne(query string) (string, bool) {
	before, rest, found := strings.Cut(query, listBegins)
	parameter, after, _ := strings.Cut(rest, listEnds)
	return before + "= " + parameter + after, found
}

// eachList runs the query once per chunk of the values. The list is the
// query's last parameter, after fixed.
func (t *Tx) eachList(doing, query string, values []string, scan scanFunc, fixed ...any) error {
	if one, ok := ofOne(query); ok && len(values) == 1 {
		return t.query(doing, one, scan, append(slices.Clip(fixed), any(values[0]))...)
	}
	for chunk := range slices.Chunk(values, listChunk) {
		list, err := listArg(chunk)
		if err != nil {
			return t.fail(doing, err)
		}
		if err := t.query(doing, query, scan, append(slices.Clip(fixed), any(list))...); err != nil {
			return err
		}
	}
	return nil
}

// refGroup is the ids of the records of one object in one system, each once.
type refGroup struct {
	system connectors.System
	object connectors.Object
	ids    []string
}

// groupRefs sorts records by system and object, so that each group can be
// asked for with one list of ids.
func groupRefs(refs []connectors.Ref) []refGroup {
	var groups []refGroup
	seen := make(map[connectors.Ref]bool, len(refs))
	for _, r := range refs {
		if seen[r] {
			continue
		}
		seen[r] = true
		i := slices.IndexFunc(groups, func(g refGroup) bool { return g.system == r.System && g.object == r.Object })
		if i < 0 {
			i = len(groups)
			groups = append(groups, refGroup{system: r.System, object: r.Object})
		}
		groups[i].ids = append(groups[i].ids, r.ID)
	}
	return groups
}
