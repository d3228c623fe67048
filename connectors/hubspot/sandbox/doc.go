// Package sandbox imitates the HubSpot API over an account that lives in
// memory. It exists for rehearsals and tests, so it is as strict as the
// vendor: it refuses what HubSpot refuses, with HubSpot's codes and bodies,
// serves the legacy (/crm/v3, /crm/v4) and the dated (/crm/objects/2026-09)
// paths, counts calls, and enforces the rate, search and page limits on its
// own clock. Where HubSpot's behaviour is not documented, the more awkward
// choice is the default and an Option switches it.
//
// A request walks through server.go (correlation id, faults, authentication,
// limits), route.go (which endpoint) and one handler file per area: objects*.go,
// search.go, associations*.go, properties.go, directory.go, metadata.go,
// oauth.go. The account itself is package portal. control.go and faults.go are
// the /_sandbox endpoints, through which a rehearsal moves the clock, breaks
// things and writes what only HubSpot itself can write, such as visits and
// form submissions.
package sandbox
