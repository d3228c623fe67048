package sandbox

import (
	"fmt"
	"strings"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// Property is the definition of a property.
type Property = portal.Property

// PropertyOption is one value of an enumeration.
type PropertyOption = portal.Option

// Owner is a person or queue that records can be assigned to.
type Owner = portal.Owner

// Team is a team of an owner.
type Team = portal.Team

// Association links a record to another one at Insert. Without Types the plain
// type of the two objects is used; the first company of a contact or deal
// becomes its primary one.
type Association = portal.NewAssociation

// AssociationType names a type of association.
type AssociationType = portal.TypeRef

// AddToken makes a credential that does not expire.
func (s *Server) AddToken(t Token) { s.vault.addToken(t) }

// AddApp installs an OAuth app.
func (s *Server) AddApp(a App) { s.vault.addApp(a) }

// AddProperty adds a custom property to an object ("companies"). The group is
// made if it does not exist, and "" means the object's own; missing types
// become string and text. A property of that name is an error, and so is what
// HubSpot's API would refuse, except the limits on unique properties of
// activities: a seeded portal may be one that allows them.
func (s *Server) AddProperty(object string, p Property) error {
	t, err := s.portal.Type(object)
	if err != nil {
		return fmt.Errorf("adding property %s: %w", p.Name, err)
	}
	if _, err := s.portal.Property(t, p.Name, false); err == nil {
		return fmt.Errorf("adding property %s: %s has it already", p.Name, t.Plural)
	}
	p.Type = orDefault(p.Type, "string")
	p.FieldType = orDefault(p.FieldType, map[string]string{
		"string": "text", "number": "number", "bool": "booleancheckbox", "date": "date",
		"datetime": "date", "enumeration": "select", "phone_number": "phonenumber",
	}[p.Type])
	p.Label = orDefault(p.Label, strings.ReplaceAll(p.Name, "_", " "))
	p.GroupName = orDefault(p.GroupName, s.portal.Properties(t, false)[0].GroupName)
	p.DataSensitivity = orDefault(p.DataSensitivity, "non_sensitive")
	p.DisplayOrder = orDefault(p.DisplayOrder, -1)
	p.Modification.Archivable = true
	s.portal.Define(t, p)
	return nil
}

// AddOwner adds an owner, and the user behind a person, and returns the
// owner's id.
func (s *Server) AddOwner(o Owner) string {
	id := s.portal.AddOwner(o)
	if o.Type == "QUEUE" {
		return id
	}
	owner, err := s.portal.Owner(id, false, o.Archived)
	if err != nil {
		return id
	}
	_, err = s.portal.Insert("users", map[string]string{
		"hs_given_name": o.FirstName, "hs_family_name": o.LastName, "hs_email": o.Email,
		"hs_internal_user_id": fmt.Sprint(owner.UserIDIncludingInactive), "hs_deactivated": fmt.Sprint(o.Archived),
	})
	if err != nil {
		s.log.Error("hubspot sandbox owner", "owner", id, "err", err)
	}
	return id
}

// SetOwnerArchived deactivates or reactivates an owner.
func (s *Server) SetOwnerArchived(id string, archived bool) error {
	return s.portal.SetOwnerArchived(id, archived)
}

// AddPipeline adds or replaces a pipeline of "deals" or "tickets".
func (s *Server) AddPipeline(object string, p portal.Pipeline) error {
	t, err := s.portal.Type(object)
	if err != nil {
		return err
	}
	s.portal.AddPipeline(t, p)
	return nil
}

// Insert adds a record as an import does and returns its id: read-only
// properties may be set, required ones may be missing, but every value must be
// valid. It is quick enough for seeding hundreds of thousands of records.
func (s *Server) Insert(object string, properties map[string]string, associations ...Association) (id string, err error) {
	return s.portal.Insert(object, properties, associations...)
}

// Set writes values as HubSpot itself or a person in its pages does. It may
// write read-only properties such as hs_analytics_num_visits, hs_email_open or
// recent_conversion_date, which no API client can, keeps the properties'
// history, and carries a contact's counters to its companies. It is not
// counted as an API write.
func (s *Server) Set(object, id string, properties map[string]string) error {
	return s.portal.Set(object, id, properties)
}

// Get returns all values of a record, of an archived one too, and whether it
// exists. A merged-away id gives the survivor's values.
func (s *Server) Get(object, id string) (map[string]string, bool) { return s.portal.Values(object, id) }

// IDs lists the live records of an object by ascending id.
func (s *Server) IDs(object string) []string { return s.portal.IDs(object) }

// Count returns how many live records an object has.
func (s *Server) Count(object string) int { return s.portal.Count(object) }

// Associated lists the ids of the records of object to that are associated
// with a record, in ascending order.
func (s *Server) Associated(object, id, to string) ([]string, error) {
	from, err := s.portal.Type(object)
	if err != nil {
		return nil, err
	}
	target, err := s.portal.Type(to)
	if err != nil {
		return nil, err
	}
	pages, err := s.portal.Linked(from, target, []string{id}, []string{""}, 1<<30)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, l := range pages[0].To {
		ids = append(ids, l.ToID)
	}
	return ids, nil
}

// Archive puts a record into the recycling bin, as a person can.
func (s *Server) Archive(object, id string) error {
	t, err := s.portal.Type(object)
	if err != nil {
		return err
	}
	return s.portal.Archive(t, id, portal.Writer{Platform: true})
}

// Merge makes one record of two, as a person can, and returns its new id.
func (s *Server) Merge(object, primaryID, otherID string) (id string, err error) {
	t, err := s.portal.Type(object)
	if err != nil {
		return "", err
	}
	rec, err := s.portal.Merge(t, primaryID, otherID, portal.Writer{Platform: true})
	return rec.ID, err
}
