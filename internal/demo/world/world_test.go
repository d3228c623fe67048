package world_test

import (
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/internal/clock"
	"handoffd/internal/demo/world"
)

// monday is a working day, in the morning of the example policy's zone.
func monday() time.Time { return time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC) }

// testKey makes one key for all tests of the package: making it takes longer
// than a world.
var testKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newWorld(t *testing.T, seed string) *world.World {
	t.Helper()
	key, err := testKey()
	if err != nil {
		t.Fatal(err)
	}
	w, err := world.New(world.Options{Clock: clock.NewFake(monday()), Seed: seed, Key: key})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// dump is all that stands in both CRMs, as text.
func dump(t *testing.T, w *world.World) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, object := range []string{"User", "Account", "Contact", "Opportunity", "Task", "CustomNotificationType"} {
		_, rows, err := w.Salesforce.Query("SELECT Id FROM "+object, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			fields, _ := w.Salesforce.Get(row[0])
			out[row[0]] = words(fields)
		}
	}
	for _, object := range []string{"users", "companies", "contacts", "deals", "tasks"} {
		for _, id := range w.HubSpot.IDs(object) {
			values, _ := w.HubSpot.Get(object, id)
			out[object+"/"+id] = words(values)
		}
	}
	return out
}

func words(m map[string]string) string {
	var b strings.Builder
	for _, k := range slices.Sorted(maps.Keys(m)) {
		b.WriteString(k + "=" + m[k] + "\n")
	}
	return b.String()
}

func TestSameSeedSameWorld(t *testing.T) {
	t.Parallel()
	for _, seed := range []string{world.Empty, world.Demo, "150"} {
		t.Run(seed, func(t *testing.T) {
			t.Parallel()
			one, other := newWorld(t, seed), newWorld(t, seed)
			a := dump(t, one)
			if diff := cmp.Diff(a, dump(t, other)); diff != "" {
				t.Errorf("two worlds of seed %s differ (-one +other):\n%s", seed, diff)
			}
			if len(a) < len(one.People) {
				t.Errorf("%d records stand in the CRMs, fewer than people", len(a))
			}
			if one.Ready != other.Ready {
				t.Errorf("ready: %d and %d", one.Ready, other.Ready)
			}
		})
	}
}

func TestRecordsLieInThePast(t *testing.T) {
	t.Parallel()
	w := newWorld(t, world.Demo)
	for _, soql := range []string{
		"SELECT Id FROM Account WHERE SystemModstamp >= " + monday().Format(time.RFC3339),
		"SELECT Id FROM Contact WHERE SystemModstamp >= " + monday().Format(time.RFC3339),
	} {
		if _, rows, err := w.Salesforce.Query(soql, false); err != nil || len(rows) > 0 {
			t.Errorf("%s finds %d rows, %v", soql, len(rows), err)
		}
	}
	for _, id := range w.HubSpot.IDs("companies") {
		values, _ := w.HubSpot.Get("companies", id)
		if at := values["hs_lastmodifieddate"]; at >= monday().Format(time.RFC3339) || at < "2025" {
			t.Errorf("company %s was modified %s", id, at)
		}
	}
	if now := w.Salesforce.Now(); !now.Equal(monday()) {
		t.Errorf("afterwards it is %s in Salesforce", now)
	}
}

func TestSeedEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	if _, rows, err := w.Salesforce.Query("SELECT Id FROM Account", true); err != nil || len(rows) > 0 {
		t.Errorf("%d accounts in Salesforce, %v", len(rows), err)
	}
	if n := w.HubSpot.Count("companies"); n > 0 {
		t.Errorf("%d companies in HubSpot", n)
	}
	for _, p := range w.People {
		fields, ok := w.Salesforce.Get(p.SalesforceID)
		if !ok || fields["Email"] != p.Email || (fields["IsActive"] == "true") == p.Left {
			t.Errorf("Salesforce knows %s as %v", p.Email, fields)
		}
		if p.Manager != "" && fields["ManagerId"] == "" {
			t.Errorf("%s has no manager in Salesforce", p.Email)
		}
	}
	_, rows, err := w.Salesforce.Query("SELECT Id FROM CustomNotificationType WHERE DeveloperName = 'handoffd_Alert'", false)
	if err != nil || len(rows) != 1 {
		t.Errorf("%d notification types, %v", len(rows), err)
	}
}

func TestParseSeed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		seed string
		want int
		bad  bool
	}{
		{seed: ""}, {seed: "empty"}, {seed: "demo"}, {seed: "1", want: 1}, {seed: "100000", want: 100_000},
		{seed: "0", bad: true}, {seed: "-5", bad: true}, {seed: "1e3", bad: true}, {seed: "Demo", bad: true}, {seed: "99999999999", bad: true},
	} {
		t.Run("seed "+test.seed, func(t *testing.T) {
			t.Parallel()
			n, err := world.ParseSeed(test.seed)
			if n != test.want || (err != nil) != test.bad {
				t.Errorf("got %d, %v", n, err)
			}
			if !test.bad {
				return
			}
			if _, err := world.New(world.Options{Seed: test.seed}); err == nil {
				t.Error("New took it")
			}
		})
	}
}
