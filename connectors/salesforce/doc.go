// Package salesforce is the connector to Salesforce: it implements
// connectors.Connector on the REST API, with simpleforce carrying the traffic
// and connectors/transport standing around every exchange.
//
// Where to look:
//
//   - config.go, client.go: what a Client is made of
//   - auth.go, authfault.go: the three OAuth flows and what their errors ask of an admin
//   - exchange.go: one exchange through simpleforce
//   - errors.go, fault.go: what each error code means, and reading it from a reply
//   - soql.go, ids.go, value.go: pure; query text, record ids, field values
//   - describe.go, columns.go: field metadata, and what a Selection asks for
//   - cursor.go: where a reader stands, as durable text
//   - read.go: the round of one Read; load.go, bulk.go, changes.go: the three
//     ways of reading; settle.go: up to when nothing can be missing any more
//   - write.go: sorting a batch; update.go, guarded.go, create.go: its three
//     kinds; collections.go: the one composite call they share; resolve.go
//   - alert.go, users.go, identify.go: people and who we are
//
// A change is never lost to a late commit: Salesforce stamps a row before its
// transaction commits, so a row may appear behind a reader that has moved on.
// The durable edge of a cursor therefore follows only what getUpdated reports
// as covered (SOAP API Developer Guide, GetUpdatedResult.latestDateCovered).
//
// No call here knows of accounts or handoffs; the engine does.
package salesforce
