package engine

import (
	"handoffd/connectors"
	"handoffd/mapping"
)

// withPeople returns the mapping with the users of both CRMs in it, if it
// carries owners from one to the other.
func (b *batch) withPeople() (*mapping.Mapping, error) {
	if b.peopled != nil {
		return b.peopled, nil
	}
	b.peopled = b.mapping
	if !b.mapping.CarriesOwners() {
		return b.peopled, nil
	}
	users := map[connectors.System][]connectors.User{}
	for _, system := range b.engine.order {
		list, err := b.tx.Users(system)
		if err != nil {
			return nil, err
		}
		users[system] = list
	}
	b.peopled = b.mapping.With(mapping.NewPeople(users))
	return b.peopled, nil
}

// carryObject keeps the problems of carrying a value to a record apart from
// those of reading it, so that reading it again does not settle them.
const carryObject = connectors.Object("carry")

// resettle parks what could not be carried to the other CRM, and settles what
// stood there before.
func (b *batch) resettle(en *entry, problems []mapping.Problem) {
	for _, s := range mapping.Sides() {
		ref, ok := en.account.Ref(s)
		if !ok {
			continue
		}
		ref.Object = carryObject
		except := []string{}
		for _, p := range problems {
			if p.Ref.System == ref.System {
				except = append(except, p.Field)
				b.problems = append(b.problems, ProblemRow{Ref: ref, Field: p.Field, Vendor: p.Vendor, Value: p.Value, Reason: p.Reason, Since: b.now})
			}
		}
		view := en.account.Views[s]
		if len(except) > 0 || view.Stuck {
			b.settled = append(b.settled, settledRecord{ref: ref, except: except})
		}
		view.Stuck = len(except) > 0
	}
}
