package connectortest

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"handoffd/connectors"
)

// Bill counts the requests that a vendor charges for: all but those to
// endpoints that begin with one of the free ones.
func Bill(m connectors.Meter, free ...string) int64 {
	var n int64
	for _, call := range m.Calls() {
		charged := true
		for _, prefix := range free {
			charged = charged && !strings.HasPrefix(call.Endpoint, prefix)
		}
		if charged {
			n += call.Count
		}
	}
	return n
}

// Follower reads objects as the engine's poll does, one request per object and
// call, and keeps nothing of the records but their number.
type Follower struct {
	c       connectors.Connector
	cursors map[connectors.Object]connectors.Cursor
	// Records counts what came, Loaded which first loads are complete, Peak
	// is the most memory that Go held of the system at the end of a page.
	Records int
	Loaded  map[connectors.Object]bool
	Peak    uint64
}

// Follow starts at the very beginning.
func Follow(c connectors.Connector) *Follower {
	return &Follower{c: c, cursors: make(map[connectors.Object]connectors.Cursor), Loaded: make(map[connectors.Object]bool)}
}

// Rest reads until no page waits for any of the objects.
func (f *Follower) Rest(ctx context.Context, objects ...connectors.Object) error {
	for len(objects) > 0 {
		requests := make([]connectors.ReadRequest, len(objects))
		for i, o := range objects {
			requests[i] = connectors.ReadRequest{Object: o, Cursor: f.cursors[o]}
		}
		pages, err := f.c.Read(ctx, requests)
		if err != nil {
			return fmt.Errorf("reading: %w", err)
		}
		var more []connectors.Object
		for _, page := range pages {
			if page.Err != nil {
				return fmt.Errorf("reading %s: %w", page.Object, page.Err)
			}
			f.Records += len(page.Records)
			f.cursors[page.Object] = page.Next
			f.Loaded[page.Object] = f.Loaded[page.Object] || page.Loaded
			if page.More {
				more = append(more, page.Object)
			}
		}
		f.measure()
		objects = more
	}
	return nil
}

// measure asks the runtime, which stops everything for a moment.
func (f *Follower) measure() {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	f.Peak = max(f.Peak, m.Sys-m.HeapReleased)
}
