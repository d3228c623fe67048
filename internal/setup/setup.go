// Package setup finds what a config needs in the two CRMs and is not there,
// makes it, or writes it as files for an admin to deploy. It never changes or
// deletes what is there.
//
//   - needs.go derives the fields that a config needs, and their types.
//   - setup.go compares and, if asked to, makes.
//   - save.go writes the files of an export.
package setup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"handoffd/connectors"
	"handoffd/internal/doctor"
	"handoffd/mapping"
)

// Options is what is to be set up.
type Options struct {
	Connectors []connectors.Connector
	Mapping    *mapping.Mapping
	// TaskKey names the unique field of tasks per CRM.
	TaskKey map[connectors.System]string
	// AccountKey names the unique field of accounts per CRM. It is needed
	// where mapping.create makes them.
	AccountKey map[connectors.System]string
	// Notification names Salesforce's custom notification type, "" for none.
	Notification string
	// AssignTo is the Salesforce username to grant the fields to, "" for the
	// user who is signed in.
	AssignTo string
	// Apply makes what is missing.
	Apply bool
}

// Report is what was found and made.
type Report struct {
	Steps []connectors.Step `json:"steps"`
	// Failures are CRMs that could not be looked at.
	Failures []Failure `json:"failures,omitempty"`

	needs map[connectors.System]connectors.Needs // what was compared
}

// Failure is a CRM that could not be looked at; nothing was made there.
type Failure struct {
	System connectors.System `json:"system"`
	What   string            `json:"what"`
	Fix    string            `json:"fix,omitempty"`
}

// Count returns how many steps stand so.
func (r Report) Count(s connectors.StepState) int {
	n := 0
	for _, step := range r.Steps {
		if step.State == s {
			n++
		}
	}
	return n
}

// Short returns how many things that are needed are not as they must be.
func (r Report) Short() int {
	n := len(r.Failures)
	for _, s := range r.Steps {
		if s.Short() {
			n++
		}
	}
	return n
}

// Run compares both CRMs with what the config needs and, with Apply, makes
// what is missing. One CRM that cannot be looked at does not stop the other.
func Run(ctx context.Context, o Options) Report {
	r := Report{needs: map[connectors.System]connectors.Needs{}}
	before := map[connectors.System]connectors.Schema{}
	for _, c := range o.Connectors {
		if schema, err := c.Describe(ctx, connectors.Account); err == nil { // Provision tells what is wrong
			before[c.System()] = schema
		}
	}
	for _, c := range o.Connectors {
		p, ok := c.(connectors.Provisioner)
		if !ok {
			continue
		}
		needs := o.needs(c.System(), before[mapping.SideOf(c.System()).Other().System()])
		r.needs[c.System()] = needs
		steps, err := p.Provision(ctx, needs, o.Apply)
		if err != nil {
			r.Failures = append(r.Failures, failure(c.System(), err))
			continue
		}
		if schema, known := before[c.System()]; known {
			o.compare(schema, c.System(), steps)
		}
		r.Steps = append(r.Steps, steps...)
	}
	return r
}

func failure(system connectors.System, err error) Failure {
	f := Failure{System: system, What: err.Error()}
	var e *connectors.Error
	if errors.As(err, &e) {
		f.Fix = e.Fix
		if e.Message != "" {
			f.What = e.Message
		}
	}
	return f
}

// compare marks fields that were there before but do not take what the mapping
// brings.
func (o Options) compare(schema connectors.Schema, system connectors.System, steps []connectors.Step) {
	side := mapping.SideOf(system)
	for i := range o.Mapping.Fields {
		f := &o.Mapping.Fields[i]
		have, there := doctor.Lookup(schema, system, f.Vendor[side])
		at := slices.IndexFunc(steps, func(s connectors.Step) bool {
			return s.State == connectors.StepPresent && s.Name == schema.Name+"."+f.Vendor[side]
		})
		if !there || at < 0 {
			continue
		}
		for _, judged := range mapping.Fits(f, side, have) {
			if judged.Level == mapping.Refused {
				steps[at].State = connectors.StepDiffers
			}
			if judged.Level == mapping.Refused || judged.Fix != "" {
				steps[at].What, steps[at].Fix = steps[at].What+"; "+judged.Why, judged.Fix
			}
		}
	}
}

// Export returns what the config needs in the vendors' own forms: all of it,
// and what is missing apart.
func Export(o Options, r Report) ([]connectors.File, error) {
	var files []connectors.File
	for _, c := range o.Connectors {
		p, ok := c.(connectors.Provisioner)
		if !ok {
			continue
		}
		own := slices.DeleteFunc(slices.Clone(r.Steps), func(s connectors.Step) bool { return s.System != c.System() })
		if len(own) == 0 { // it could not be looked at
			continue
		}
		made, err := p.Export(r.needs[c.System()], own)
		if err != nil {
			return nil, fmt.Errorf("exporting for %s: %w", c.System(), err)
		}
		files = append(files, made...)
	}
	return files, nil
}

// Print lists everything but what was there and is fine.
func (r Report) Print(w io.Writer) error {
	var b bytes.Buffer
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	lines := 0
	for _, s := range r.Steps {
		if s.State == connectors.StepPresent && s.Fix == "" {
			continue
		}
		if lines++; lines == 1 {
			fmt.Fprintln(t, "STATE\tSYSTEM\tKIND\tNAME\tWHAT\tFIX")
		}
		state := string(s.State)
		if s.Optional && s.State != connectors.StepPresent && s.State != connectors.StepMade {
			state += " (optional)"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", state, s.System, s.Kind, s.Name, line(s.What), line(s.Fix))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "%s could not be looked at: %s\n", f.System, line(f.What))
		if f.Fix != "" {
			fmt.Fprintf(&b, "  fix: %s\n", line(f.Fix))
		}
	}
	if b.Len() > 0 {
		fmt.Fprintln(&b)
	}
	fmt.Fprintf(&b, "%d present, %d made, %d missing, %d by hand, %d differ, %d failed\n",
		r.Count(connectors.StepPresent), r.Count(connectors.StepMade), r.Count(connectors.StepMissing),
		r.Count(connectors.StepManual), r.Count(connectors.StepDiffers), r.Count(connectors.StepFailed))
	for text := range strings.Lines(b.String()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(text, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// lineMost is how much of a text is shown.
const lineMost = 300

func line(s string) string { return mapping.Clip(strings.Join(strings.Fields(s), " "), lineMost) }
