// Package connectortest is the one conformance suite that every connector
// passes. It holds a connector to the words of package connectors and to
// nothing else: it knows no vendor, no path and no field name. A connector's
// own test brings a Bench, which makes orgs, does in them what people and the
// platform do, looks at what stands there, and breaks the wire on purpose.
//
// Where to look:
//
//   - bench.go: what a connector's test brings; wire.go: the transport that it
//     puts under its client, so that the suite sees every request
//   - suite.go: Run, and the list of checks in the order of a report
//   - play.go: one check under way; mirror.go: a reader that keeps what it was
//     given, as the engine would; same.go: when two values are the same;
//     ear.go: listens to every error and log line for secrets
//   - loading.go, changes.go, leaving.go, values.go: reading; updates.go,
//     refusals.go, creates.go, unsure.go: writing; trouble.go, cancel.go: the
//     wire; people.go: users, alerts, schema, calls
//   - law.go: a random history, whatever the checkpoint that the reader goes
//     on from, ends with the reader's mirror equal to the org
//   - spoil.go: connectors that break the contract in one way each, so that a
//     test can prove that the suite notices
//   - cost.go: counting calls and memory
//
// On a real org the same checks run, but for those steps that need the control
// plane of a sandbox. Run names them in its last log line.
package connectortest
