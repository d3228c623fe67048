// Package workflows is the team's policy, compiled: when an account moves from
// marketing to sales, to whom, by when, and with what summary. It is pure:
// Evaluate takes an account, its history and a time and returns a Decision.
//
//   - compile*.go read the workflows section of the config into a Policy.
//   - criteria.go holds the tree of clauses and its three-valued logic.
//   - history.go answers what rules ask of the past: rises, count, rate.
//   - evaluate.go decides (door 4), trace.go says why, replay.go proves it.
//   - route.go picks the owner and the manager; route_pool.go takes turns,
//     route_load.go is what everybody has been given.
//   - past.go and recall.go lay out an account's past, backtest*.go let
//     other rules decide it anew.
//   - dossier.go writes the one-page summary.
package workflows
