package hubspot

import (
	"encoding/json"
	"fmt"
	"slices"

	"handoffd/connectors"
)

// Export writes what is missing as request bodies of the Properties API: per
// object one for POST …/properties/{object}/groups and one for POST
// …/properties/{object}/batch/create (HubSpot developer docs, "Properties").
func (c *Client) Export(needs connectors.Needs, steps []connectors.Step) ([]connectors.File, error) {
	missing := func(name string) bool {
		return slices.ContainsFunc(steps, func(s connectors.Step) bool {
			return s.Name == name && s.Kind == stepProperty && (s.State == connectors.StepMissing || s.State == connectors.StepFailed)
		})
	}
	var files []connectors.File
	for _, o := range objectsOf(needs) {
		k, _ := kindOf(o)
		batch := struct {
			Inputs []definition `json:"inputs"`
		}{}
		for _, n := range needs.Fields {
			if n.Object == o && missing(k.plural+"."+n.Name) {
				batch.Inputs = append(batch.Inputs, definitionOf(n, groupName))
			}
		}
		if len(batch.Inputs) == 0 {
			continue
		}
		for _, f := range []struct {
			name string
			body any
		}{{k.plural + ".group.json", ownGroup(groupName, groupName)}, {k.plural + ".json", batch}} {
			if f.name == k.plural+".group.json" && hasGroup(steps, k.plural) {
				continue // making it again would be refused
			}
			text, err := json.MarshalIndent(f.body, "", "  ")
			if err != nil {
				return nil, fmt.Errorf("writing %s: %w", f.name, err)
			}
			files = append(files, connectors.File{Path: "hubspot/properties/" + f.name, Data: append(text, '\n')})
		}
	}
	return files, nil
}

// hasGroup tells whether the object has our group of properties already.
func hasGroup(steps []connectors.Step, plural string) bool {
	return slices.ContainsFunc(steps, func(s connectors.Step) bool {
		return s.Kind == stepGroup && s.Name == plural+"."+groupName && s.State == connectors.StepPresent
	})
}
