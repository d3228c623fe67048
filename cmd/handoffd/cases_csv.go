package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"handoffd/connectors"
	"handoffd/internal/engine"
	"handoffd/mapping"
)

// The columns of an exported file: one line per pair that could be linked.
// Only the ids and the decision are read back.
var caseColumns = []string{
	"case", "salesforce_id", "hubspot_id", "decision",
	"salesforce_name", "salesforce_domain", "hubspot_name", "hubspot_domain", "rule", "key", "reason", "since",
}

// The decisions that a line may hold; an empty one leaves the case open.
const (
	decideLink  = "link"
	decideSplit = "split"
)

// plain makes text harmless to a spreadsheet, which would take what begins
// with these signs for a formula (OWASP, "CSV Injection"), also in full width
// and behind space.
func plain(s string) string {
	s = strings.ReplaceAll(mapping.Clip(s, 200), "\x00", "")
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(s, unicode.IsSpace))
	if strings.ContainsRune("=+-@|%＝＋－＠", first) || strings.IndexAny(s, "\t\r\n") == 0 {
		return "'" + s
	}
	return s
}

func (o *options) exportCases(c *cobra.Command, e *engine.Engine, file string) (err error) {
	list, err := e.Cases(c.Context())
	if err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return usageError{fmt.Errorf("%s is there already; it may hold decisions, so it is left alone", file)}
	}
	if err != nil {
		return fmt.Errorf("writing cases: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	n, err := writeCases(f, list)
	if err != nil {
		return err
	}
	if o.output == "json" {
		return printJSON(c.OutOrStdout(), map[string]int{"cases": len(list), "lines": n})
	}
	_, err = fmt.Fprintf(c.OutOrStdout(), "%d cases, %d lines; fill the column decision with link or split, then `handoffd cases import %s`\n", len(list), n, file)
	return err
}

func writeCases(w io.Writer, list []engine.MatchCase) (lines int, err error) {
	out := csv.NewWriter(w)
	if err := out.Write(caseColumns); err != nil {
		return 0, fmt.Errorf("writing cases: %w", err)
	}
	for _, m := range list {
		for _, sf := range m.Candidates {
			for _, hs := range m.Candidates {
				if sf.Ref.System != connectors.Salesforce || hs.Ref.System != connectors.HubSpot {
					continue
				}
				line := []string{m.ID, sf.Ref.ID, hs.Ref.ID, "", sf.Name, sf.Domain, hs.Name, hs.Domain, m.Rule, m.Key, m.Reason, m.Since.Format(time.RFC3339)}
				for i := range line {
					line[i] = plain(line[i])
				}
				if err := out.Write(line); err != nil {
					return lines, fmt.Errorf("writing cases: %w", err)
				}
				lines++
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return lines, fmt.Errorf("writing cases: %w", err)
	}
	return lines, nil
}

// ruling is one line's decision.
type ruling struct {
	line                        int
	caseID, salesforce, hubspot string
	decision                    string
}

// readRulings reads the decisions of a file. Every line's mistake is named,
// and with one mistake nothing is done.
func readRulings(name string, r io.Reader) ([]ruling, error) {
	in := sheetReader(r)
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("%s:1: reading the names of the columns: %w", name, err)
	}
	column := map[string]int{}
	for _, want := range caseColumns[:4] {
		i := slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), want) })
		if i < 0 {
			return nil, fmt.Errorf("%s:1: the column %s is missing", name, want)
		}
		column[want] = i
	}
	var out []ruling
	var mistakes []error
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return out, errors.Join(mistakes...)
		}
		if err != nil {
			return nil, errors.Join(append(mistakes, fmt.Errorf("%s: %w", name, err))...)
		}
		line, _ := in.FieldPos(0)
		v, err := readRuling(row, column)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s:%d: %w", name, line, err))
			continue
		}
		if v.decision != "" {
			v.line = line
			out = append(out, v)
		}
	}
}

func readRuling(row []string, column map[string]int) (ruling, error) {
	cell := func(name string) string {
		if i := column[name]; i < len(row) {
			return strings.TrimPrefix(strings.TrimSpace(row[i]), "'")
		}
		return ""
	}
	v := ruling{caseID: cell("case"), salesforce: cell("salesforce_id"), hubspot: cell("hubspot_id"), decision: strings.ToLower(cell("decision"))}
	switch {
	case v.decision == "":
		return v, nil
	case v.decision != decideLink && v.decision != decideSplit:
		return v, fmt.Errorf("the decision is link, split or nothing, not %q", mapping.Clip(v.decision, 40))
	case v.salesforce == "" || v.hubspot == "":
		return v, errors.New("salesforce_id and hubspot_id are needed")
	case len(v.salesforce) != 15 && len(v.salesforce) != 18:
		return v, fmt.Errorf("%q is no Salesforce id (15 or 18 characters)", mapping.Clip(v.salesforce, 40))
	case strings.Trim(v.hubspot, "0123456789") != "":
		return v, fmt.Errorf("%q is no HubSpot id (digits; a spreadsheet may have changed it)", mapping.Clip(v.hubspot, 40))
	}
	v.salesforce = mapping.SalesforceID(v.salesforce)
	return v, nil
}

// contradictions names the lines that link one record twice.
func contradictions(name string, list []ruling) error {
	var mistakes []error
	taken := map[string]ruling{}
	for _, v := range list {
		for _, id := range []string{"salesforce " + v.salesforce, "hubspot " + v.hubspot} {
			first, twice := taken[id]
			if v.decision != decideLink {
				continue
			}
			if twice && (first.salesforce != v.salesforce || first.hubspot != v.hubspot) {
				mistakes = append(mistakes, fmt.Errorf("%s:%d: %s is linked to another record in line %d already", name, v.line, id, first.line))
			}
			taken[id] = v
		}
	}
	return errors.Join(mistakes...)
}

func (o *options) importCases(c *cobra.Command, e *engine.Engine, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return usageError{fmt.Errorf("reading decisions: %w", err)}
	}
	defer func() { _ = f.Close() }() // it was only read
	list, err := readRulings(file, f)
	if err := errors.Join(err, contradictions(file, list)); err != nil {
		return usageError{err}
	}
	rulings := make([]engine.Ruling, len(list))
	done := map[string]int{decideLink: 0, decideSplit: 0}
	for i, v := range list {
		rulings[i] = engine.Ruling{Salesforce: v.salesforce, HubSpot: v.hubspot, Link: v.decision == decideLink}
		done[v.decision]++
	}
	no, err := e.Rule(c.Context(), rulings)
	if err != nil {
		return err
	}
	var refused []error
	for _, i := range slices.Sorted(maps.Keys(no)) {
		refused = append(refused, fmt.Errorf("%s:%d: %w", file, list[i].line, no[i]))
		done = map[string]int{} // all or nothing
	}
	if o.output == "json" {
		err = printJSON(c.OutOrStdout(), map[string]int{"linked": done[decideLink], "split": done[decideSplit], "refused": len(refused)})
	} else {
		_, err = fmt.Fprintf(c.OutOrStdout(), "%d linked, %d split, %d refused\n", done[decideLink], done[decideSplit], len(refused))
	}
	if len(refused) > 0 {
		return errors.Join(err, usageError{errors.Join(refused...)})
	}
	return err
}
