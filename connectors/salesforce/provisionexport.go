package salesforce

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"sort"
	"strings"

	"handoffd/connectors"
)

// sourceRoot is where a Salesforce DX project keeps its metadata (Salesforce
// DX Developer Guide, "Project Structure and Source Format").
const sourceRoot = "force-app/main/default/"

type notificationMetadata struct {
	XMLName xml.Name `json:"-" xml:"http://soap.sforce.com/2006/04/metadata CustomNotificationType"`
	Name    string   `json:"customNotifTypeName" xml:"customNotifTypeName"`
	Desktop bool     `json:"desktop" xml:"desktop"`
	Label   string   `json:"masterLabel" xml:"masterLabel"`
	Mobile  bool     `json:"mobile" xml:"mobile"`
}

func notificationOf(name string) notificationMetadata {
	label := strings.ReplaceAll(name, "_", " ")
	return notificationMetadata{Name: label, Desktop: true, Label: label, Mobile: true}
}

type setMetadata struct {
	XMLName     xml.Name        `xml:"http://soap.sforce.com/2006/04/metadata PermissionSet"`
	Description string          `xml:"description"`
	Fields      []fieldMetaPerm `xml:"fieldPermissions"`
	Activation  bool            `xml:"hasActivationRequired"`
	Label       string          `xml:"label"`
}

type fieldMetaPerm struct {
	Editable bool   `xml:"editable"`
	Field    string `xml:"field"`
	Readable bool   `xml:"readable"`
}

type manifest struct {
	XMLName xml.Name       `xml:"http://soap.sforce.com/2006/04/metadata Package"`
	Types   []manifestType `xml:"types"`
	Version string         `xml:"version"`
}

type manifestType struct {
	Members []string `xml:"members"`
	Name    string   `xml:"name"`
}

// Export writes what a config needs as a Salesforce DX project, which the sf
// command, or any tool that deploys metadata, takes as it is. One manifest
// names only what this org lacks, so that a deployment changes nothing of what
// is there; the other names all, for an org that has none of it. The
// permission set names all fields that it must grant, since deploying one
// replaces what it grants.
func (c *Client) Export(needs connectors.Needs, steps []connectors.Step) ([]connectors.File, error) {
	missing := map[string]bool{}
	for _, s := range steps {
		missing[s.Kind+" "+s.Name] = s.State == connectors.StepMissing || s.State == connectors.StepFailed || s.State == connectors.StepManual && s.Kind == stepNotification
	}
	e := &export{}
	set := setMetadata{Description: "The fields that handoffd reads and writes", Label: setName}
	grants := false
	for _, n := range needs.Fields {
		if !isCustom(n.Name) {
			continue
		}
		if lacking := missing[stepField+" "+fieldName(n)]; lacking || !isPackaged(n.Name) {
			e.xml("objects/"+ownerOf(n.Object)+"/fields/"+n.Name+".field-meta.xml", metadataOf(n))
			e.member("CustomField", fieldName(n), lacking)
		}
		grants = grants || missing[stepPermission+" "+sobject(n.Object)+"."+n.Name]
		set.Fields = append(set.Fields, permissionsOf(n)...)
	}
	if len(set.Fields) > 0 {
		sort.Slice(set.Fields, func(i, j int) bool { return set.Fields[i].Field < set.Fields[j].Field })
		e.xml("permissionsets/"+setName+".permissionset-meta.xml", set)
		e.member("PermissionSet", setName, grants)
	}
	if needs.Notification != "" {
		e.xml("notificationtypes/"+needs.Notification+".notiftype-meta.xml", notificationOf(needs.Notification))
		e.member("CustomNotificationType", needs.Notification, missing[stepNotification+" "+needs.Notification])
	}
	return e.finish(c.cfg.APIVersion)
}

// permissionsOf grants a field. One of activities must be named for Task and
// for Event: a deployment takes away what it does not name.
func permissionsOf(n connectors.FieldNeed) []fieldMetaPerm {
	objects := []string{sobject(n.Object)}
	if ownerOf(n.Object) == "Activity" {
		objects = []string{"Event", "Task"}
	}
	var out []fieldMetaPerm
	for _, o := range objects {
		out = append(out, fieldMetaPerm{Editable: n.Write, Field: o + "." + n.Name, Readable: true})
	}
	return out
}

// export collects files and the manifests' members.
type export struct {
	files   []connectors.File
	all     []manifestType
	lacking []manifestType
	err     error
}

func (e *export) xml(path string, v any) { e.put(sourceRoot+path, v) }

func (e *export) put(path string, v any) {
	text, err := xml.MarshalIndent(v, "", "    ")
	if err != nil && e.err == nil {
		e.err = fmt.Errorf("writing %s: %w", path, err)
	}
	e.files = append(e.files, connectors.File{Path: path, Data: []byte(xml.Header + string(text) + "\n")})
}

func (e *export) member(kind, name string, lacking bool) {
	e.all = withMember(e.all, kind, name)
	if lacking {
		e.lacking = withMember(e.lacking, kind, name)
	}
}

func withMember(types []manifestType, kind, name string) []manifestType {
	for i := range types {
		if types[i].Name == kind {
			types[i].Members = append(types[i].Members, name)
			return types
		}
	}
	return append(types, manifestType{Members: []string{name}, Name: kind})
}

// manifest adds a manifest; one without members could not be deployed.
func (e *export) manifest(path string, types []manifestType, version string) {
	if len(types) == 0 {
		return
	}
	for i := range types {
		sort.Strings(types[i].Members)
	}
	sort.Slice(types, func(i, j int) bool { return types[i].Name < types[j].Name })
	e.put(path, manifest{Types: types, Version: version})
}

// finish adds the project file and the manifests; nothing needed is no file.
func (e *export) finish(version string) ([]connectors.File, error) {
	if e.err != nil || len(e.files) == 0 {
		return nil, e.err
	}
	e.manifest("manifest/all.xml", e.all, version)
	e.manifest("manifest/package.xml", e.lacking, version)
	project, err := json.MarshalIndent(map[string]any{
		"packageDirectories": []map[string]any{{"path": "force-app", "default": true}},
		"name":               "handoffd", "namespace": "", "sfdcLoginUrl": "https://login.salesforce.com", "sourceApiVersion": version,
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing sfdx-project.json: %w", err)
	}
	e.files = append(e.files, connectors.File{Path: "sfdx-project.json", Data: append(project, '\n')})
	return e.files, e.err
}
