package salesforce

import "slices"

// duplicatesNamed is how many of the records that a duplicate rule found are
// named to people.
const duplicatesNamed = 3

// duplicates is what a duplicate rule found (SOAP API Developer Guide,
// "DuplicateResult"; the JSON form is recorded).
type duplicates struct {
	Matches []struct {
		Records []struct {
			Record struct {
				ID string `json:"Id"`
			} `json:"record"`
		} `json:"matchRecords"`
	} `json:"matchResults"`
}

// ids names the records that were found, each once.
func (d duplicates) ids() []string {
	var out []string
	for _, match := range d.Matches {
		for _, r := range match.Records {
			id := lenientID(r.Record.ID)
			if id != "" && !slices.Contains(out, id) && len(out) < duplicatesNamed {
				out = append(out, id)
			}
		}
	}
	return out
}
