// Package world fills both CRM sandboxes with companies, people and a past, so
// that there is something to hand off: for the demo, for rehearsals, for
// measuring and for tests. What it makes is invented, and goes through the
// sandboxes' own checks, so that it is data which the vendors would take.
//
//   - world.go has Options, New and the World that comes out of it.
//   - past.go is the clock that lets the records of a world have a past.
//   - setup.go defines the custom fields that the example config maps,
//     people.go the users and owners, credentials.go the ways to sign in.
//   - company.go and put.go say what a company is and put it into the CRMs.
//   - names.go invents names and trades.
//   - cast.go, roster.go and fillers.go are the seed "demo": a target list of
//     200 accounts with every oddity that real CRMs have; many.go is the seed
//     N, as many accounts as are asked for.
package world
