// Package hubspot is the connector to a HubSpot portal. Client implements
// connectors.Connector on the public CRM API, date-based version 2026-09 by
// default, the older v3 paths on request.
//
// It rides on belong-inc/go-hubspot for building and decoding requests, and on
// connectors/transport for everything that the library lacks: context, retry,
// pace, credential, and the truth about what happened on the wire.
//
// Where to look:
//
//   - config.go and auth.go: what the operator gives; client.go: New and the
//     one door to the network (exchange.go).
//   - objects.go and paths.go: HubSpot's names, type ids and paths; wire.go
//     its JSON, value.go its values.
//   - errors.go and verdicts.go: what every status, category and policy means
//     to the caller; partial.go: the errors inside a batch reply.
//   - read.go: one page per request; load.go reads the first load, changes.go
//     and window.go the changes since, sweep.go what was archived, enrich.go
//     and links.go add history and associations, where.go tells what is in
//     scope; cursor.go says where a reader stands.
//   - write.go: the batch; update.go and reject.go send updates and find the
//     one that spoils a batch; lifecycle.go moves a stage backwards;
//     create.go, marker.go and resolve.go make one task of one key.
//   - alert.go, users.go, identify.go, describe.go, quota.go: the rest of the
//     contract.
//
// Three habits of HubSpot shape the whole package. Search is an index: it
// lags, it numbers pages by offset, and it forgets archived rows. A batch
// that was refused names fields, not records. And no create has a key of the
// caller's own, unless the portal lets tasks have a unique property.
package hubspot
