package sandbox

import (
	"fmt"
	"slices"

	"handoffd/connectors/salesforce/sandbox/org"
)

// direct runs a change of one record as the integration user, past the API.
func (s *Server) direct(id string, f func(*org.Tx, *org.Object, org.ID) *org.Error) error {
	parsed, ok := org.ParseID(id)
	s.org.Lock()
	defer s.org.Unlock()
	obj := s.org.ObjectOf(parsed)
	if !ok || obj == nil {
		return fmt.Errorf("finding record: %q is no id of this org", id)
	}
	tx := s.org.Begin(s.org.Admin())
	tx.Seed = true
	mark := tx.Mark()
	if err := f(tx, obj, parsed); err != nil {
		tx.Rollback(mark)
		return fmt.Errorf("changing %s %s: %w", obj.Name, id, err)
	}
	return nil
}

// seedInputs puts the fields in a fixed order, so that seeding is repeatable.
func seedInputs(fields map[string]any) []org.Input {
	out := make([]org.Input, 0, len(fields))
	for name, v := range fields {
		out = append(out, org.Input{Name: name, Value: v})
	}
	slices.SortFunc(out, func(a, b org.Input) int {
		switch {
		case a.Name < b.Name:
			return -1
		case a.Name > b.Name:
			return 1
		}
		return 0
	})
	return out
}

// Insert saves a record past the API, for seeding: the same checks of types,
// lengths, picklists, references and unique values, but audit fields
// (CreatedDate, CreatedById, LastModifiedDate, LastModifiedById,
// SystemModstamp) and read-only fields may be set, rights and org rules do
// not apply, and an inactive user may own the record. Values are nil, string,
// bool, int, int64, float64, json.Number or time.Time. It returns the
// 18-character id.
func (s *Server) Insert(object string, fields map[string]any) (string, error) {
	s.org.Lock()
	defer s.org.Unlock()
	obj := s.org.Object(object)
	if obj == nil {
		return "", fmt.Errorf("inserting %s: there is no such object", object)
	}
	tx := s.org.Begin(s.org.Admin())
	tx.Seed = true
	id, err := tx.Insert(obj, seedInputs(fields))
	if err != nil {
		return "", fmt.Errorf("inserting %s: %w", object, err)
	}
	return id.String(), nil
}

// Update sets fields of a record past the API, under the rules of Insert. The
// record is stamped with the present time unless the fields say otherwise.
func (s *Server) Update(id string, fields map[string]any) error {
	return s.direct(id, func(tx *org.Tx, obj *org.Object, id org.ID) *org.Error {
		return tx.Update(obj, id, seedInputs(fields))
	})
}

// UpdateAs is Update as a person's own save: the record is stamped with that
// user, and rights and org rules apply as in the user interface.
func (s *Server) UpdateAs(username, id string, fields map[string]any) error {
	parsed, ok := org.ParseID(id)
	s.org.Lock()
	defer s.org.Unlock()
	user, active := s.userByName(username)
	obj := s.org.ObjectOf(parsed)
	if !ok || obj == nil || user == 0 || !active {
		return fmt.Errorf("updating %s as %s: no such record or active user", id, username)
	}
	if err := s.org.Begin(user).Update(obj, parsed, seedInputs(fields)); err != nil {
		return fmt.Errorf("updating %s %s: %w", obj.Name, id, err)
	}
	return nil
}

// Delete puts a record and what hangs on it into the bin.
func (s *Server) Delete(id string) error {
	return s.direct(id, func(tx *org.Tx, obj *org.Object, id org.ID) *org.Error { return tx.Delete(obj, id) })
}

// Get returns the fields of a record as the REST API writes them, empty ones
// left out; ok is false if there is no such record outside the bin.
func (s *Server) Get(id string) (fields map[string]string, ok bool) {
	parsed, valid := org.ParseID(id)
	s.org.RLock()
	defer s.org.RUnlock()
	row := s.org.Row(parsed)
	if !valid || row == nil || row.Deleted() {
		return nil, false
	}
	fields = map[string]string{}
	for _, f := range s.org.ObjectOf(parsed).Fields {
		if v := s.org.Value(row, f); !v.IsNull() {
			fields[f.Name] = v.String()
		}
	}
	return fields, true
}

// Query runs SOQL as the integration user past the API and returns the
// records as rows of text, with the column names; all is queryAll.
func (s *Server) Query(soql string, all bool) (columns []string, rows [][]string, err error) {
	s.org.RLock()
	defer s.org.RUnlock()
	res, fault := s.org.Query(s.org.Admin(), soql, all)
	if fault != nil && fault.Code == "INVALID_TYPE" { // an object of the Tooling API
		res, fault = s.org.Tooling(s.org.Admin(), soql)
	}
	if fault != nil {
		return nil, nil, fmt.Errorf("querying: %w", fault)
	}
	columns, _ = res.Columns()
	for i := range res.Rows() {
		rows = append(rows, res.Cells(i))
	}
	return columns, rows, nil
}

// AddField adds a custom field to an object. Fields of Activity, Task or
// Event appear on Task and Event. The field is visible to everybody unless it
// is Hidden.
func (s *Server) AddField(object string, f Field) error {
	s.org.Lock()
	defer s.org.Unlock()
	return s.org.AddField(object, f)
}
