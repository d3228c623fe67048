package mapping_test

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"handoffd/mapping"
)

// labelled is one record of a list: the company that it belongs to, and what a
// rule compares it by.
type labelled struct{ company, key string }

// score is how well a rule finds the partners of a list.
type score struct{ linked, right, possible, cases int }

func (s score) precision() float64 { return float64(s.right) / float64(max(s.linked, 1)) }
func (s score) recall() float64    { return float64(s.right) / float64(max(s.possible, 1)) }

// measure links what a rule links by itself: keys that exactly one record of
// each side has. Everything else with a partner is a case.
func measure(one, other []labelled) (s score) {
	byKey := func(list []labelled) map[string][]labelled {
		m := map[string][]labelled{}
		for _, l := range list {
			if l.key != "" {
				m[l.key] = append(m[l.key], l)
			}
		}
		return m
	}
	companies := map[string]bool{}
	for _, l := range other {
		companies[l.company] = true
	}
	for _, l := range one {
		if companies[l.company] {
			s.possible++
		}
	}
	partners := byKey(other)
	for key, list := range byKey(one) {
		found := partners[key]
		switch {
		case len(found) == 0:
		case len(list) > 1 || len(found) > 1:
			s.cases++
		default:
			s.linked++
			if list[0].company == found[0].company {
				s.right++
			}
		}
	}
	return s
}

func (s score) want(t *testing.T, rule string, recall float64) {
	t.Helper()
	t.Logf("%s: precision %.3f, recall %.3f (%d linked of %d possible, %d cases)", rule, s.precision(), s.recall(), s.linked, s.possible, s.cases)
	if s.linked == 0 || s.right != s.linked {
		t.Errorf("%s: %d of %d automatic links are right; a wrong one is worse than a case", rule, s.right, s.linked)
	}
	if s.recall() < recall {
		t.Errorf("%s: recall %.3f is below %.2f", rule, s.recall(), recall)
	}
}

func lines(t *testing.T, name string) (out []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "identity", name))
	if err != nil {
		t.Fatal(err)
	}
	for scanner := bufio.NewScanner(strings.NewReader(string(data))); scanner.Scan(); {
		if line := scanner.Text(); !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// TestMeasureDomains: brands, typed into one CRM as web addresses and into the
// other as bare domains or e-mail addresses.
func TestMeasureDomains(t *testing.T) {
	t.Parallel()
	for rule, fold := range map[string]func(string) string{"domain": mapping.Domain, "host": mapping.Host} {
		var one, other []labelled
		for i, line := range lines(t, "brands.tsv") {
			name, hosts, _ := strings.Cut(line, "\t")
			host := strings.Fields(hosts)[0]
			typed := []string{"https://" + host + "/en?x=1", "WWW." + strings.TrimPrefix(host, "www."), "http://" + strings.ToUpper(host) + ":443/"}[i%3]
			one = append(one, labelled{name, fold(typed)})
			other = append(other, labelled{name, fold([]string{host, "//" + host, " " + host + ". "}[i%3])})
		}
		for i, line := range lines(t, "hostile_domains.tsv") {
			a, b, _ := strings.Cut(line, "\t")
			one, other = append(one, labelled{fmt.Sprint("a", i), fold(a)}), append(other, labelled{fmt.Sprint("b", i), fold(b)})
		}
		s := measure(one, other)
		s.want(t, rule, 0.8)
	}
}

// TestMeasureDomainSets: companies with several domains. The rule must not
// link across companies; that it finds few of the pairs is in its nature.
func TestMeasureDomainSets(t *testing.T) {
	t.Parallel()
	owner := map[string]string{} // domains that two lines name belong to one company
	for _, line := range lines(t, "domain_sets.txt") {
		domains := strings.Fields(line)
		company := domains[0]
		for _, d := range domains {
			if o, ok := owner[d]; ok {
				company = o
			}
		}
		for _, d := range domains {
			owner[d] = company
		}
	}
	var one, other []labelled
	for d, company := range owner {
		one = append(one, labelled{company, mapping.Domain("https://login." + d + "/")})
		other = append(other, labelled{company, mapping.Domain("info@" + d)})
	}
	measure(one, other).want(t, "domain, many per company", 0.8)
}

// TestMeasureNames: the name that a register has and the one that an index
// uses, with the country of the headquarters.
func TestMeasureNames(t *testing.T) {
	t.Parallel()
	rows, err := csv.NewReader(strings.NewReader(strings.Join(lines(t, "names.csv"), "\n"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var one, other, plainOne, plainOther []labelled
	missed := 0
	for _, row := range rows[1:] {
		cik, sec, index, country := row[0], row[1], row[2], mapping.Country(row[3])
		one = append(one, labelled{cik, mapping.CompanyName(sec) + "|" + country})
		other = append(other, labelled{cik, mapping.CompanyName(index) + "|" + country})
		plainOne, plainOther = append(plainOne, labelled{cik, sec}), append(plainOther, labelled{cik, index})
		if a, b := mapping.CompanyName(sec), mapping.CompanyName(index); a != b && missed < 60 {
			missed++
			t.Logf("not found: %q / %q", a, b)
		}
	}
	for i, line := range lines(t, "hostile_names.tsv") {
		f := strings.Split(line, "\t")
		key := func(name string) string { return mapping.CompanyName(name) + "|" + mapping.Country(f[0]) }
		one, other = append(one, labelled{fmt.Sprint("a", i), key(f[1])}), append(other, labelled{fmt.Sprint("b", i), key(f[2])})
	}
	folded := measure(one, other)
	folded.want(t, "name and country", 0.84)
	if plain := measure(plainOne, plainOther); plain.recall() >= folded.recall() {
		t.Errorf("folding finds no more than comparing the texts: %.3f and %.3f", plain.recall(), folded.recall())
	}
}

// TestHostilePairs names the pairs that a rule would link. The measures above
// count them among the rest; a pair must not hide behind another of its key.
func TestHostilePairs(t *testing.T) {
	t.Parallel()
	for _, line := range lines(t, "hostile_domains.tsv") {
		a, b, _ := strings.Cut(line, "\t")
		for rule, fold := range map[string]func(string) string{"domain": mapping.Domain, "host": mapping.Host} {
			if key := fold(a); key != "" && key == fold(b) {
				t.Errorf("%s: %s and %s are both %s", rule, a, b, key)
			}
		}
	}
	for _, line := range lines(t, "hostile_names.tsv") {
		f := strings.Split(line, "\t")
		if key := mapping.CompanyName(f[1]); key == mapping.CompanyName(f[2]) {
			t.Errorf("%s and %s are both %q", f[1], f[2], key)
		}
	}
}

// TestListsAreSorted: what is not in its place is not found.
func TestListsAreSorted(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("data", "*.txt"))
	if err != nil || len(names) < 5 {
		t.Fatalf("%v, %v", names, err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		list := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		for i := 1; i < len(list); i++ {
			if list[i] <= list[i-1] && !strings.HasPrefix(list[i], "#") {
				t.Errorf("%s: %q stands behind %q", name, list[i], list[i-1])
			}
		}
	}
}
