package engine

import (
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
)

// workload is what everybody has been given so far, with what this transaction
// has given them: capacities and turns are exact because writers are serial.
func (b *batch) workload() (*workflows.Load, error) {
	if b.given != nil {
		return b.given, nil
	}
	turns := map[string]map[string]workflows.Turn{}
	if b.policy.HasPools() {
		rows, err := b.tx.Turns()
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			if turns[r.Pool] == nil {
				turns[r.Pool] = map[string]workflows.Turn{}
			}
			turns[r.Pool][r.Person] = workflows.Turn{Credit: r.Credit, Last: r.Last}
		}
	}
	load := workflows.NewLoad(turns)
	if since, counted := b.policy.Since(b.now); counted {
		err := b.tx.AssignedSince(since, func(person string, at time.Time) { b.policy.Count(load, person, at, b.now) })
		if err != nil {
			return nil, err
		}
	}
	b.given = load
	return load, nil
}

// assign carries out who gets a stage of a handoff: it is logged with its
// reasons, the pool's turn is over, and the choice goes to the account's field.
func (b *batch) assign(en *entry, handoff string, stage workflows.Stage, as workflows.Assignment) error {
	load, err := b.workload()
	if err != nil {
		return err
	}
	load.Take(as)
	turns := make([]TurnRow, 0, len(as.Turns))
	for person, turn := range as.Turns {
		turns = append(turns, TurnRow{Pool: as.Pool, Person: person, Credit: turn.Credit, Last: turn.Last})
	}
	if err := b.tx.PutTurns(turns); err != nil {
		return err
	}
	err = b.tx.AddAssignment(AssignmentRow{
		Handoff: handoff, Stage: string(stage), At: b.now, Person: as.Person, System: as.Side.System(),
		OwnerID: as.Owner.ID, Owner: as.Owner.Name, Source: as.By, Pool: as.Pool, Why: as.Why,
	})
	if err != nil {
		return err
	}
	return b.writeChoice(en, b.policy.Routing[stage].WriteTo, as)
}

// writeChoice makes the chosen person the value of the account's owner field.
func (b *batch) writeChoice(en *entry, field string, as workflows.Assignment) error {
	f := b.mapping.Field(field)
	if f == nil {
		return nil
	}
	m, err := b.withPeople()
	if err != nil {
		return err
	}
	b.keep(en)
	for _, side := range mapping.Sides() {
		b.settled = append(b.settled, settledRecord{ref: routeRef(en, side.System())})
	}
	writes, problems := m.Choose(en.account, f, as.Side, as.Owner.ID)
	for _, p := range problems {
		b.problems = append(b.problems, ProblemRow{Ref: routeRef(en, p.Ref.System), Field: p.Field, Vendor: p.Vendor, Value: p.Value, Reason: p.Reason, Since: b.now})
	}
	for _, w := range writes {
		if err := b.enqueueUpdate(en, w.Side, []mapping.FieldWrite{w}, true, PriorityStatus); err != nil {
			return err
		}
	}
	return nil
}

// routeRef is what the problems of an account's routing are parked under.
func routeRef(en *entry, system connectors.System) connectors.Ref {
	return connectors.Ref{System: system, Object: routeObject, ID: en.row.ID}
}
