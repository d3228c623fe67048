package mapping_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
)

// wide is an account with 40 mapped fields of all policies, at rest, and the
// next record of it.
func wide(b *testing.B) (*mapping.Mapping, *mapping.Account, connectors.Record) {
	var source strings.Builder
	source.WriteString("account:\n")
	rules := []string{"from: hubspot", "from: salesforce", "sync: newest", "sync: prefer_salesforce", "from: handoffd"}
	kinds := []string{"text", "number", "money"}
	for i := range 40 {
		fmt.Fprintf(&source, "  f%d: {type: %s, hubspot: f%d, salesforce: F%d__c, %s}\n", i, kinds[i%3], i, i, rules[i%5])
	}
	m := compile(b, source.String())
	a := m.NewAccount("x")
	hs, sf := map[string]connectors.Value{"name": text("Acme")}, map[string]connectors.Value{"Name": text("Acme")}
	for i := range 40 {
		hs[fmt.Sprint("f", i)], sf[fmt.Sprintf("F%d__c", i)] = text(fmt.Sprint(i)), text(fmt.Sprint(i))
	}
	m.Apply(a, salesforce(noon, sf))
	m.Apply(a, hubspot(noon, hs))
	hs["f0"] = text("changed")
	return m, a, hubspot(noon.Add(time.Hour), hs)
}

// BenchmarkMerge takes the merged values of an account and finds what is to be
// written so that both CRMs agree.
func BenchmarkMerge(b *testing.B) {
	m, a, _ := wide(b)
	b.ReportAllocs()
	for b.Loop() {
		m.Agree(a, allRead)
		if writes, _ := m.Outgoing(a); len(writes) != 0 {
			b.Fatalf("writes %+v", writes)
		}
		for slot := range m.Fields {
			m.Value(a, slot)
		}
	}
}

// BenchmarkApply lays a record over an account.
func BenchmarkApply(b *testing.B) {
	m, a, r := wide(b)
	b.ReportAllocs()
	for b.Loop() {
		m.Apply(a, r)
	}
}

// BenchmarkCodec stores and reads an account.
func BenchmarkCodec(b *testing.B) {
	m, a, _ := wide(b)
	b.ReportAllocs()
	for b.Loop() {
		data, err := m.Encode(a)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := m.Decode("x", data); err != nil {
			b.Fatal(err)
		}
	}
}
