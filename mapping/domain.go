package mapping

import (
	"net/netip"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Domain reduces a web address, e-mail address or domain as people type it to
// the domain that a company registered: lower case, no protocol, www, path or
// port; IDN in its ASCII form. It returns "" for anything that names no
// company: IP addresses, single labels, public suffixes, mailbox providers,
// and sites on which many companies have a page.
func Domain(s string) string {
	_, registered := companyHost(s)
	return registered
}

// Host is Domain with the subdomain kept; a leading www still goes.
func Host(s string) string {
	host, _ := companyHost(s)
	return host
}

// companyHost returns the host without www, and the registered domain of it.
func companyHost(s string) (host, registered string) {
	host = hostOf(s)
	if host == "" {
		return "", ""
	}
	suffix, icann := publicsuffix.PublicSuffix(host)
	if !strings.Contains(host, ".") || suffix == host {
		return "", ""
	}
	// A suffix of the private part belongs to somebody who lets others put
	// up sites under it, except for zones (uk.com) where companies register.
	if !icann && strings.Contains(suffix, ".") && !listed(registrarZones, suffix) {
		return "", ""
	}
	registered, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return "", ""
	}
	for _, list := range []string{mailboxProviders, sharedHosts, suffixOwners} {
		if listedHost(list, host, registered) {
			return "", ""
		}
	}
	return host, registered
}

// hostOf takes the host out of an address; "" if there is none, and if there
// are several: which of them is the company's cannot be told.
func hostOf(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if strings.ContainsFunc(s, unicode.IsSpace) {
		return ""
	}
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "mailto:"), "//")
	if i := strings.IndexAny(s, `/?#\`); i >= 0 {
		if anotherHost(s[i+1:]) {
			return ""
		}
		s = s[:i]
	}
	if before, host, ok := strings.Cut(s, "@"); ok {
		if strings.Contains(host, "@") || strings.ContainsAny(before, ",;|") {
			return ""
		}
		s = host
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
	return strings.TrimPrefix(ascii, "www.")
}

// anotherHost tells whether a path is followed by a second address:
// "acme.com/,beta.com".
func anotherHost(path string) bool {
	pieces := strings.FieldsFunc(path, func(r rune) bool { return r == ',' || r == ';' || r == '|' })
	for i, piece := range pieces {
		_, after, scheme := strings.Cut(piece, "://")
		switch {
		case i == 0 && !strings.ContainsAny(path[:1], ",;|"):
			continue // the path itself
		case scheme:
			piece = after
		}
		if end := strings.IndexAny(piece, `/?#\:`); end >= 0 {
			piece = piece[:end]
		}
		if _, icann := publicsuffix.PublicSuffix(piece); icann && strings.Contains(piece, ".") {
			return true
		}
	}
	return false
}
