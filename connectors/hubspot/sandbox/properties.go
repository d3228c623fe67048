package sandbox

import (
	"errors"
	"net/http"
	"strings"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// optionInput is one option of a definition; label, value, displayOrder and
// hidden are required by the published specification.
type optionInput struct {
	Label        text  `json:"label"`
	Value        text  `json:"value"`
	Description  text  `json:"description"`
	DisplayOrder *int  `json:"displayOrder"`
	Hidden       *bool `json:"hidden"`
}

// propertyInput is a definition to create or change.
type propertyInput struct {
	Name                 *string       `json:"name"`
	Label                *string       `json:"label"`
	Type                 *string       `json:"type"`
	FieldType            *string       `json:"fieldType"`
	GroupName            *string       `json:"groupName"`
	Description          *string       `json:"description"`
	Options              []optionInput `json:"options"`
	DisplayOrder         *int          `json:"displayOrder"`
	Hidden               *bool         `json:"hidden"`
	FormField            *bool         `json:"formField"`
	HasUniqueValue       bool          `json:"hasUniqueValue"`
	ExternalOptions      bool          `json:"externalOptions"`
	ReferencedObjectType string        `json:"referencedObjectType"`
	CalculationFormula   string        `json:"calculationFormula"`
	DataSensitivity      string        `json:"dataSensitivity"`
}

func deref[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}

// options are those of a definition. One without a place of its own stands
// after all others (recorded).
func (in propertyInput) options() []portal.Option {
	if in.Options == nil {
		return nil
	}
	list := make([]portal.Option, len(in.Options))
	last := 0
	for i, o := range in.Options {
		list[i] = portal.Option{Label: o.Label.val, Value: o.Value.val, Description: o.Description.val, DisplayOrder: deref(o.DisplayOrder), Hidden: deref(o.Hidden)}
		last = max(last, list[i].DisplayOrder)
	}
	for i, o := range in.Options {
		if o.DisplayOrder == nil {
			last++
			list[i].DisplayOrder = last
		}
	}
	return list
}

// checkOptions: every option has all four fields that the schema requires. Older
// versions do without the last two (recorded).
func (in propertyInput) checkOptions(version string) error {
	strict := strings.HasPrefix(version, "20") && version >= "2026-09"
	for _, o := range in.Options {
		var missing []string
		for _, f := range []struct {
			name string
			set  bool
		}{{"label", o.Label.set}, {"value", o.Value.set}, {"displayOrder", !strict || o.DisplayOrder != nil}, {"hidden", !strict || o.Hidden != nil}} {
			if !f.set {
				missing = append(missing, f.name)
			}
		}
		if len(missing) > 0 {
			return portal.Invalid("Invalid input JSON on line 1, column 2. Some required fields were not set: [%s]", strings.Join(missing, ", "))
		}
	}
	return nil
}

// definition checks what a create must have.
func (in propertyInput) definition(version string) (portal.Property, error) {
	missing := []string{}
	for _, f := range []struct {
		name string
		val  *string
	}{{"name", in.Name}, {"label", in.Label}, {"type", in.Type}, {"fieldType", in.FieldType}, {"groupName", in.GroupName}} {
		if f.val == nil {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		return portal.Property{}, portal.Invalid("Invalid input JSON on line 1, column 2. Some required fields were not set: [%s]", strings.Join(missing, ", "))
	}
	if err := in.checkOptions(version); err != nil {
		return portal.Property{}, err
	}
	return portal.Property{
		Name: *in.Name, Label: *in.Label, Type: *in.Type, FieldType: *in.FieldType, GroupName: *in.GroupName,
		Description: deref(in.Description), Options: in.options(), DisplayOrder: deref(in.DisplayOrder),
		Hidden: deref(in.Hidden), FormField: deref(in.FormField), HasUniqueValue: in.HasUniqueValue,
		ExternalOptions: in.ExternalOptions, ReferencedObjectType: in.ReferencedObjectType,
		CalculationFormula: in.CalculationFormula, DataSensitivity: in.DataSensitivity,
	}, nil
}

func (s *Server) listProperties(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	archived := c.flag("archived")
	return ok(collection{Results: ofSensitivity(s.portal.Properties(t, archived), c.query.Get("dataSensitivity"))})
}

// ofSensitivity keeps the definitions of one sensitivity; the default is
// non_sensitive (CRM Properties API). HubSpot's own definitions carry none.
func ofSensitivity(list []portal.Property, sensitivity string) []portal.Property {
	kept := []portal.Property{}
	for _, p := range list {
		if orDefault(p.DataSensitivity, "non_sensitive") == orDefault(sensitivity, "non_sensitive") {
			kept = append(kept, p)
		}
	}
	return kept
}

func (s *Server) getProperty(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	archived := c.flag("archived")
	prop, err := s.portal.Property(t, c.params[1], archived)
	if err != nil {
		return reply{}, err
	}
	if len(ofSensitivity([]portal.Property{prop}, c.query.Get("dataSensitivity"))) == 0 {
		return reply{}, portal.NoProperty(t, prop.Name)
	}
	return ok(prop)
}

func (s *Server) createProperty(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var in propertyInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	def, err := in.definition(c.version)
	if err != nil {
		return reply{}, err
	}
	prop, err := s.portal.AddProperty(t, def)
	if err != nil {
		return reply{}, err
	}
	return c.createdAs(prop.Name, prop)
}

func (s *Server) patchProperty(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var in propertyInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	if err := in.checkOptions(c.version); err != nil {
		return reply{}, err
	}
	prop, err := s.portal.PatchProperty(t, c.params[1], portal.PropertyPatch{
		Label: in.Label, Type: in.Type, FieldType: in.FieldType, Description: in.Description, GroupName: in.GroupName,
		Options: in.options(), DisplayOrder: in.DisplayOrder, Hidden: in.Hidden, FormField: in.FormField,
	})
	if err != nil {
		return reply{}, err
	}
	return ok(prop)
}

func (s *Server) deleteProperty(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	if err := s.portal.ArchiveProperty(t, c.params[1]); err != nil {
		return reply{}, err
	}
	return noContent()
}

type propertyNames struct {
	Inputs []struct {
		Name text `json:"name"`
	} `json:"inputs"`
	Archived bool `json:"archived"`
}

func (s *Server) batchReadProperties(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var body propertyNames
	if err := c.decode(&body, "inputs"); err != nil {
		return reply{}, err
	}
	if err := sized(len(body.Inputs), maxBatch); err != nil {
		return reply{}, err
	}
	results := []portal.Property{}
	var errs []batchItem
	for _, in := range body.Inputs {
		prop, err := s.portal.Property(t, in.Name.val, body.Archived)
		var refused *portal.Error
		if errors.As(err, &refused) {
			errs = append(errs, newBatchItem(refused))
			continue
		}
		results = append(results, prop)
	}
	return s.finish(c, http.StatusOK, results, errs)
}

// madeProperty is a property in the reply of a batch create, which has neither
// stamps nor the archived flag (recorded).
type madeProperty struct {
	portal.Property
	Archived *bool `json:"archived,omitempty"`
}

func (s *Server) batchCreateProperties(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Inputs []propertyInput `json:"inputs"`
	}
	if err := c.decode(&body, "inputs"); err != nil {
		return reply{}, err
	}
	if err := sized(len(body.Inputs), maxBatch); err != nil {
		return reply{}, err
	}
	defs := make([]portal.Property, len(body.Inputs))
	for i, in := range body.Inputs {
		if defs[i], err = in.definition(c.version); err != nil {
			return reply{}, err
		}
	}
	results := []madeProperty{}
	var errs []batchItem
	for _, def := range defs {
		prop, err := s.portal.AddProperty(t, def)
		var refused *portal.Error
		if errors.As(err, &refused) {
			errs = append(errs, newBatchItem(refused))
			continue
		}
		prop.CreatedAt, prop.UpdatedAt, prop.CreatedUserID, prop.UpdatedUserID = "", "", "", ""
		results = append(results, madeProperty{Property: prop})
	}
	status := http.StatusCreated
	if c.version == "2026-09" {
		status = http.StatusOK
	}
	return s.finish(c, status, results, errs)
}

func (s *Server) batchArchiveProperties(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var body propertyNames
	if err := c.decode(&body, "inputs"); err != nil {
		return reply{}, err
	}
	for _, in := range body.Inputs {
		if err := s.portal.ArchiveProperty(t, in.Name.val); err != nil {
			return reply{}, err
		}
	}
	return noContent()
}

func (s *Server) listGroups(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	return ok(collection{Results: s.portal.Groups(t)})
}

func (s *Server) getGroup(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	g, err := s.portal.Group(t, c.params[1])
	if err != nil {
		return reply{}, err
	}
	return ok(g)
}

func (s *Server) createGroup(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var in groupInput
	if err := c.decode(&in, "name", "label"); err != nil {
		return reply{}, err
	}
	g := portal.Group{Name: in.Name, Label: deref(in.Label), DisplayOrder: -1}
	if !c.dated() { // recorded: the tenth group stands at 9
		g.DisplayOrder = len(s.portal.Groups(t))
	}
	if in.DisplayOrder != nil {
		g.DisplayOrder = *in.DisplayOrder
	}
	if g, err = s.portal.AddGroup(t, g); err != nil {
		return reply{}, err
	}
	return c.createdAs(g.Name, g)
}

// groupInput is a group to create or change.
type groupInput struct {
	Name         string  `json:"name"`
	Label        *string `json:"label"`
	DisplayOrder *int    `json:"displayOrder"`
}

func (s *Server) patchGroup(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var in groupInput
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	g, err := s.portal.PatchGroup(t, c.params[1], in.Label, in.DisplayOrder)
	if err != nil {
		return reply{}, err
	}
	return ok(g)
}

func (s *Server) deleteGroup(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	if err := s.portal.ArchiveGroup(t, c.params[1]); err != nil {
		return reply{}, err
	}
	return noContent()
}
