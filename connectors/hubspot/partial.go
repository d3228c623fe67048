package hubspot

import "strconv"

// faults are the errors of a batch reply, by the records that they name.
type faults struct {
	byID, byTrace map[string]vendorError
}

// attribute sorts the errors of a reply. HubSpot names a record by its id in
// context.ids, or by the mark that we gave the input (OpenAPI 2026-09,
// StandardError; recorded replies have both).
func attribute(errors []vendorError) faults {
	f := faults{byID: make(map[string]vendorError), byTrace: make(map[string]vendorError)}
	for _, e := range errors {
		for _, id := range e.ids() {
			f.byID[id] = e
		}
		for _, trace := range e.traces() {
			f.byTrace[trace] = e
		}
	}
	return f
}

// find returns the error of one input.
func (f faults) find(id, trace string) (vendorError, bool) {
	if e, ok := f.byTrace[trace]; ok {
		return e, true
	}
	if id == "" {
		return vendorError{}, false
	}
	e, ok := f.byID[id]
	return e, ok
}

// traceOf is the mark that we give the i-th input of a batch.
func traceOf(i int) string { return strconv.Itoa(i) }
