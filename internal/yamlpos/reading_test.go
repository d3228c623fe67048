package yamlpos_test

import (
	"errors"
	"regexp"
	"testing"
	"time"

	"handoffd/internal/yamlpos"
)

func TestReadingGolden(t *testing.T) {
	t.Parallel()
	golden(t, "reading", readEverything)
}

// readEverything reads a made-up format with every kind of value in it.
func readEverything(file *yamlpos.File) {
	m := file.Root().Map("text", "other_text", "third_text", "fourth_text",
		"int", "other_int", "third_int", "fourth_int", "int_in", "float", "float_in", "bool", "other_bool",
		"duration", "other_duration", "third_duration", "duration_in", "short_duration", "percent", "other_percent",
		"date", "time", "other_time", "strings", "other_strings", "regexp", "enum", "list", "map", "items", "either",
		"secret", "other_secret", "third_secret", "fourth_secret", "fifth_secret", "sixth_secret", "unset_secret", "gone_secret",
		"poll_every", "passphrase", "base", "other")
	readScalars(m)
	readUnits(m)
	readCollections(m)
	readSecrets(m)
}

func readScalars(m *yamlpos.Map) {
	var (
		text string
		i    int
		f    float64
		b    bool
	)
	for _, key := range []string{"text", "other_text", "third_text", "fourth_text", "passphrase"} {
		m.Get(key).Text(&text)
	}
	for _, key := range []string{"int", "other_int", "third_int", "fourth_int"} {
		m.Get(key).Int(&i)
	}
	m.Get("int_in").IntIn(&i, 1, 100)
	m.Get("float").Float(&f)
	m.Get("float_in").FloatIn(&f, 0, 10)
	m.Get("bool").Bool(&b)
	m.Get("other_bool").Bool(&b)
}

func readUnits(m *yamlpos.Map) {
	var (
		d  time.Duration
		f  float64
		at time.Time
	)
	for _, key := range []string{"duration", "other_duration", "third_duration"} {
		m.Get(key).Duration(&d)
	}
	m.Get("duration_in").DurationIn(&d, time.Minute, time.Hour)
	m.Get("short_duration").DurationIn(&d, time.Minute, 0)
	m.Get("percent").Percent(&f)
	m.Get("other_percent").Percent(&f)
	m.Get("date").Date(&at)
	m.Get("time").TimeOfDay(&d)
	m.Get("other_time").TimeOfDay(&d)
}

func readCollections(m *yamlpos.Map) {
	var (
		texts []string
		word  string
		re    *regexp.Regexp
		i     int
	)
	m.Get("strings").Strings(&texts)
	m.Get("other_strings").Strings(&texts)
	m.Get("regexp").Regexp(&re)
	yamlpos.Enum(m.Get("enum"), &word, "salesforce", "hubspot")
	m.Get("list").List()
	inner := m.Get("map").Map("inner").Get("inner").Map("first", "last")
	inner.Require("first")
	inner.Get("first").Int(&i)
	for _, item := range m.Get("items").List() {
		entry := item.Map("first", "last")
		entry.Require("first", "last")
		entry.Get("first").Int(&i)
	}
	m.Get("either").Map("a", "b", "c").RequireOne("a", "b", "c")
	m.Get("either").Map("a", "b", "c").RequireOne("c", "d")
}

func readSecrets(m *yamlpos.Map) {
	for _, key := range []string{"secret", "other_secret", "third_secret", "fourth_secret", "fifth_secret", "sixth_secret", "unset_secret", "gone_secret"} {
		var s yamlpos.Secret
		if m.Get(key).Secret(&s) {
			s.WarnPlain()
			s.Expand(
				func(string) (string, bool) { return "", false },
				func(string) ([]byte, error) { return nil, errors.New("no such file") })
		}
	}
}
