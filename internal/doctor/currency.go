package doctor

import (
	"fmt"
	"strings"

	"handoffd/connectors"
	"handoffd/mapping"
)

// amounts judges money that goes from one CRM to the other: nobody converts
// it, so both must keep it in one currency.
func (e *examination) amounts() {
	plain := e.mapping.Amounts()
	if len(plain) == 0 {
		return
	}
	sf, hs := e.sites[connectors.Salesforce], e.sites[connectors.HubSpot]
	if sf == nil || hs == nil || sf.signedIn != nil || hs.signedIn != nil {
		return // there is nothing to compare
	}
	one, other := sf.identity.Currency, hs.identity.Currency
	names := strings.Join(plain, ", ")
	for _, s := range []*site{sf, hs} {
		if s.identity.OwnCurrencies {
			e.add(Warn, string(s.System()), fmt.Sprintf("each record's amounts are in a currency of its own, and %s travel as they stand; the corporate currency is %s",
				names, or(s.identity.Currency, "not told")), "let in only records of one currency (where:), or map the amounts on one side only")
		}
	}
	switch {
	case one != "" && other != "" && one != other:
		for _, name := range plain {
			f := e.mapping.Field(name)
			e.add(Fail, sf.place(connectors.Account, f.Vendor[mapping.SalesforceSide]), fmt.Sprintf("%s: salesforce keeps amounts in %s, its corporate currency, and hubspot in %s; nobody converts them",
				name, one, other), "map it on one side only, or convert it with read: and write: expressions")
		}
	case one == "" || other == "":
		e.report.Notes = append(e.report.Notes, fmt.Sprintf("currencies are not converted: the amounts of %s travel as they stand. Salesforce keeps them in %s, HubSpot in %s: see that this is one currency.",
			names, or(one, "a currency that it does not tell (Setup, Company Information)"), or(other, "a currency that it does not tell")))
	default:
		e.add(OK, "amounts", fmt.Sprintf("%s: both CRMs keep them in %s", names, one), "")
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
