// Package demo is what the commands demo and sandbox do: it starts both CRM
// sandboxes, writes a config for them, and plays a day of marketing and sales
// with the daemon in the same process.
//
//   - serve.go listens for both sandboxes; config.go and files.go write a
//     config that signs in to them, made out of the example config.
//   - stage.go sets up world, config and daemon; play.go plays the acts,
//     moves.go says what buyers do, cycle.go lets the daemon work and counts.
//   - crm.go and evidence.go read back what stands in the CRMs, over the
//     vendors' own APIs; check.go compares it with what the daemon says.
//   - report.go is what a play found out, gather*.go collect it; print.go,
//     page.go and words.go show it to a sales manager.
//
// What is shown is read from the CRMs and the store, not from the plan of the
// play. The companies come from package world.
package demo
