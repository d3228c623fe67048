package mapping

import (
	"net/netip"
	"strings"

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
	// up sites under it. What looks like one label more than a registry's is
	// a registrar's own zone (uk.com), where companies do register.
	if !icann && strings.Contains(suffix, ".") && !registrarZone(suffix) {
		return "", ""
	}
	registered, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil || listedHost(mailboxProviders, host, registered) || listedHost(sharedHosts, host, registered) {
		return "", ""
	}
	return host, registered
}

// registrarZone tells the zones that sell domains as a registry does: a
// country or "com" as the first of two labels (uk.com, co.com, eu.org is not
// among them, since its names are given away).
func registrarZone(suffix string) bool {
	first, rest, _ := strings.Cut(suffix, ".")
	return (len(first) == 2 || first == "com") && (rest == "com" || rest == "net" || rest == "se" || rest == "de")
}

// hostOf takes the host out of an address; "" if there is none.
func hostOf(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	if i := strings.Index(s, "://"); i >= 0 {
		s = s[i+3:]
	}
	s = strings.TrimPrefix(strings.TrimPrefix(s, "mailto:"), "//")
	if i := strings.IndexAny(s, `/?#\`); i >= 0 {
		s = s[:i]
	}
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
	return strings.TrimPrefix(ascii, "www.")
}
