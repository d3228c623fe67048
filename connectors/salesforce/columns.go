package salesforce

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// column is one selected field.
type column struct {
	name string // as the Selection spells it, the key in Record.Fields
	path string // as Salesforce spells it, the key in its replies
	kind kind
}

// columns is what one object's queries select.
type columns struct {
	object   connectors.Object
	from     string
	wanted   []column // the Selection's
	selected []string // all paths, Id first
	// outside: these are the columns of rows out of scope.
	outside bool
	// print tells two selections apart: a query under way answers to the
	// one that it was begun with.
	print string
}

// columns resolves the Selection of an object against its description. A
// field that Salesforce does not know is an error of that object alone.
func (c *Client) columns(ctx context.Context, object connectors.Object) (*columns, error) {
	cols, err := c.resolve(ctx, object, describeLife)
	if isMissing(err) {
		cols, err = c.resolve(ctx, object, missingLife)
	}
	return cols, err
}

func isMissing(err error) bool {
	return err != nil && connectors.ClassOf(err) == connectors.Stop
}

func (c *Client) resolve(ctx context.Context, object connectors.Object, maxAge time.Duration) (*columns, error) {
	name := sobject(object)
	d, err := c.describe(ctx, name, maxAge, transport.PriorityPoll)
	if err != nil {
		return nil, err
	}
	cols := &columns{object: object, from: name}
	taken := make(map[string]bool)
	for _, field := range baseFields(object) {
		if d.field(field) == nil {
			if field == fieldSurvivor {
				continue
			}
			return nil, missing(object, field)
		}
		cols.add(field, taken)
	}
	for _, field := range c.cfg.Selection.Fields[object] {
		if d.field(field) == nil && slices.Contains(c.cfg.Selection.Optional[object], field) {
			continue
		}
		col, err := c.column(ctx, d, object, field, maxAge)
		if err != nil {
			return nil, err
		}
		cols.wanted = append(cols.wanted, col)
		cols.add(col.path, taken)
	}
	sum := fnv.New64a()
	fmt.Fprintf(sum, "%s|%s|%s", cols.from, strings.Join(cols.selected, ","), c.where(object))
	if c.where(object) != "" {
		fmt.Fprintf(sum, "|%s", strings.Join(c.cfg.Selection.Outside[object], ","))
	}
	cols.print = fmt.Sprintf("%x", sum.Sum64())
	return cols, nil
}

func (cols *columns) add(path string, taken map[string]bool) {
	if key := strings.ToLower(path); !taken[key] {
		taken[key] = true
		cols.selected = append(cols.selected, path)
	}
}

// beyond is what is read of rows that the where clause leaves out: what they
// are matched and named by, and nothing else.
func (c *Client) beyond(cols *columns) *columns {
	out := *cols
	out.wanted, out.selected, out.outside = nil, nil, true
	taken := make(map[string]bool)
	for _, field := range []string{fieldID, fieldStamp, fieldDeleted, fieldSurvivor} {
		if slices.Contains(cols.selected, field) {
			out.add(field, taken)
		}
	}
	for _, col := range cols.wanted {
		if slices.Contains(c.cfg.Selection.Outside[cols.object], col.name) {
			out.wanted = append(out.wanted, col)
			out.add(col.path, taken)
		}
	}
	return &out
}

// column finds one field, over relationships if it is written with dots.
func (c *Client) column(ctx context.Context, d *description, object connectors.Object, name string, maxAge time.Duration) (column, error) {
	parts := strings.Split(name, ".")
	path := make([]string, 0, len(parts))
	for _, part := range parts[:len(parts)-1] {
		f := d.byRelation[strings.ToLower(part)]
		if f == nil {
			return column{}, missing(object, name)
		}
		path = append(path, f.RelationshipName)
		if len(f.ReferenceTo) != 1 {
			// It may lead to several objects, which share only what the
			// Name object has; Salesforce itself checks the rest.
			return column{name: name, path: strings.Join(append(path, parts[len(path):]...), "."), kind: kindAny}, nil
		}
		next, err := c.describe(ctx, f.ReferenceTo[0], maxAge, transport.PriorityPoll)
		if err != nil {
			return column{}, err
		}
		d = next
	}
	f := d.field(parts[len(parts)-1])
	if f == nil {
		return column{}, missing(object, name)
	}
	k := kindOf(f.Type)
	if k == kindCompound {
		e := missing(object, name)
		e.Message = "a field of type " + f.Type + " cannot be read as one value"
		e.Fix = "map its parts, such as BillingCity for BillingAddress"
		return column{}, e
	}
	return column{name: name, path: strings.Join(append(path, f.Name), "."), kind: k}, nil
}

func missing(object connectors.Object, field string) *connectors.Error {
	return &connectors.Error{
		System: connectors.Salesforce, Class: connectors.Stop, Code: "INVALID_FIELD", Object: object, Field: field,
		Message: "no such field",
		Fix:     "correct the name in the mapping, or grant the integration user read access to the field",
	}
}

// where is the mapping's condition on an object, "" if it has none.
func (c *Client) where(object connectors.Object) string {
	if object == connectors.Account {
		return strings.TrimSpace(c.cfg.Where)
	}
	return ""
}
