package hubspot

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// textLimit is how many characters a text property takes (HubSpot developer
// docs, "Properties").
const textLimit = 65_536

// property is HubSpot's description of one property.
type property struct {
	Name           string `json:"name"`
	Label          string `json:"label"`
	Type           string `json:"type"`
	FieldType      string `json:"fieldType"`
	HasUniqueValue bool   `json:"hasUniqueValue"`
	Calculated     bool   `json:"calculated"`
	Metadata       *struct {
		ReadOnlyValue bool `json:"readOnlyValue"`
	} `json:"modificationMetadata"`
	Options []struct {
		Label  string `json:"label"`
		Value  string `json:"value"`
		Hidden bool   `json:"hidden"`
	} `json:"options"`
}

// field describes the property in the contract's words. Only the modification
// metadata tells what may be written: most read-only properties do not say
// that they are calculated.
func (p property) field() connectors.Field {
	f := connectors.Field{
		Name: p.Name, Label: p.Label, Type: p.Type, Unique: p.HasUniqueValue, ExternalID: p.HasUniqueValue,
		Multi: p.FieldType == "checkbox", HTML: p.Type == "string" && p.FieldType == "html",
	}
	f.Writable = !p.Calculated
	if p.Metadata != nil {
		f.Writable = !p.Metadata.ReadOnlyValue
	}
	f.Creatable = f.Writable
	if p.Type == "string" {
		f.Length = textLimit
	}
	for _, o := range p.Options {
		f.Options = append(f.Options, connectors.Option{Value: o.Value, Label: o.Label, Active: !o.Hidden})
	}
	// An owner's property has external options and lists none: any owner does.
	f.Restricted = (p.Type == "enumeration" || p.Type == "bool") && len(p.Options) > 0
	return f
}

// Describe reads what the portal knows of one object's properties. The Error
// is class Stop where the token's scopes do not allow it.
func (c *Client) Describe(ctx context.Context, object connectors.Object) (connectors.Schema, error) {
	k, ok := kindOf(object)
	if !ok {
		return connectors.Schema{}, &connectors.Error{
			System: connectors.HubSpot, Class: connectors.Stop, Object: object, Message: "hubspot has no such object",
		}
	}
	schema, refused := c.fetchSchema(ctx, k, transport.PriorityReport)
	if refused != nil {
		return connectors.Schema{}, refused.Error
	}
	return schema, nil
}

// schema is what was read of an object before, or reads it.
func (c *Client) schema(ctx context.Context, k kind, p transport.Priority) (connectors.Schema, *refusal) {
	c.mu.Lock()
	known, ok := c.schemas[k.object]
	c.mu.Unlock()
	if ok {
		return known.Schema, nil
	}
	return c.fetchSchema(ctx, k, p)
}

// described is a schema with the hash of the reply that it was made of. A reply
// is long and nearly always the one of last time: then it is not taken apart.
type described struct {
	connectors.Schema
	hash [sha256.Size]byte
}

// UnmarshalJSON reads a list of properties, unless it is the one that is there.
func (d *described) UnmarshalJSON(reply []byte) error {
	hash := sha256.Sum256(reply)
	if hash == d.hash {
		return nil
	}
	var list struct {
		Results []property `json:"results"`
	}
	if err := json.Unmarshal(reply, &list); err != nil {
		return err
	}
	d.hash, d.Fields = hash, make(map[string]connectors.Field, len(list.Results))
	for _, p := range list.Results {
		d.Fields[p.Name] = p.field()
	}
	return nil
}

func (c *Client) fetchSchema(ctx context.Context, k kind, p transport.Priority) (connectors.Schema, *refusal) {
	c.mu.Lock()
	d := c.schemas[k.object]
	c.mu.Unlock()
	d.Object, d.Name = k.object, k.plural
	if refused := c.get(ctx, "properties/"+k.plural, p, c.paths.properties(k.plural), &d); refused != nil {
		return connectors.Schema{}, refused.of(k)
	}
	c.mu.Lock()
	c.schemas[k.object] = d
	c.mu.Unlock()
	return d.Schema, nil
}
