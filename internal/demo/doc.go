// Package demo is what the commands demo and sandbox do: it sets up both CRM
// sandboxes, and plays two months of marketing and sales with the daemon in
// the same process.
//
//   - months.yaml is the story, a scenario as `handoffd test` plays it: what
//     SDRs, AEs, buyers and marketing do, through the CRMs' own APIs.
//   - story.go plays it and gathers what came of it: chapter.go from the store,
//     example.go from the CRMs, the months' figures as `handoffd report` does.
//   - report.go is what a play came to; print.go, page.go and words.go show it
//     to a sales manager.
//   - serve.go listens for both sandboxes; config.go and files.go write a
//     config that signs in to them, made out of the example config.
//
// The companies of `sandbox --seed` come from package world.
package demo
