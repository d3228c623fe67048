package hubspot

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"handoffd/connectors"
)

// Export writes request bodies of the Properties API: per object one for POST
// …/properties/{object}/groups and one for POST
// …/properties/{object}/batch/create (HubSpot developer docs, "Properties").
// Those in properties are what this portal lacks, since making a property again
// would be refused; those in all are for a portal that has none of them.
func (c *Client) Export(needs connectors.Needs, steps []connectors.Step) ([]connectors.File, error) {
	known := make(map[string]connectors.Step, len(steps))
	for _, s := range steps {
		if s.Kind == stepProperty {
			known[s.Name] = s
		}
	}
	var files []connectors.File
	for _, o := range objectsOf(needs) {
		k, _ := kindOf(o)
		var lacking, all []definition
		for _, n := range needs.Fields {
			s, listed := known[k.plural+"."+n.Name]
			if n.Object != o || !listed || s.Builtin || s.State == connectors.StepManual {
				continue
			}
			all = append(all, definitionOf(n, groupName))
			if s.State == connectors.StepMissing || s.State == connectors.StepFailed {
				lacking = append(lacking, definitionOf(n, groupName))
			}
		}
		here, err := bodies("hubspot/properties/"+k.plural, lacking, hasGroup(steps, k.plural))
		if err != nil {
			return nil, err
		}
		anywhere, err := bodies("hubspot/all/"+k.plural, all, false)
		if err != nil {
			return nil, err
		}
		files = append(append(files, here...), anywhere...)
	}
	return files, nil
}

// bodies writes the requests that make one object's properties, and their
// group if it is not there yet.
func bodies(path string, properties []definition, grouped bool) ([]connectors.File, error) {
	if len(properties) == 0 {
		return nil, nil
	}
	due := map[string]any{path + ".json": map[string]any{"inputs": properties}}
	if !grouped { // making it again would be refused
		due[path+".group.json"] = ownGroup(groupName, groupName)
	}
	var files []connectors.File
	for _, name := range slices.Sorted(maps.Keys(due)) {
		text, err := json.MarshalIndent(due[name], "", "  ")
		if err != nil {
			return nil, fmt.Errorf("writing %s: %w", name, err)
		}
		files = append(files, connectors.File{Path: name, Data: append(text, '\n')})
	}
	return files, nil
}

// hasGroup tells whether the object has our group of properties already.
func hasGroup(steps []connectors.Step, plural string) bool {
	return slices.ContainsFunc(steps, func(s connectors.Step) bool {
		return s.Kind == stepGroup && s.Name == plural+"."+groupName && s.State == connectors.StepPresent
	})
}
