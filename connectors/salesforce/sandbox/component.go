package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

// component serves the rows of metadata that a client may make: Apex triggers,
// validation rules, flows and notification types. Those that would run when a
// record is saved are listed and never run.
func (c *call) component(obj *org.Object) reply {
	read := map[string]func(*call, draft) (draft, *org.Error){
		"ApexTrigger": (*call).apexTrigger, "ValidationRule": (*call).validationRule, "Flow": (*call).flow, "CustomNotificationType": (*call).notificationType,
	}[obj.Name]
	if len(c.segments) == 2 {
		if read == nil || c.method != http.MethodPost {
			return notAllowed(c.method, "HEAD,GET")
		}
		return c.makeComponent(obj, read)
	}
	id, ok := org.ParseID(c.segments[2])
	row := c.s.org.Row(id)
	if !ok || row == nil || row.Deleted() || c.s.org.ObjectOf(id) != obj {
		return notFound()
	}
	switch {
	case c.method == http.MethodGet:
		return c.read(obj, id)
	case read != nil && c.method == http.MethodPatch:
		return c.changeComponent(obj, id, read)
	case read != nil && c.method == http.MethodDelete:
		tx := c.begin()
		tx.Seed = true
		mark := tx.Mark()
		if err := tx.Delete(obj, id); err != nil {
			tx.Rollback(mark)
			return rowError(err)
		}
		return empty(http.StatusNoContent)
	}
	return notAllowed(c.method, "HEAD,GET")
}

// draft is a component as it is read from a request.
type draft struct {
	body object
	// meta is the Metadata, text as it came.
	meta object
	text string
	// id is the row that is changed, 0 for a new one.
	id org.ID
	// fields are what the row becomes.
	fields []org.Input
	// saved runs once the row is there.
	saved func(*org.Tx, org.ID) *org.Error
}

func (d *draft) set(name string, v any) {
	d.fields = append(d.fields, org.Input{Name: name, Value: v})
}

func (c *call) draft(id org.ID) (draft, *reply) {
	body, bad := c.bodyObject()
	if bad != nil {
		return draft{}, bad
	}
	d := draft{body: body, id: id}
	d.meta, _ = body.object("Metadata")
	var raw struct{ Metadata json.RawMessage }
	if err := json.Unmarshal(c.body, &raw); err == nil && d.meta != nil {
		d.text = string(raw.Metadata)
	}
	return d, nil
}

func (c *call) makeComponent(obj *org.Object, read func(*call, draft) (draft, *org.Error)) reply {
	d, bad := c.draft(0)
	if bad != nil {
		return *bad
	}
	d, err := read(c, d)
	if err != nil {
		return rowError(err)
	}
	tx := c.begin()
	tx.Seed = true // the fields are read-only to everybody else
	mark := tx.Mark()
	id, err := tx.Insert(obj, d.fields)
	if err == nil && d.saved != nil {
		err = d.saved(tx, id)
	}
	if err != nil {
		tx.Rollback(mark)
		return rowError(err)
	}
	return made(id)
}

// made is the Tooling API's reply to a create.
func made(id org.ID) reply {
	return answer(http.StatusCreated, struct {
		saved
		Warnings []string `json:"warnings"`
		Infos    []string `json:"infos"`
	}{success(id), []string{}, []string{}})
}

func (c *call) changeComponent(obj *org.Object, id org.ID, read func(*call, draft) (draft, *org.Error)) reply {
	d, bad := c.draft(id)
	if bad != nil {
		return *bad
	}
	d, err := read(c, d)
	if err != nil {
		return rowError(err)
	}
	tx := c.begin()
	tx.Seed = true
	mark := tx.Mark()
	if err = tx.Update(obj, id, d.fields); err == nil && d.saved != nil {
		err = d.saved(tx, id)
	}
	if err != nil {
		tx.Rollback(mark)
		return rowError(err)
	}
	return empty(http.StatusNoContent)
}

func lacks(fields string) *org.Error {
	return &org.Error{Code: "REQUIRED_FIELD_MISSING", Message: "Required fields are missing: [" + fields + "]"}
}

func unfit(message string) *org.Error {
	return &org.Error{Code: "FIELD_INTEGRITY_EXCEPTION", Message: message}
}

// taken refuses a second component of a name.
func (c *call) taken(object, field, name string, id org.ID) *org.Error {
	for _, r := range c.s.org.Named(object, field, name) {
		if r.ID() != id {
			return &org.Error{Code: "DUPLICATE_DEVELOPER_NAME", Message: "This " + object + " already exists or has been previously used: " + name}
		}
	}
	return nil
}

// ownText reads a text of the Metadata, null if it is not there.
func ownText(meta object, key string) any {
	if s := meta.text(key); s != "" {
		return s
	}
	return nil
}

// notificationType reads a CustomNotificationType (Metadata API Developer
// Guide, "CustomNotificationType").
func (c *call) notificationType(d draft) (draft, *org.Error) {
	name := d.body.text("FullName")
	if d.id != 0 {
		name = c.s.org.Value(c.s.org.Row(d.id), c.s.org.ObjectOf(d.id).Field("DeveloperName")).Text()
	}
	_, desktop := d.meta.get("desktop")
	_, mobile := d.meta.get("mobile")
	if name == "" || d.meta == nil || d.meta.text("customNotifTypeName") == "" || d.meta.text("masterLabel") == "" || !desktop || !mobile {
		return d, lacks("FullName, Metadata.customNotifTypeName, masterLabel, desktop, mobile")
	}
	if err := c.taken("CustomNotificationType", "DeveloperName", name, d.id); err != nil {
		return d, err
	}
	if strings.ContainsAny(name, " -.") {
		return d, &org.Error{Code: "INVALID_FULLNAME", Message: "The name of a notification type has letters, digits and underscores only: " + name}
	}
	onDesktop, _ := d.meta.flag("desktop")
	onMobile, _ := d.meta.flag("mobile")
	d.set("DeveloperName", name)
	d.set("MasterLabel", d.meta.text("masterLabel"))
	d.set("CustomNotifTypeName", d.meta.text("customNotifTypeName"))
	d.set("Description", ownText(d.meta, "description"))
	d.set("Desktop", onDesktop)
	d.set("Mobile", onMobile)
	return d, nil
}
