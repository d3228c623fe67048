package hubspot

import (
	"context"
	"slices"
	"strings"

	"handoffd/connectors"
)

// rejected settles a batch that HubSpot refused as a whole. One bad value, one
// unknown property or one record named twice is enough for that, and the
// refusal names fields more often than records. So the culprits are looked for
// (by what is named, else by halving), and the others go out again by send.
func (d *delivery) rejected(ctx context.Context, k kind, batch []*item, r *refusal, send func([]*item)) {
	switch r.Class {
	case connectors.Retry, connectors.Reauth, connectors.Stop, connectors.UnknownOutcome:
		for _, u := range batch {
			d.end(u.index, forRecord(r.Error, k, u))
		}
		return
	}
	if context.Cause(ctx) != nil {
		for _, u := range batch {
			d.refuse(u, forRecord(&connectors.Error{
				System: connectors.HubSpot, Class: connectors.Retry, Code: "CANCELLED", Err: context.Cause(ctx),
			}, k, u))
		}
		return
	}
	if len(batch) == 1 {
		d.single(k, batch[0], r, send)
		return
	}
	named, others := d.named(batch, r)
	switch {
	case len(named) == 0 || len(others) == 0:
	case r.Class == connectors.Gone:
		for _, u := range named {
			d.refuse(u, forRecord(r.Error, k, u))
		}
		send(others)
		return
	default: // ids that lead to one record, or the only ones that are wrong
		send(others)
		for _, u := range named {
			send([]*item{u})
		}
		return
	}
	d.byField(k, batch, r.body.fields(), send)
}

// named parts the batch by the ids and marks that the refusal mentions.
func (d *delivery) named(batch []*item, r *refusal) (named, others []*item) {
	marked := attribute(append([]vendorError{r.body}, r.body.Errors...))
	for i, u := range batch {
		if _, ok := marked.find(u.id, traceOf(i)); ok {
			named = append(named, u)
		} else {
			others = append(others, u)
		}
	}
	return named, others
}

// byField looks for the culprits among those that have a refused property. A
// property that the portal does not have, or does not let us write, is taken
// out of all; a value that does not fit is one record's, so the suspects are
// halved until it is alone.
func (d *delivery) byField(k kind, batch []*item, fields []fieldFault, send func([]*item)) {
	if whole := slices.DeleteFunc(slices.Clone(fields), func(f fieldFault) bool { return !f.everywhere() }); len(whole) > 0 {
		if rest := d.strip(k, batch, whole); rest != nil {
			send(rest)
			return
		}
	}
	var suspects, clean []*item
	for _, u := range batch {
		if slices.ContainsFunc(fields, func(f fieldFault) bool { _, ok := u.properties[f.property]; return ok }) {
			suspects = append(suspects, u)
		} else {
			clean = append(clean, u)
		}
	}
	switch {
	case len(suspects) == 1:
		send(append(clean, d.strip(k, suspects, fields)...))
	case len(suspects) == 0:
		send(batch[:len(batch)/2])
		send(batch[len(batch)/2:])
	default:
		if len(clean) > 0 {
			send(clean)
		}
		send(suspects[:len(suspects)/2])
		send(suspects[len(suspects)/2:])
	}
}

// single settles one refused write: without the properties that are named it
// may go through; else it is parked.
func (d *delivery) single(k kind, u *item, r *refusal, send func([]*item)) {
	fields := r.body.fields()
	if rest := d.strip(k, []*item{u}, fields); rest != nil {
		if len(rest) > 0 {
			send(rest)
		}
		return
	}
	if len(u.associations) > 1 {
		d.alone(k, u, r)
		send([]*item{u})
		return
	}
	err := forRecord(r.Error, k, u)
	if err.Class != connectors.Gone {
		err.Class = connectors.ParkRecord
	}
	if len(fields) > 0 {
		f := fields[0]
		err.Field, err.Code, err.Fix = f.property, or(f.code, err.Code), f.fix()
		err.Message = or(f.message, err.Message)
	}
	d.refuse(u, err)
}

// alone leaves the person out of a new activity: one who is gone must not keep
// the account's task from being made.
func (d *delivery) alone(k kind, u *item, r *refusal) {
	u.associations = u.associations[:1]
	err := forRecord(r.Error, k, u)
	err.Class, err.Field = connectors.ParkField, "contact"
	u.dropped = append(u.dropped, err)
}

// strip takes the named properties out of those that have them and reports
// each (I3). Those that have nothing left, or lack what they need, are
// refused; the rest is returned, nil if no property was found anywhere.
func (d *delivery) strip(k kind, batch []*item, fields []fieldFault) []*item {
	found := false
	rest := make([]*item, 0, len(batch))
	for _, u := range batch {
		var last *connectors.Error
		for _, f := range fields {
			if _, ok := u.properties[f.property]; !ok {
				continue
			}
			found = true
			last = f.asError(k, u.id)
			if slices.Contains(u.needed, f.property) {
				break
			}
			delete(u.properties, f.property)
			u.dropped = append(u.dropped, last)
			last = nil
		}
		switch {
		case last != nil:
			last.Class = connectors.ParkRecord
			d.refuse(u, last)
		case len(u.properties) == 0:
			d.refuse(u, u.dropped[len(u.dropped)-1])
		default:
			rest = append(rest, u)
		}
	}
	if !found {
		return nil
	}
	return rest
}

// forRecord is the error as it concerns one record.
func forRecord(e *connectors.Error, k kind, u *item) *connectors.Error {
	clone := *e
	clone.Object, clone.Record = k.object, u.id
	if u.id == "" {
		clone.Record = u.write.Ref.ID
	}
	return &clone
}

// everywhere: the fault lies in the portal's schema, not in a value.
func (f fieldFault) everywhere() bool {
	return f.code == "PROPERTY_DOESNT_EXIST" || strings.HasPrefix(f.code, "READ_ONLY")
}

// fix says what the operator can do about a refused property.
func (f fieldFault) fix() string {
	switch {
	case f.code == "PROPERTY_DOESNT_EXIST":
		return "create the property in HubSpot or correct the mapping"
	case strings.HasPrefix(f.code, "READ_ONLY"):
		return "HubSpot computes this property; map another one"
	case f.code == "INVALID_OPTION":
		return "add the option to the property in HubSpot, or correct the values in the mapping"
	case strings.HasPrefix(f.code, "MISSING_"):
		return "HubSpot demands this property since version 2026-09: map it, or lift the rule in HubSpot"
	case strings.HasPrefix(f.code, "DUPLICATE") || f.code == "CONFLICT":
		return "another record has this value already, and the property must be unique"
	default:
		return "see the property's type and validation rules in HubSpot"
	}
}

func (f fieldFault) asError(k kind, id string) *connectors.Error {
	return &connectors.Error{
		System: connectors.HubSpot, Class: connectors.ParkField, Code: or(f.code, "VALIDATION_ERROR"),
		Object: k.object, Record: id, Field: f.property, Message: f.message, Fix: f.fix(),
	}
}
