package portal

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Owner is a person or queue that records can be assigned to, with the JSON
// names of the vendor's PublicOwner schema (CRM Owners API).
type Owner struct {
	ID                      string `json:"id"`
	Email                   string `json:"email,omitempty"`
	Type                    string `json:"type"` // PERSON or QUEUE
	FirstName               string `json:"firstName,omitempty"`
	LastName                string `json:"lastName,omitempty"`
	UserID                  int64  `json:"userId,omitempty"` // absent once deactivated
	UserIDIncludingInactive int64  `json:"userIdIncludingInactive,omitempty"`
	CreatedAt               string `json:"createdAt"`
	UpdatedAt               string `json:"updatedAt"`
	Archived                bool   `json:"archived"`
	Teams                   []Team `json:"teams,omitempty"`
}

// Team is a team of an owner.
type Team struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Primary bool   `json:"primary"`
}

// AddOwner adds an owner; an empty ID or zero UserID is made up. It returns
// the owner's id.
func (p *Portal) AddOwner(o Owner) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	number := int64(32900488 + 7*(len(p.owners)+1))
	if o.UserIDIncludingInactive == 0 {
		o.UserIDIncludingInactive = number
		if o.UserID != 0 {
			o.UserIDIncludingInactive = o.UserID
		}
	}
	o.UserID = o.UserIDIncludingInactive
	if o.Archived {
		o.UserID = 0
	}
	if o.ID == "" {
		o.ID = strconv.FormatInt(number+41000000, 10)
	}
	if o.Type == "" {
		o.Type = "PERSON"
	}
	if o.CreatedAt == "" {
		o.CreatedAt = FormatTime(p.nowMillis())
	}
	if o.UpdatedAt == "" {
		o.UpdatedAt = o.CreatedAt
	}
	p.owners = append(p.owners, &o)
	slices.SortFunc(p.owners, func(a, b *Owner) int { return compareNumbers(a.ID, b.ID) })
	p.ownerByID[o.ID] = &o
	return o.ID
}

// SetOwnerArchived deactivates or reactivates an owner.
func (p *Portal) SetOwnerArchived(id string, archived bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	o := p.ownerByID[id]
	if o == nil {
		return notFound()
	}
	o.Archived, o.UserID = archived, o.UserIDIncludingInactive
	if archived {
		o.UserID = 0
	}
	o.UpdatedAt = FormatTime(p.nowMillis())
	return nil
}

func compareNumbers(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// ownerAssignable tells whether records may be given to this owner.
func (p *Portal) ownerAssignable(id string) bool {
	o := p.ownerByID[id]
	return o != nil && (!o.Archived || p.set.InactiveOwners)
}

// Owners lists owners from the one after the id given, at most limit of them,
// and the id to go on from ("" at the end).
func (p *Portal) Owners(after, email string, archived bool, limit int) (list []Owner, next string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.owners {
		if o.Archived != archived || after != "" && compareNumbers(o.ID, after) <= 0 {
			continue
		}
		if email != "" && !strings.EqualFold(o.Email, email) {
			continue
		}
		if len(list) == limit {
			return list, list[limit-1].ID
		}
		list = append(list, *o)
	}
	return list, ""
}

// Owner finds one owner by id or, when byUser, by user id.
func (p *Portal) Owner(id string, byUser, archived bool) (Owner, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.owners {
		key := o.ID
		if byUser {
			key = strconv.FormatInt(o.UserIDIncludingInactive, 10)
		}
		if key == id && o.Archived == archived {
			return *o, nil
		}
	}
	return Owner{}, &Error{
		Status: http.StatusNotFound, Category: CategoryNotFound,
		Message: "Owner " + id + " does not exist.", Context: map[string][]string{"ownerId": {id}},
	}
}
