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
//   - record.go: from a row to a Record, whether JSON or CSV (bulkcsv.go)
//   - cursor.go: where a reader stands, as durable text
//   - read.go: the round of one Read; load.go, bulk.go, changes.go: the three
//     ways of reading; window.go: the span that changes.go is in; settle.go: up
//     to when nothing can be missing any more; delivered.go: what need not come
//     twice
//   - write.go: sorting a batch and what a refusal leads to; update.go,
//     guarded.go, create.go: its three kinds; marker.go: creates in an org
//     without the unique field; collections.go, composite.go: many records in
//     one call; resolve.go: what became of an unsure write
//   - alert.go, users.go, identify.go: people and who we are
//
// A change is never lost to a late commit: Salesforce stamps a row before its
// transaction commits, so a row may appear behind a reader that has moved on.
// The durable edge of a cursor therefore follows only what getUpdated reports
// as covered (SOAP API Developer Guide, GetUpdatedResult.latestDateCovered).
//
// No call here knows of accounts or handoffs; the engine does.
package salesforce
