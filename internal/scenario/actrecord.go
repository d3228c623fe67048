package scenario

import (
	"context"
	"fmt"
	"net/http"

	"handoffd/connectors"
	"handoffd/internal/yamlpos"
)

// create brings an account into the CRMs that was marked as later.
func (r *reader) create(m *yamlpos.Map) act {
	a := r.account(m.Get("create"))
	if a.key != "" && !a.later {
		m.Get("create").Errorf(yamlpos.CheckValue, "create: %s is there from the start; give it `later: true`", a.key)
	}
	return func(ctx context.Context, p *player) (string, error) {
		return said("%s is created", a.key), p.put(ctx, a)
	}
}

func (r *reader) addContact(m *yamlpos.Map) act {
	a := r.account(m.Get("add_contact"))
	m.Require("contact")
	key := r.text(m.Get("contact"))
	c := &contact{key: key, title: r.text(m.Get("title")), email: r.text(m.Get("email")), ids: map[connectors.System]string{}}
	c.first, c.last = split(titled(key))
	if c.email == "" {
		c.email = key + "@" + a.domain
	}
	a.contacts = append(a.contacts, c) // later entries may name it
	c.added = true
	return func(ctx context.Context, p *player) (string, error) {
		return said("%s comes to %s", key, a.key), p.putContact(ctx, a, c)
	}
}

// merge makes one record of two; the account named first is gone afterwards.
func (r *reader) merge(m *yamlpos.Map) act {
	from, into, in := r.account(m.Get("merge")), r.account(m.Get("into")), r.system(m.Get("in"))
	m.Require("into", "in")
	if from == into && from.key != "" {
		m.Get("into").Errorf(yamlpos.CheckValue, "merge: %s cannot be merged into itself", from.key)
	}
	return func(ctx context.Context, p *player) (string, error) {
		loser, master := from.ids[in], into.ids[in]
		if loser == "" || master == "" {
			return "", fmt.Errorf("merging %s into %s: both must stand in %s", from.key, into.key, in)
		}
		words := said("%s is merged into %s in %s", from.key, into.key, systemName(in))
		delete(from.ids, in)
		if in == connectors.Salesforce {
			return words, p.crm.Call(ctx, in, http.MethodPost, "/_sandbox/merge", "", map[string]string{"object": "Account", "master": master, "loser": loser}, nil)
		}
		var reply struct {
			ID string `json:"id"`
		}
		err := p.crm.HubSpot(ctx, http.MethodPost, "/crm/v3/objects/companies/merge", map[string]string{
			"primaryObjectId": master, "objectIdToMerge": loser,
		}, &reply)
		into.ids[in] = reply.ID
		return words, err
	}
}

func (r *reader) delete(m *yamlpos.Map) act {
	a := r.account(m.Get("delete"))
	in := r.systemIn(a, m.Get("in"))
	return func(ctx context.Context, p *player) (string, error) {
		for _, system := range systemsOf() {
			id := a.ids[system]
			if id == "" || in != "" && in != system {
				continue
			}
			if err := p.remove(ctx, system, connectors.Account, id, nil); err != nil {
				return "", err
			}
			p.bin[connectors.Ref{System: system, Object: connectors.Account, ID: a.key}] = id
			delete(a.ids, system)
		}
		return said("%s is deleted", a.key), nil
	}
}

func (r *reader) undelete(m *yamlpos.Map) act {
	a := r.account(m.Get("undelete"))
	in := r.systemIn(a, m.Get("in"))
	return func(ctx context.Context, p *player) (string, error) {
		for _, system := range systemsOf() {
			ref := connectors.Ref{System: system, Object: connectors.Account, ID: a.key}
			id := p.bin[ref]
			if id == "" || in != "" && in != system {
				continue
			}
			path, body := "/_sandbox/undelete", map[string]string{"id": id}
			if system == connectors.HubSpot {
				path, body = "/_sandbox/restore", map[string]string{"object": "companies", "id": id}
			}
			if err := p.crm.Call(ctx, system, http.MethodPost, path, "", body, nil); err != nil {
				return "", err
			}
			a.ids[system] = id
			delete(p.bin, ref)
		}
		return said("%s comes back from the bin", a.key), nil
	}
}

// activate lets a person leave, or come back.
func (r *reader) activate(verb string, active bool) func(*yamlpos.Map) act {
	return func(m *yamlpos.Map) act {
		who := r.person(m.Get(verb))
		return func(ctx context.Context, p *player) (string, error) {
			return said("%s is %sd in both CRMs", who.key, verb), p.activate(ctx, who, active)
		}
	}
}

// activate changes a user. HubSpot has no API for it; the sandbox does it as an
// admin does in the settings.
func (p *player) activate(ctx context.Context, who *person, active bool) error {
	p.userChange = true
	err := p.crm.Salesforce(ctx, "", http.MethodPatch, userPath(who), map[string]any{"IsActive": active}, nil)
	if err != nil {
		return err
	}
	return p.world.HubSpot.SetOwnerArchived(who.hubspot, !active)
}
