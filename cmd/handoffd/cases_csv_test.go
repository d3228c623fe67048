package main

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func csvCase(name string) engine.MatchCase {
	ref := func(s connectors.System, id string) connectors.Ref {
		return connectors.Ref{System: s, Object: connectors.Account, ID: id}
	}
	return engine.MatchCase{
		ID: "c1", Rule: "same domain", Key: "acme.example", Since: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
		Candidates: []engine.Candidate{{Ref: ref(connectors.Salesforce, "001000000000001AAA"), Name: name}, {Ref: ref(connectors.HubSpot, "42"), Name: name}},
	}
}

// No cell begins with a sign that a spreadsheet takes for a formula (I8).
func TestExportIsHarmless(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "%0A=1", "|x", "a,\"b\"\n=c", "Acme", " =1", "\u00a0@x", "＝1", "\x00=1", "\x00\x00", ""} {
		var out bytes.Buffer
		if n, err := writeCases(&out, []engine.MatchCase{csvCase(name)}); err != nil || n != 1 {
			t.Fatalf("%d lines, %v", n, err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range rows[1] {
			if first := strings.TrimSpace(cell) + " "; strings.Contains(cell, "\x00") || strings.ContainsAny(string([]rune(first)[:1]), "=+-@|%＝") || strings.IndexAny(cell, "\t\r") == 0 {
				t.Errorf("%q is written as %q", name, cell)
			}
		}
	}
}

// What was exported is read back as it was, also after a spreadsheet has put
// its mark in front and moved the columns.
func TestExportedIsReadBack(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if _, err := writeCases(&out, []engine.MatchCase{csvCase("=1")}); err != nil {
		t.Fatal(err)
	}
	decided := strings.Replace(out.String(), "c1,001000000000001AAA,42,", "c1,001000000000001AAA,42,LINK ", 1)
	for name, text := range map[string]string{
		"as it was": decided, "with a mark": "\ufeff" + decided,
		"semicolons":    "case;salesforce_id;hubspot_id;decision;reason\nc1;001000000000001AAA;42;link;a, b\n",
		"other columns": "decision,hubspot_id,salesforce_id,case\nlink,42,001000000000001AAA,c1\n",
	} {
		list, err := readRulings("x.csv", strings.NewReader(text))
		if err != nil || len(list) != 1 || list[0] != (ruling{line: 2, caseID: "c1", salesforce: "001000000000001AAA", hubspot: "42", decision: decideLink}) {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
}

func TestRulingsMistakes(t *testing.T) {
	t.Parallel()
	const head = "case,salesforce_id,hubspot_id,decision\n"
	for text, want := range map[string]string{
		"":                                      "x.csv:1: reading the names",
		"case,salesforce_id,decision\n":         "x.csv:1: the column hubspot_id is missing",
		head + "c,001000000000001AAA,42,join\n": `x.csv:2: the decision is link, split or nothing, not "join"`,
		head + "c,,42,link\n":                   "x.csv:2: salesforce_id and hubspot_id are needed",
		head + "c,001,42,link\n":                `x.csv:2: "001" is no Salesforce id`,
		head + "c,001000000000001AAA,4.2E+11,split\n":                      `x.csv:2: "4.2E+11" is no HubSpot id`,
		head + "\nc,001000000000001AAA,42\nc,001,42,link\nc,,,link\n":      "x.csv:4: \"001\" is no Salesforce id (15 or 18 characters)\nx.csv:5:",
		head + "c,001000000000001AAA,42,link\nc,001000000000001,43,link\n": "x.csv:3: salesforce 001000000000001AAA is linked to another record in line 2 already",
	} {
		list, err := readRulings("x.csv", strings.NewReader(text))
		if err == nil {
			err = contradictions("x.csv", list)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func FuzzReadRulings(f *testing.F) {
	f.Add("case,salesforce_id,hubspot_id,decision\nc,001000000000001AAA,42,link\n")
	f.Add("\ufeffdecision;x\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := readRulings("x.csv", strings.NewReader(text))
		for _, r := range list {
			if err == nil && (r.line < 2 || r.decision != decideLink && r.decision != decideSplit || r.salesforce == "" || r.hubspot == "") {
				t.Errorf("%+v was taken", r)
			}
		}
	})
}
