package hubspot_test

import (
	"context"
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/connectors/hubspot"
	"handoffd/connectors/hubspot/sandbox"
	"handoffd/connectors/transport"
	"handoffd/internal/clock"
)

// The engine keeps Page.Next with the rows, and goes on from there.
func ExampleClient_Read() {
	now := clock.NewFake(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)).AutoAdvance()
	portal := sandbox.New(sandbox.Options{Clock: now})
	portal.AddToken(sandbox.Token{Value: "pat-na1-11111111-2222-3333-4444-555555555555"})
	id, _ := portal.Insert("companies", map[string]string{"name": "Acme"})

	client, err := hubspot.New(hubspot.Config{
		Auth: hubspot.Auth{Token: "pat-na1-11111111-2222-3333-4444-555555555555"},
		Selection: connectors.Selection{Fields: map[connectors.Object][]string{
			connectors.Account: {"name"},
		}},
		Clock: now, HTTP: transport.Handler(portal),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var cursor connectors.Cursor
	read := func() {
		for more := true; more; {
			pages, err := client.Read(context.Background(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: cursor}})
			if err != nil {
				fmt.Println(err)
				return
			}
			for _, r := range pages[0].Records {
				fmt.Println(r.Fields["name"])
			}
			cursor, more = pages[0].Next, pages[0].More
		}
	}
	read()
	now.Advance(10 * time.Minute)
	_ = portal.Set("companies", id, map[string]string{"name": "Acme Corporation"})
	read()
	// Output:
	// Acme
	// Acme Corporation
}
