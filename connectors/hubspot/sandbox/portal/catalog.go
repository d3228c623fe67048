package portal

import (
	"bufio"
	"bytes"
	"embed"
	"fmt"
	"strings"
)

// catalog holds the properties of a fresh portal, one file per object type:
// name, type, fieldType, group, flags, label. The companies' list is what one
// European portal answered in March 2026; the others follow HubSpot's
// published default properties. Flags: R value is read-only, C calculated,
// H hidden, U unique, E options kept elsewhere, D definition is read-only,
// F may stand on forms, - none. The .options.tsv files hold option lists.
//
//go:embed data/*.tsv
var catalog embed.FS

// catalogStamp is the creation date that HubSpot's own properties carry here.
const catalogStamp = "2019-08-06T02:41:44.665Z"

func loadCatalog(t *ObjectType) ([]*Property, error) {
	options, err := loadOptions(t)
	if err != nil {
		return nil, err
	}
	data, err := catalog.ReadFile("data/" + t.Plural + ".tsv")
	if err != nil {
		return nil, fmt.Errorf("reading catalog of %s: %w", t.Plural, err)
	}
	var list []*Property
	for scanner := bufio.NewScanner(bytes.NewReader(data)); scanner.Scan(); {
		columns := strings.Split(scanner.Text(), "\t")
		if len(columns) != 6 {
			return nil, fmt.Errorf("reading catalog of %s: line %q has %d columns", t.Plural, scanner.Text(), len(columns))
		}
		list = append(list, catalogProperty(columns, options[columns[0]]))
	}
	return list, nil
}

func catalogProperty(columns []string, options []Option) *Property {
	flag := func(c string) bool { return strings.Contains(columns[4], c) }
	p := &Property{
		Name: columns[0], Type: columns[1], FieldType: columns[2], GroupName: columns[3], Label: columns[5],
		CreatedAt: catalogStamp, UpdatedAt: catalogStamp, Options: options, DisplayOrder: -1,
		Calculated: flag("C"), ExternalOptions: flag("E"), HasUniqueValue: flag("U"), Hidden: flag("H"),
		HubSpotDefined: true, FormField: flag("F"), DataSensitivity: "non_sensitive",
		Modification: Modification{ReadOnlyDefinition: flag("D"), ReadOnlyValue: flag("R")},
	}
	if p.Type == "bool" {
		p.Options = boolOptions()
	}
	if p.Options == nil {
		p.Options = []Option{}
	}
	if p.Name == "hubspot_owner_id" {
		p.ReferencedObjectType = "OWNER"
	}
	return p
}

func boolOptions() []Option {
	return []Option{{Label: "True", Value: "true"}, {Label: "False", Value: "false", DisplayOrder: 1}}
}

func loadOptions(t *ObjectType) (map[string][]Option, error) {
	data, err := catalog.ReadFile("data/" + t.Plural + ".options.tsv")
	if err != nil {
		return nil, fmt.Errorf("reading options of %s: %w", t.Plural, err)
	}
	all := map[string][]Option{}
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		name, list, _ := strings.Cut(scanner.Text(), "\t")
		for i, item := range strings.Split(list, "|") {
			value, label, named := strings.Cut(item, "=")
			if !named {
				label = value
			}
			all[name] = append(all[name], Option{Label: label, Value: value, DisplayOrder: i})
		}
	}
	return all, scanner.Err()
}

// salesforceProperties exist only where HubSpot's own Salesforce integration
// is or was connected.
func salesforceProperties(t *ObjectType) []*Property {
	lines := map[uint8]string{
		companies: "salesforceaccountid string text|salesforcelastsynctime number number|salesforcedeleted bool booleancheckbox",
		contacts: "salesforcecontactid string text|salesforceleadid string text|salesforceownerid string text|" +
			"salesforcecampaignids string text|salesforceopportunitystage string text|salesforceaccountid string text|" +
			"salesforcelastsynctime number number|salesforcedeleted bool booleancheckbox",
		deals: "hs_salesforceopportunityid string text|salesforcelastsynctime number number|salesforcedeleted bool booleancheckbox",
	}
	if lines[t.index] == "" {
		return nil
	}
	var list []*Property
	for _, line := range strings.Split(lines[t.index], "|") {
		f := strings.Fields(line)
		list = append(list, catalogProperty([]string{f[0], f[1], f[2], "salesforceinformation", "RD", f[0]}, nil))
	}
	return list
}
