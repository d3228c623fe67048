package org

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func testOrg(t interface{ Fatal(...any) }) (*Org, *time.Time) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	o, err := New("00DHf0000000001MAA", "Test", func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	return o, &now
}

// rowsOf runs a query and returns its rows as text.
func rowsOf(t interface{ Fatalf(string, ...any) }, o *Org, soql string, all bool) []string {
	res, err := o.Query(o.Admin(), soql, all)
	if err != nil {
		t.Fatalf("%s: %v", soql, err)
	}
	out := []string{}
	for i := range res.Rows() {
		out = append(out, strings.Join(res.Cells(i), "|"))
	}
	return out
}

func TestSchemaIsSound(t *testing.T) {
	t.Parallel()
	o, _ := testOrg(t)
	prefixes := map[string]string{}
	for _, obj := range o.Objects() {
		if other, twice := prefixes[obj.Prefix]; twice || len(obj.Prefix) != 3 {
			t.Errorf("%s and %s share the key prefix %q", obj.Name, other, obj.Prefix)
		}
		prefixes[obj.Prefix] = obj.Name
		names := map[string]bool{}
		for _, f := range obj.Fields {
			if names[strings.ToLower(f.Name)] {
				t.Errorf("%s.%s is there twice", obj.Name, f.Name)
			}
			names[strings.ToLower(f.Name)] = true
			if f.Type == "reference" && len(f.References) == 0 {
				t.Errorf("%s.%s points nowhere", obj.Name, f.Name)
			}
			if f.IsText() && f.Length == 0 {
				t.Errorf("%s.%s has no length", obj.Name, f.Name)
			}
		}
	}
}

// A query by an index brings exactly what a full scan would, whatever was
// inserted, changed, deleted, rolled back or is late.
func TestIndexesAgreeWithScans(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o, now := testOrg(t)
		if err := o.AddField("Contact", Field{Name: "Key__c", Type: "string", ExternalID: true}); err != nil {
			t.Fatal(err)
		}
		account, contact := o.Object("Account"), o.Object("Contact")
		setup := o.Begin(o.Admin())
		var parents, ids []ID
		for i := range 3 {
			id, err := setup.Insert(account, []Input{{Name: "Name", Value: fmt.Sprint(i)}})
			if err != nil {
				t.Fatal(err)
			}
			parents = append(parents, id)
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			*now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "seconds")) * time.Second)
			tx := o.Begin(o.Admin())
			if rapid.IntRange(0, 4).Draw(t, "late") == 0 {
				tx.Late = 2 * time.Second
			}
			fields := []Input{{Name: "LastName", Value: "x"}, {Name: "AccountId", Value: rapid.SampledFrom(parents).Draw(t, "parent")},
				{Name: "Key__c", Value: rapid.SampledFrom([]string{"a", "B", "b", ""}).Draw(t, "key")}}
			switch op := rapid.IntRange(0, 3).Draw(t, "op"); {
			case op == 0 || len(ids) == 0:
				id, err := tx.Insert(contact, fields)
				if err != nil {
					t.Fatal(err)
				}
				ids = append(ids, id)
			case op == 1:
				_ = tx.Delete(contact, rapid.SampledFrom(ids).Draw(t, "gone"))
			default:
				_ = tx.Update(contact, rapid.SampledFrom(ids).Draw(t, "changed"), fields)
			}
			if rapid.IntRange(0, 4).Draw(t, "rollback") == 0 {
				tx.Rollback(0)
				ids = slices.DeleteFunc(ids, func(id ID) bool { return o.latest(id) == nil })
			}
		}
		for _, all := range []bool{false, true} {
			for _, pair := range [][2]string{
				{"AccountId = '" + parents[0].String() + "'", "(AccountId = '" + parents[0].String() + "' OR Id = null)"},
				{"Key__c IN ('A', 'b')", "(Key__c IN ('A', 'b') OR Id = null)"},
				{"SystemModstamp >= 2026-11-23T12:00:05Z AND SystemModstamp < 2026-11-23T12:00:20Z", "NOT (SystemModstamp < 2026-11-23T12:00:05Z OR SystemModstamp >= 2026-11-23T12:00:20Z)"},
				{"SystemModstamp > 2020-01-01T00:00:00Z", "Id != null"},
			} {
				const q = "SELECT Id, AccountId, Key__c, SystemModstamp FROM Contact WHERE "
				want, got := rowsOf(t, o, q+pair[1]+" ORDER BY SystemModstamp, Id", all), rowsOf(t, o, q+pair[0]+" ORDER BY SystemModstamp, Id", all)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("%s, all %t (-scan +index):\n%s", pair[0], all, diff)
				}
			}
		}
	})
}

// A rollback leaves no trace: queries, indexes and unique keys are as before.
func TestRollback(t *testing.T) {
	t.Parallel()
	o, now := testOrg(t)
	if err := o.AddField("Account", Field{Name: "Key__c", Type: "string", Unique: true}); err != nil {
		t.Fatal(err)
	}
	account := o.Object("Account")
	id, err := o.Begin(o.Admin()).Insert(account, []Input{{Name: "Name", Value: "A"}, {Name: "Key__c", Value: "k"}})
	if err != nil {
		t.Fatal(err)
	}
	all := "SELECT Id, Name, Key__c, SystemModstamp FROM Account"
	before := rowsOf(t, o, all, true)
	*now = now.Add(time.Hour)
	tx := o.Begin(o.Admin())
	if err := tx.Update(account, id, []Input{{Name: "Name", Value: "B"}, {Name: "Key__c", Value: "other"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Insert(account, []Input{{Name: "Name", Value: "C"}, {Name: "Key__c", Value: "k"}}); err != nil {
		t.Fatal(err)
	}
	if err := tx.Delete(account, id); err != nil {
		t.Fatal(err)
	}
	tx.Rollback(0)
	if diff := cmp.Diff(before, rowsOf(t, o, all, true)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	if _, err := o.Begin(o.Admin()).Insert(account, []Input{{Name: "Name", Value: "D"}, {Name: "Key__c", Value: "k"}}); err == nil || err.Code != "DUPLICATE_VALUE" {
		t.Errorf("the old key is free: %v", err)
	}
	if len(tx.Saves) != 0 {
		t.Errorf("saves %v", tx.Saves)
	}
}

func TestLikeMatchesItsOwnText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringN(0, 12, -1).Draw(t, "text")
		escaped := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(s)
		if !like(escaped)(s) || !like("%")(s) || !like(escaped+"%")(s+"tail") || like(escaped+"x")(s) {
			t.Fatalf("%q does not match as it should", s)
		}
	})
}

func TestDateRanges(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC) // a Monday
	for _, tc := range []struct {
		name     string
		n        int
		from, to string
	}{
		{"TODAY", 0, "2026-11-23", "2026-11-24"}, {"LAST_N_DAYS", 7, "2026-11-16", "2026-11-24"}, {"NEXT_N_DAYS", 2, "2026-11-24", "2026-11-26"},
		{"N_DAYS_AGO", 2, "2026-11-21", "2026-11-22"}, {"THIS_WEEK", 0, "2026-11-22", "2026-11-29"}, {"LAST_WEEK", 0, "2026-11-15", "2026-11-22"},
		{"THIS_MONTH", 0, "2026-11-01", "2026-12-01"}, {"LAST_N_MONTHS", 2, "2026-09-01", "2026-11-01"}, {"THIS_QUARTER", 0, "2026-10-01", "2027-01-01"},
		{"NEXT_QUARTER", 0, "2027-01-01", "2027-04-01"}, {"LAST_YEAR", 0, "2025-01-01", "2026-01-01"}, {"NEXT_N_YEARS", 2, "2027-01-01", "2029-01-01"},
		{"N_WEEKS_AGO", 1, "2026-11-15", "2026-11-22"}, {"LAST_90_DAYS", 0, "2026-08-25", "2026-11-24"},
	} {
		from, to := dateRange(tc.name, tc.n, now)
		if from.Format(time.DateOnly) != tc.from || to.Format(time.DateOnly) != tc.to {
			t.Errorf("%s:%d is %s to %s, want %s to %s", tc.name, tc.n, from.Format(time.DateOnly), to.Format(time.DateOnly), tc.from, tc.to)
		}
	}
}

func TestValidEmail(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{"a@b.co": true, "jo.doe+x@sub.acme.example": true, "o'neil@x.example": true, "foo": false, "a@b": false, "a@@b.co": false,
		"a b@c.co": false, ".a@b.co": false, "a..b@c.co": false, "a@-b.co": false, "a@b..co": false, "@b.co": false} {
		if got := ValidEmail(s); got != want {
			t.Errorf("%q: %t", s, got)
		}
	}
}

// One poll of a large org: a window of stamps, five fields, an owner.
func BenchmarkPollOfALargeOrg(b *testing.B) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	o, err := New("00DHf0000000001MAA", "Test", func() time.Time { return now })
	if err != nil {
		b.Fatal(err)
	}
	tx := o.Begin(o.Admin())
	tx.Seed = true
	for i := range 100_000 {
		in := []Input{{Name: "CreatedDate", Value: now.Add(-time.Duration(i) * time.Minute)}, {Name: "Name", Value: fmt.Sprint("Acme ", i)}, {Name: "Industry", Value: "Banking"}}
		if _, err := tx.Insert(o.Object("Account"), in); err != nil {
			b.Fatal(err)
		}
	}
	b.ResetTimer()
	for b.Loop() {
		res, err := o.Query(o.Admin(), "SELECT Id, Name, Industry, SystemModstamp, Owner.Name FROM Account WHERE SystemModstamp >= 2026-11-23T11:00:00Z AND SystemModstamp < 2026-11-23T12:00:00Z ORDER BY SystemModstamp, Id", true)
		if err != nil || res.Rows() != 60 {
			b.Fatal(res, err)
		}
		res.Append(nil, 0, 60, "")
	}
}
