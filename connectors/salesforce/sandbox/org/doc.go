// Package org keeps a Salesforce org in memory: objects and their fields,
// rows, users and their rights, and the rules by which rows are saved and
// queried. It speaks no HTTP; package sandbox puts the REST API in front.
//
// Where to look:
//
//   - schema*.go and schema/*.txt: the standard objects
//   - id.go, value.go, row.go, table.go, index.go: how rows are kept
//   - coerce.go, validate.go, derive*.go, dml.go: how a row is saved
//   - compile.go, filter.go, plan.go, query.go, aggregate.go, render.go: SOQL
//   - access.go: field-level security; merge.go: merge, delete, undelete
//   - late.go: transactions that commit later than their stamp says
//
// Concurrency: an Org does not lock by itself. Whoever calls it holds RLock
// for reads and Lock for a Tx.
package org
