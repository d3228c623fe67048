package sandbox

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
)

// objectInfo is what describe says of an object, short form (REST API
// Developer Guide, "Describe Global").
type objectInfo struct {
	Activateable     bool              `json:"activateable"`
	AssociateEntity  *string           `json:"associateEntityType"`
	AssociateParent  *string           `json:"associateParentEntity"`
	Createable       bool              `json:"createable"`
	Custom           bool              `json:"custom"`
	CustomSetting    bool              `json:"customSetting"`
	DeepCloneable    bool              `json:"deepCloneable"`
	Deletable        bool              `json:"deletable"`
	DeprecatedHidden bool              `json:"deprecatedAndHidden"`
	FeedEnabled      bool              `json:"feedEnabled"`
	HasSubtypes      bool              `json:"hasSubtypes"`
	IsInterface      bool              `json:"isInterface"`
	IsSubtype        bool              `json:"isSubtype"`
	KeyPrefix        string            `json:"keyPrefix"`
	Label            string            `json:"label"`
	LabelPlural      string            `json:"labelPlural"`
	Layoutable       bool              `json:"layoutable"`
	Mergeable        bool              `json:"mergeable"`
	MRUEnabled       bool              `json:"mruEnabled"`
	Name             string            `json:"name"`
	Queryable        bool              `json:"queryable"`
	Replicateable    bool              `json:"replicateable"`
	Retrieveable     bool              `json:"retrieveable"`
	Searchable       bool              `json:"searchable"`
	Triggerable      bool              `json:"triggerable"`
	Undeletable      bool              `json:"undeletable"`
	Updateable       bool              `json:"updateable"`
	URLs             map[string]string `json:"urls"`
}

// fullInfo is the long form ("sObject Describe").
type fullInfo struct {
	ActionOverrides    []string     `json:"actionOverrides"`
	ChildRelationships []childInfo  `json:"childRelationships"`
	CompactLayoutable  bool         `json:"compactLayoutable"`
	DefaultImpl        *string      `json:"defaultImplementation"`
	ExtendedBy         *string      `json:"extendedBy"`
	Extends            *string      `json:"extendsInterfaces"`
	ImplementedBy      *string      `json:"implementedBy"`
	Implements         *string      `json:"implementsInterfaces"`
	Fields             []fieldInfo  `json:"fields"`
	Listviewable       *bool        `json:"listviewable"`
	LookupLayoutable   *bool        `json:"lookupLayoutable"`
	NamedLayoutInfos   []string     `json:"namedLayoutInfos"`
	NetworkScopeField  *string      `json:"networkScopeFieldName"`
	RecordTypeInfos    []recordType `json:"recordTypeInfos"`
	SearchLayoutable   bool         `json:"searchLayoutable"`
	Option             string       `json:"sobjectDescribeOption"`
	SupportedScopes    []scope      `json:"supportedScopes"`
	objectInfo
}

type childInfo struct {
	CascadeDelete    bool     `json:"cascadeDelete"`
	Child            string   `json:"childSObject"`
	DeprecatedHidden bool     `json:"deprecatedAndHidden"`
	Field            string   `json:"field"`
	JunctionIDs      []string `json:"junctionIdListNames"`
	JunctionRefs     []string `json:"junctionReferenceTo"`
	Name             *string  `json:"relationshipName"`
	RestrictedDelete bool     `json:"restrictedDelete"`
}

type recordType struct {
	Active        bool              `json:"active"`
	Available     bool              `json:"available"`
	Default       bool              `json:"defaultRecordTypeMapping"`
	DeveloperName string            `json:"developerName"`
	Master        bool              `json:"master"`
	Name          string            `json:"name"`
	ID            string            `json:"recordTypeId"`
	URLs          map[string]string `json:"urls"`
}

type scope struct {
	Label string `json:"label"`
	Name  string `json:"name"`
}

func (c *call) info(obj *org.Object) objectInfo {
	at := c.root() + "/sobjects/" + obj.Name
	return objectInfo{
		Createable: obj.Createable(), Deletable: obj.Deletable(), Updateable: obj.Updateable(), Undeletable: obj.Undeletable(),
		Replicateable: obj.Replicateable(), Mergeable: obj.Mergeable(), KeyPrefix: obj.Prefix, Label: obj.Label, LabelPlural: obj.Plural,
		Name: obj.Name, Queryable: true, Retrieveable: true, Layoutable: obj.Is("layout"), Searchable: obj.Undeletable() || obj.Is("search"),
		Triggerable: obj.Undeletable() || obj.Is("trigger"), MRUEnabled: obj.Undeletable() || obj.Is("mru"), FeedEnabled: obj.Is("feed"),
		DeepCloneable: obj.Is("clone"),
		URLs:          map[string]string{"sobject": at, "describe": at + "/describe", "rowTemplate": at + "/{ID}"},
	}
}

// unchanged answers 304 when the client has this version of the metadata, and
// gives the headers of it else.
func (c *call) unchanged() (tag, modified string, same bool) {
	at, version := c.s.org.Changed()
	tag = fmt.Sprintf(`"%x-%s"`, version+1, c.version)
	modified = at.UTC().Format(http.TimeFormat)
	if m := c.header.Get("If-None-Match"); m != "" {
		return tag, modified, lists(m, tag)
	}
	since, err := http.ParseTime(c.header.Get("If-Modified-Since"))
	return tag, modified, err == nil && !at.Truncate(time.Second).After(since)
}

func (c *call) metadata(v func() any) reply {
	tag, modified, same := c.unchanged()
	r := empty(http.StatusNotModified)
	if !same {
		r = answer(http.StatusOK, v())
	}
	return r.with("ETag", tag).with("Last-Modified", modified)
}

// serves tells whether the API that is called has the object.
func (c *call) serves(obj *org.Object) bool {
	if c.tool {
		return obj.InTooling()
	}
	return !obj.ToolingOnly()
}

// describeGlobal serves GET /sobjects, of the Tooling API its own objects.
func (c *call) describeGlobal() reply {
	return c.metadata(func() any {
		list := []objectInfo{}
		for _, obj := range c.s.org.Objects() {
			if c.serves(obj) {
				list = append(list, c.info(obj))
			}
		}
		return struct {
			Encoding string       `json:"encoding"`
			MaxBatch int          `json:"maxBatchSize"`
			Objects  []objectInfo `json:"sobjects"`
		}{"UTF-8", 200, list}
	})
}

// describeBasic serves GET /sobjects/{Object}. Recent items are not kept.
func (c *call) describeBasic(obj *org.Object) reply {
	return answer(http.StatusOK, struct {
		Describe objectInfo `json:"objectDescribe"`
		Recent   []string   `json:"recentItems"`
	}{c.info(obj), []string{}})
}

// describe serves GET /sobjects/{Object}/describe: the fields that the user
// may see.
func (c *call) describe(obj *org.Object) reply {
	return c.metadata(func() any {
		access := c.s.org.Access(c.session.user)
		full := fullInfo{objectInfo: c.info(obj), ActionOverrides: []string{}, NamedLayoutInfos: []string{}, CompactLayoutable: true,
			SearchLayoutable: obj.Undeletable(), Option: "FULL", ChildRelationships: c.children(obj), Fields: []fieldInfo{},
			SupportedScopes: []scope{{"All " + strings.ToLower(obj.Plural), "everything"}, {"My " + strings.ToLower(obj.Plural), "mine"}}}
		full.RecordTypeInfos = []recordType{}
		if !obj.Is("norectype") {
			full.RecordTypeInfos = c.masterRecordType(obj)
		}
		for _, f := range obj.Fields {
			if access.CanRead(f) && (c.tool || !f.ToolingOnly()) {
				full.Fields = append(full.Fields, describeField(f, access.CanEdit(f)))
			}
		}
		return full
	})
}

// masterRecordType is the one that every object with record types has.
func (c *call) masterRecordType(obj *org.Object) []recordType {
	return []recordType{{Active: true, Available: true, Default: true, DeveloperName: "Master", Master: true, Name: "Master",
		ID: "012000000000000AAA", URLs: map[string]string{"layout": c.root() + "/sobjects/" + obj.Name + "/describe/layouts/012000000000000AAA"}}}
}

// children lists the references that point to the object.
func (c *call) children(obj *org.Object) []childInfo {
	out := []childInfo{}
	for _, link := range c.s.org.ChildFields(obj) {
		if link.Name == "MasterRecordId" {
			continue // listed for no object (recorded)
		}
		info := childInfo{CascadeDelete: link.Cascade(), RestrictedDelete: link.Restrict(), Child: link.Object().Name, Field: link.Name, JunctionIDs: []string{}, JunctionRefs: []string{}}
		if name := link.ChildRelationship; name != "" {
			info.Name = &name
		}
		out = append(out, info)
	}
	return out
}
