package mapping

import (
	_ "embed" // the lists below
	"strings"
)

// The lists are sorted by bytes and searched where they lie: nothing is parsed
// at start, and nothing is kept beside them. Each names its source and licence
// in its first lines.
var (
	//go:embed data/mailbox_providers.txt
	mailboxProviders string
	//go:embed data/shared_hosts.txt
	sharedHosts string
	//go:embed data/suffix_owners.txt
	suffixOwners string
	//go:embed data/registrar_zones.txt
	registrarZones string
	//go:embed data/legal_forms.txt
	legalForms string
)

// listed tells whether the word is a line of the list.
func listed(list, word string) bool {
	if word == "" || word[0] == '#' {
		return false
	}
	low, high := 0, len(list)
	for low < high {
		start := (low + high) / 2
		start = strings.LastIndexByte(list[:start], '\n') + 1
		end := start + strings.IndexByte(list[start:], '\n')
		if end < start {
			end = len(list)
		}
		switch line := list[start:end]; {
		case line == word:
			return true
		case line < word:
			low = end + 1
		default:
			high = start
		}
	}
	return false
}

// listedHost tells whether the host, or a domain above it down to the
// registered one, is a line of the list.
func listedHost(list, host, registered string) bool {
	for {
		if listed(list, host) {
			return true
		}
		_, parent, ok := strings.Cut(host, ".")
		if !ok || len(parent) < len(registered) {
			return false
		}
		host = parent
	}
}
