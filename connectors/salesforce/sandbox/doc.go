// Package sandbox imitates the Salesforce REST API over an in-memory org, for
// rehearsals and tests. It is as strict as the vendor: it refuses what
// Salesforce refuses, with Salesforce's codes and bodies, pages where it
// pages, counts calls and stops at the daily limit.
//
// A Server is an http.Handler. What it serves:
//
//   - oauth.go, jwt.go, soap.go, identity.go: signing in
//   - route.go, versions.go, usage.go: the way to a resource
//   - rows.go, upsert.go, conditional.go, replication.go: single records
//   - query.go, search.go: SOQL and search
//   - collections.go, composite*.go, graph.go, tree.go, batch.go: many at once
//   - describe*.go, tooling.go: metadata
//   - bulk*.go: Bulk API 2.0
//   - actions.go: e-mail and notification actions
//   - fault*.go, control.go, ledger.go, clock.go: the control plane under
//     /_sandbox, which is ours and not the vendor's
//
// The org itself, its schema and its rules live in package org, the query
// language in package soql. docs/sandbox-salesforce.md says what is and what
// is not imitated.
package sandbox
