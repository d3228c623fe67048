package salesforce

import (
	"encoding/json"
	"fmt"
	"strings"

	"handoffd/connectors"
)

// queryPage is one page of a query's result (REST API Developer Guide,
// "Query"). Only Done tells whether it is the last.
type queryPage struct {
	TotalSize int                          `json:"totalSize"`
	Done      bool                         `json:"done"`
	Next      string                       `json:"nextRecordsUrl"`
	Records   []map[string]json.RawMessage `json:"records"`
}

// locator is the path of the next page, "" if there is none. A path that is
// not one of the API's is not followed.
func (p *queryPage) locator() (string, error) {
	if p.Done {
		return "", nil
	}
	if !strings.HasPrefix(p.Next, "/services/data/") {
		return "", fmt.Errorf("reading page: it is not the last one, yet it names no next one")
	}
	return p.Next, nil
}

// record builds a Record from a row of a query.
func (cols *columns) record(row map[string]json.RawMessage) (connectors.Record, error) {
	return cols.build(func(path string, k kind) (connectors.Value, bool, error) {
		raw, ok := follow(row, path)
		if !ok {
			return connectors.Value{}, false, nil
		}
		v, err := decodeValue(raw, k)
		return v, true, err
	})
}

// follow finds a field, over nested objects if it is written with dots. A
// relationship that leads nowhere gives null.
func follow(row map[string]json.RawMessage, path string) (json.RawMessage, bool) {
	for {
		first, rest, nested := strings.Cut(path, ".")
		raw, ok := row[first]
		if !ok || !nested {
			return raw, ok
		}
		if string(raw) == "null" {
			return raw, true
		}
		row = nil
		if json.Unmarshal(raw, &row) != nil {
			return nil, false
		}
		path = rest
	}
}

// build makes a Record of whatever cell finds.
func (cols *columns) build(cell func(path string, k kind) (connectors.Value, bool, error)) (connectors.Record, error) {
	var fault error
	text := func(path string, k kind) connectors.Value {
		v, _, err := cell(path, k)
		if err != nil && fault == nil {
			fault = fmt.Errorf("field %s: %w", path, err)
		}
		return v
	}
	r := connectors.Record{
		Ref:      connectors.Ref{System: connectors.Salesforce, Object: cols.object, ID: text(fieldID, kindID).Text()},
		Modified: text(fieldStamp, kindTime).Time(),
	}
	if r.Ref.ID == "" {
		return r, fmt.Errorf("reading row: it has no Id")
	}
	if text(fieldDeleted, kindBool).Bool() {
		r.Deleted = true
		r.MergedInto = text(fieldSurvivor, kindID).Text()
		return r, fault
	}
	r.OutOfScope = cols.outside
	r.Created = text(fieldCreated, kindTime).Time()
	if account := text(fieldAccount, kindID).Text(); account != "" && cols.object != connectors.Account {
		r.Accounts = []string{account}
	}
	r.Fields = make(map[string]connectors.Value, len(cols.wanted))
	for _, col := range cols.wanted {
		v, ok, err := cell(col.path, col.kind)
		if err != nil && fault == nil {
			fault = fmt.Errorf("field %s: %w", col.name, err)
		}
		if ok {
			r.Fields[col.name] = v
		}
	}
	return r, fault
}
