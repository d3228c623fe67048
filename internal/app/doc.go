// Package app joins the rooms: it reads the config, opens the store, makes the
// connectors and the engine, and runs them. It holds no business rules.
//
//   - config*.go read a config file into a Config; every mistake has a place.
//   - wire.go makes connectors, store and engine out of a Config.
//   - run.go is the daemon: start, lanes, reload, stop.
package app
