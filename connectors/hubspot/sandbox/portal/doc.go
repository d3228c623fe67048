// Package portal is a HubSpot account in memory: records, properties,
// associations, owners and pipelines, with the rules that HubSpot applies to
// them. It knows nothing of HTTP; package sandbox puts the vendor's paths,
// authentication and limits in front of it.
//
// Where to look: objecttype.go and catalog.go say what exists, value.go what a
// property takes, row.go and table.go how rows are kept, write.go and derive.go
// what a write does, merge.go and assoc*.go how records hang together, and
// search*.go how they are found. A refusal is always an *Error, in the words
// and with the status of the vendor.
package portal
