package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	"handoffd/internal/app"
	"handoffd/internal/clock"
	"handoffd/internal/demo"
	"handoffd/internal/demo/world"
)

func main() {
	ctx := context.Background()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	w, err := world.New(world.Options{Clock: clock.System{}, Seed: os.Args[1], Logger: log})
	if err != nil {
		panic(err)
	}
	s, err := demo.Serve(ctx, w, demo.Addresses{Salesforce: "127.0.0.1:0", HubSpot: "127.0.0.1:0"}, log)
	if err != nil {
		panic(err)
	}
	dir, _ := os.MkdirTemp("", "try")
	file := dir + "/c.yaml"
	fmt.Printf("%+v\n", s)
	if _, err := demo.WriteConfig(file, w, s.SalesforceURL, s.HubSpotURL, true, log); err != nil {
		panic(err)
	}
	for i := range 2 {
		start := time.Now()
		c, problems, err := app.Load(file)
		if err != nil || problems.Failed() {
			problems.Print(os.Stderr)
			panic(err)
		}
		d, err := app.Open(ctx, c, problems, app.Environment{Clock: clock.System{}, Logger: log})
		if err != nil {
			panic(err)
		}
		err = d.Engine.Once(ctx)
		sum, err2 := d.Engine.Summary(ctx)
		out, _ := json.MarshalIndent(sum, "", " ")
		fmt.Println(i, string(out), err, err2, time.Since(start))
		d.Close()
	}
}
