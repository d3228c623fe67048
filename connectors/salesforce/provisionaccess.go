package salesforce

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// setName is the API name of the permission set that we make.
const setName = "handoffd"

const fixAccess = "sign in as somebody with Manage Profiles and Permission Sets, or grant it in Setup, Permission Sets"

// access is what the permission set grants today.
type access struct {
	setID, userID string
	assigned      bool
	granted       map[string]grant // lower case "account.mqa__c"
}

type grant struct{ read, edit bool }

// permissions grants what the person who handoffd signs in as does not see or
// may not edit. Where that is the user who is signed in, the describe tells;
// for any other, only what our own permission set says counts.
func (p *provision) permissions(ctx context.Context) error {
	var wanted []connectors.FieldNeed
	for _, n := range p.needs.Fields {
		f := p.visible(n)
		open := f != nil && (!n.Write || f.Updateable || n.Unique && f.Createable)
		if p.needs.AssignTo == "" && open || p.needs.AssignTo != "" && !isCustom(n.Name) {
			continue
		}
		wanted = append(wanted, n)
	}
	if len(wanted) == 0 {
		return nil
	}
	if err := p.lookUp(ctx); err != nil {
		return err
	}
	usable := p.set(ctx)
	for _, n := range wanted {
		p.permission(ctx, n, usable)
	}
	p.assignment(ctx, usable)
	return nil
}

// lookUp reads who is to be granted what, and what is granted already.
func (p *provision) lookUp(ctx context.Context) error {
	a := &p.access
	a.granted = map[string]grant{}
	if err := p.lookUpUser(ctx); err != nil {
		return err
	}
	if err := p.lookUpSet(ctx); err != nil || a.setID == "" {
		return err
	}
	rows, err := p.rows(ctx, query{
		fields: []string{"Field", "PermissionsRead", "PermissionsEdit"}, from: "FieldPermissions", where: []string{"ParentId = " + quote(a.setID)},
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		a.granted[strings.ToLower(textAt(row, "Field", kindText))] = grant{
			read: string(row["PermissionsRead"]) == "true", edit: string(row["PermissionsEdit"]) == "true",
		}
	}
	rows, err = p.rows(ctx, query{
		fields: []string{fieldID}, from: "PermissionSetAssignment",
		where: []string{"AssigneeId = " + quote(a.userID), "PermissionSetId = " + quote(a.setID)},
	})
	a.assigned = len(rows) > 0
	return err
}

func (p *provision) lookUpUser(ctx context.Context) error {
	if p.access.userID = p.c.signIn.user(); p.needs.AssignTo == "" && p.access.userID != "" {
		return nil
	}
	if p.needs.AssignTo == "" {
		id, err := p.c.Identify(ctx)
		p.access.userID = id.UserID
		return err
	}
	rows, err := p.rows(ctx, query{fields: []string{fieldID}, from: "User", where: []string{"Username = " + quote(p.needs.AssignTo), "IsActive = true"}})
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return &connectors.Error{
			System: connectors.Salesforce, Class: connectors.Stop, Code: "NO_USER", Message: "no active user is called " + p.needs.AssignTo,
			Fix: "name the integration user by the username that it signs in with",
		}
	}
	p.access.userID = textAt(rows[0], fieldID, kindID)
	return nil
}

func (p *provision) lookUpSet(ctx context.Context) error {
	rows, err := p.rows(ctx, query{fields: []string{fieldID}, from: "PermissionSet", where: []string{"Name = " + quote(setName)}})
	if err == nil && len(rows) > 0 {
		p.access.setID = textAt(rows[0], fieldID, kindID)
	}
	return err
}

func (p *provision) rows(ctx context.Context, q query) ([]map[string]json.RawMessage, error) {
	rows, err := p.c.follow(ctx, p.c.queryPath(q, false), transport.PriorityReport)
	if err != nil {
		return nil, fmt.Errorf("looking at permissions: %w", err)
	}
	return rows, nil
}

// set makes the permission set, and tells whether it can be built upon.
func (p *provision) set(ctx context.Context) bool {
	s := connectors.Step{Kind: stepSet, Name: setName, State: connectors.StepPresent, What: "grants the fields to handoffd"}
	if p.access.setID == "" {
		s.State = connectors.StepMissing
		if p.apply {
			err := p.c.create(ctx, "sobjects/PermissionSet", map[string]string{
				"Name": setName, "Label": setName, "Description": "The fields that handoffd reads and writes",
			})
			if err == nil {
				err = p.lookUpSet(ctx)
			}
			settle(&s, err, fixAccess)
		}
	}
	p.add(s)
	return s.State != connectors.StepFailed
}

// permission grants one field. Rights of an activity's field are those of
// Task's; Event's follow.
func (p *provision) permission(ctx context.Context, n connectors.FieldNeed, usable bool) {
	name := sobject(n.Object) + "." + n.Name
	s := connectors.Step{Kind: stepPermission, Name: name, State: connectors.StepMissing, What: "read", Optional: n.Optional}
	if n.Write {
		s.What = "read and edit"
	}
	have, there := p.access.granted[strings.ToLower(name)]
	switch {
	case there && have.read && (have.edit || !n.Write):
		s.State = connectors.StepPresent
	case there:
		s.State, s.What = connectors.StepDiffers, "the permission set does not let handoffd edit the field"
		s.Fix = "tick Edit for it in Setup, Permission Sets, handoffd"
	case !p.apply:
	case p.failed[fieldName(n)] && isCustom(n.Name):
		s.State, s.What = connectors.StepFailed, "waits for the field"
	case !usable:
		s.State, s.What = connectors.StepFailed, "waits for the permission set"
	default:
		settle(&s, p.c.create(ctx, "sobjects/FieldPermissions", map[string]any{
			"ParentId": p.access.setID, "SobjectType": sobject(n.Object), "Field": name,
			"PermissionsRead": true, "PermissionsEdit": n.Write,
		}), fixAccess)
	}
	p.add(s)
}

// assignment gives the permission set to the user.
func (p *provision) assignment(ctx context.Context, usable bool) {
	who := p.needs.AssignTo
	if who == "" {
		who = "the signed-in user"
	}
	s := connectors.Step{Kind: stepAssignment, Name: setName + " to " + who, State: connectors.StepMissing, What: "the user has the permission set"}
	switch {
	case p.access.assigned:
		s.State = connectors.StepPresent
	case !p.apply:
	case !usable:
		s.State, s.What = connectors.StepFailed, "waits for the permission set"
	default:
		err := p.c.create(ctx, "sobjects/PermissionSetAssignment", map[string]string{
			"AssigneeId": p.access.userID, "PermissionSetId": p.access.setID,
		})
		if hasCode(err, "DUPLICATE_VALUE") {
			err = nil
		}
		settle(&s, err, fixAccess)
	}
	p.add(s)
}

// notification makes the type of notification for alerts. Without it alerts go
// by e-mail or as tasks.
func (p *provision) notification(ctx context.Context) {
	name := p.needs.Notification
	if name == "" {
		return
	}
	s := connectors.Step{Kind: stepNotification, Name: name, State: connectors.StepPresent, What: "alerts in the app", Optional: true}
	if _, err := p.c.notificationType(ctx); err != nil {
		s.State = connectors.StepMissing
		if !hasCode(err, "NO_NOTIFICATION_TYPE") {
			s.State, s.What = connectors.StepFailed, short(err)
		} else if p.apply {
			p.makeNotification(ctx, &s)
		}
	}
	p.add(s)
}

// makeNotification uses the Tooling API object of the same name. Not every org
// lets its integration user at it; a person needs a minute for it.
func (p *provision) makeNotification(ctx context.Context, s *connectors.Step) {
	err := p.c.create(ctx, "tooling/sobjects/CustomNotificationType", map[string]any{"FullName": s.Name, "Metadata": notificationOf(s.Name)})
	if err == nil {
		s.State = connectors.StepMade
		return
	}
	s.State, s.What = connectors.StepManual, "the API did not make it ("+short(err)+"); until then alerts go by e-mail or as tasks"
	s.Fix = "Setup, Notification Builder, Custom Notifications, New: API name " + s.Name + ", desktop and mobile"
}
