// Package scenario plays stories that ops people write beside their rules:
// accounts, what people and buyers do in either CRM and when, and what must be
// true by when. It plays the real daemon, as internal/app wires it, against
// both sandboxes in process, all on one virtual clock.
//
//   - read*.go turn a file into a Scenario; every mistake is named at its place.
//   - config.go makes the config that the daemon runs on.
//   - open.go, seed.go set the stage; play.go lets time pass; wake.go says when
//     the daemon has something to do, and which polls may be left out.
//   - act*.go are what people do, each through the CRMs' own APIs.
//   - see*.go read what stands in the CRMs and the store; check*.go compare it
//     with what is expected; story.go tells what happened in order.
//   - result.go, print.go, junit.go show how it went.
package scenario
