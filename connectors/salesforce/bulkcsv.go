package salesforce

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"handoffd/connectors"
)

// readCSV reads one page of a bulk result, row by row. Whether each page or
// only the first begins with a header row is not documented, so a header is
// taken where there is one and else the order of the query holds. count is
// the Sforce-NumberOfRecords header: fewer rows mean a cut transfer.
func (cols *columns) readCSV(body io.Reader, count string) ([]connectors.Record, error) {
	reader := csv.NewReader(body)
	reader.ReuseRecord = true
	reader.FieldsPerRecord = -1
	order := cols.order(cols.selected)
	var out []connectors.Record
	for {
		row, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			var broken *csv.ParseError
			if errors.As(err, &broken) {
				return nil, cols.broken(fmt.Sprintf("line %d of the bulk result is no CSV", broken.Line))
			}
			return nil, err
		}
		if len(out) == 0 && strings.EqualFold(row[0], fieldID) {
			order = cols.order(row)
			continue
		}
		if len(row) != len(order) {
			return nil, cols.broken("a row of the bulk result has another number of columns than the query")
		}
		r, err := cols.build(func(path string, k kind) (connectors.Value, bool, error) {
			i, ok := order[strings.ToLower(path)]
			if !ok {
				return connectors.Value{}, false, nil
			}
			v, err := decodeCell(row[i], k)
			return v, true, err
		})
		if err != nil {
			return nil, cols.broken("a row of the bulk result cannot be read: " + err.Error())
		}
		out = append(out, r)
	}
	if want, err := strconv.Atoi(count); err == nil && want != len(out) {
		return nil, cols.broken(fmt.Sprintf("the bulk result has %d rows where %d were promised", len(out), want))
	}
	return out, nil
}

// broken is a result that did not come whole; fetching it again may help.
func (cols *columns) broken(what string) error {
	return &connectors.Error{
		System: connectors.Salesforce, Class: connectors.Retry, Code: "BAD_CSV", Status: http.StatusOK, Object: cols.object, Message: what,
	}
}

// order says at which place each column stands.
func (cols *columns) order(names []string) map[string]int {
	out := make(map[string]int, len(names))
	for i, name := range names {
		out[strings.ToLower(name)] = i
	}
	return out
}
