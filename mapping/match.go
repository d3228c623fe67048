package mapping

import (
	"net/netip"
	"sort"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"handoffd/connectors"
)

// MatchRule is one way to find the partner of a record in the other CRM.
type MatchRule struct {
	// Name shows the rule to people: "hubspot salesforceaccountid = salesforce Id".
	Name     string
	Property [sides]string
	Domain   bool
}

// recordID stands for the record's own id in a rule.
const (
	salesforceRecordID = "Id"
	hubspotRecordID    = "hs_object_id"
)

// Key returns what a record is compared by under the rule, "" for nothing.
func (r MatchRule) Key(rec connectors.Record) string {
	side := SideOf(rec.Ref.System)
	name := r.Property[side]
	if name == salesforceRecordID && side == SalesforceSide || name == hubspotRecordID && side == HubSpotSide {
		return rec.Ref.ID
	}
	v, ok := rec.Fields[name]
	if !ok || v.IsNull() {
		return ""
	}
	text := strings.TrimSpace(v.String())
	if r.Domain {
		return Domain(text)
	}
	if r.Property[SalesforceSide] == salesforceRecordID && (len(text) == 15 || len(text) == 18) {
		return SalesforceID(text)
	}
	return strings.ToLower(text)
}

// Keys returns the record's keys by the rule's name, without empty ones. A
// record that is gone or out of scope has none.
func (m *Mapping) Keys(rec connectors.Record) map[string]string {
	keys := map[string]string{}
	if rec.Deleted || rec.OutOfScope {
		return keys
	}
	for _, r := range m.Rules {
		if key := r.Key(rec); key != "" {
			keys[r.Name] = key
		}
	}
	return keys
}

// Domain reduces a web address or domain as people type it to the domain that
// a company registered: lower case, no protocol, www, path or port; IDN in
// its ASCII form. It returns "" for anything that names no company: IP
// addresses, single labels, public suffixes, mailbox providers.
func Domain(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	s = strings.TrimPrefix(s, "//")
	s, _, _ = strings.Cut(s, "/")
	s, _, _ = strings.Cut(s, "?")
	s, _, _ = strings.Cut(s, "#")
	if i := strings.LastIndex(s, "@"); i >= 0 {
		s = s[i+1:]
	}
	if _, err := netip.ParseAddrPort(s); err == nil {
		return ""
	}
	if host, _, ok := strings.Cut(s, ":"); ok {
		s = host
	}
	s = strings.Trim(s, ". ")
	if _, err := netip.ParseAddr(s); err == nil {
		return ""
	}
	ascii, err := idna.Lookup.ToASCII(s)
	if err != nil {
		return ""
	}
	registered, err := publicsuffix.EffectiveTLDPlusOne(ascii)
	if err != nil || mailboxProviders[registered] {
		return ""
	}
	return registered
}

// mailboxProviders are the largest providers of personal mailboxes: a domain
// of theirs names no company. Read only.
var mailboxProviders = map[string]bool{
	"gmail.com": true, "googlemail.com": true, "yahoo.com": true, "yahoo.co.uk": true, "ymail.com": true,
	"hotmail.com": true, "hotmail.co.uk": true, "outlook.com": true, "live.com": true, "msn.com": true,
	"icloud.com": true, "me.com": true, "mac.com": true, "aol.com": true, "protonmail.com": true, "proton.me": true,
	"gmx.com": true, "gmx.de": true, "gmx.net": true, "web.de": true, "t-online.de": true, "mail.com": true,
	"mail.ru": true, "yandex.ru": true, "yandex.com": true, "qq.com": true, "163.com": true, "126.com": true,
	"naver.com": true, "zoho.com": true, "fastmail.com": true, "comcast.net": true, "verizon.net": true,
	"orange.fr": true, "wanadoo.fr": true, "free.fr": true, "laposte.net": true, "libero.it": true, "bluewin.ch": true,
}

// SalesforceID brings a 15-character id into its 18-character form, which
// compares without regard to case; anything else is returned as it is.
// Source: Salesforce, "How to convert a 15-character id to 18".
func SalesforceID(id string) string {
	if len(id) == 18 {
		id = id[:15]
	}
	if len(id) != 15 {
		return id
	}
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	out := []byte(id)
	for block := range 3 {
		bits := 0
		for i := range 5 {
			if c := id[block*5+i]; c >= 'A' && c <= 'Z' {
				bits |= 1 << i
			}
		}
		out = append(out, alphabet[bits])
	}
	return string(out)
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for n := range m {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}
