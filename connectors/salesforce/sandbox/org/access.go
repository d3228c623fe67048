package org

import (
	"strings"
	"sync"
)

// Access is what one user may see and change. Fields are visible unless they
// are Hidden; a FieldPermissions row of a permission set that the user has
// opens those (Object Reference, "FieldPermissions").
type Access struct {
	read, edit map[*Field]bool
}

// CanRead tells whether the user sees the field at all.
func (a *Access) CanRead(f *Field) bool {
	return !f.Hidden || f.systemPermission && !f.Custom() || a.read[f]
}

// CanEdit tells whether field-level security lets the user set the field.
func (a *Access) CanEdit(f *Field) bool {
	return !f.Hidden || f.systemPermission && !f.Custom() || a.edit[f]
}

// rightsCache keeps Access per user until a permission row changes.
type rightsCache struct {
	mu     sync.Mutex
	count  int
	byUser map[ID]*Access
	schema int
}

func (c *rightsCache) version() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

func (c *rightsCache) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.count++
	c.byUser = nil
}

// Access works out what the user may see and change.
func (o *Org) Access(user ID) *Access {
	o.rights.mu.Lock()
	defer o.rights.mu.Unlock()
	if o.rights.byUser == nil || o.rights.schema != o.version {
		o.rights.byUser, o.rights.schema = map[ID]*Access{}, o.version
	}
	a, ok := o.rights.byUser[user]
	if !ok {
		a = o.workOutAccess(user)
		o.rights.byUser[user] = a
	}
	return a
}

func (o *Org) workOutAccess(user ID) *Access {
	a := &Access{read: map[*Field]bool{}, edit: map[*Field]bool{}}
	assignment, permission := o.Object("PermissionSetAssignment"), o.Object("FieldPermissions")
	field, read, edit := permission.Field("Field"), permission.Field("PermissionsRead"), permission.Field("PermissionsEdit")
	o.children(assignment.Field("AssigneeId"), user, func(r *Row) {
		set := o.get(r, assignment.Field("PermissionSetId")).ID()
		o.children(permission.Field("ParentId"), set, func(p *Row) {
			object, name, _ := strings.Cut(o.get(p, field).Text(), ".")
			for _, target := range activity(object) {
				if f := o.fieldOf(target, name); f != nil {
					a.read[f] = a.read[f] || o.get(p, read).Bool()
					a.edit[f] = a.edit[f] || o.get(p, edit).Bool()
				}
			}
		})
	})
	return a
}

func (o *Org) fieldOf(object, name string) *Field {
	obj := o.Object(object)
	if obj == nil {
		return nil
	}
	return obj.Field(name)
}
