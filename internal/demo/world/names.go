package world

import (
	"strconv"
	"strings"
)

// trade is what a company does, in words of its name and in those of the two
// CRMs' own industry lists.
type trade struct{ word, salesforce, hubspot string }

func trades() []trade {
	return []trade{
		{"Instruments", "Manufacturing", "ELECTRICAL_ELECTRONIC_MANUFACTURING"},
		{"Foods", "Food & Beverage", "FOOD_PRODUCTION"},
		{"Logistics", "Transportation", "LOGISTICS_AND_SUPPLY_CHAIN"},
		{"Analytics", "Technology", "COMPUTER_SOFTWARE"},
		{"Diagnostics", "Healthcare", "MEDICAL_DEVICES"},
		{"Media", "Media", "ONLINE_MEDIA"},
		{"Robotics", "Machinery", "INDUSTRIAL_AUTOMATION"},
		{"Marine", "Shipping", "MARITIME"},
		{"Textiles", "Apparel", "TEXTILES"},
		{"Clinics", "Healthcare", "HOSPITAL_HEALTH_CARE"},
		{"Energy", "Energy", "OIL_ENERGY"},
		{"Packaging", "Manufacturing", "PACKAGING_AND_CONTAINERS"},
		{"Freight", "Transportation", "PACKAGE_FREIGHT_DELIVERY"},
		{"Insurance", "Insurance", "INSURANCE"},
		{"Retail", "Retail", "RETAIL"},
		{"Systems", "Technology", "INFORMATION_TECHNOLOGY_AND_SERVICES"},
		{"Optics", "Electronics", "SEMICONDUCTORS"},
		{"Steel", "Manufacturing", "MINING_METALS"},
		{"Chemicals", "Chemicals", "CHEMICALS"},
		{"Engineering", "Engineering", "CIVIL_ENGINEERING"},
		{"Learning", "Education", "E_LEARNING"},
		{"Hotels", "Hospitality", "HOSPITALITY"},
		{"Networks", "Telecommunications", "COMPUTER_NETWORKING"},
		{"Biotech", "Biotechnology", "BIOTECHNOLOGY"},
	}
}

// tradeOf finds the trade that a name ends in; companies without one are in
// retail.
func tradeOf(name string) trade {
	list := trades()
	for _, t := range list {
		if strings.HasSuffix(name, t.word) {
			return t
		}
	}
	return list[14]
}

// The word lists keep names apart from those of the cast, none of whom is
// called after a landscape.
func stems() []string {
	return strings.Fields(`Arbor Basin Bayside Beacon Bluff Brook Canyon Cape Cliff Coast Copse Cove Creek Crest Dale
		Delta Dune East Fairway Field Fjord Ford Forest Glen Gorge Grove Harbor Heath Highland Hill Inlet Island
		Isthmus Lagoon Lake Ledge Marsh Meadow Mesa Moor North Oasis Orchard Pass Peak Plateau Pond Prairie Quarry
		Rapids Reef Ridge River Shore South Spring Summit Terrace Valley West`)
}

func middles() []string {
	return strings.Fields(`Amber Azure Bold Brass Bright Bronze Calm Clear Cobalt Copper Coral Crimson Dawn Early Ember
		Even Fair First Gilt Golden Grand Granite Great Green Indigo Iron Ivory Jade Keen Level Light Lucid Lunar
		Marble New Noble Ochre Onyx Open Pearl Plain Prime Quartz Quiet Ruby Rustic Silver Solar`)
}

// shortName invents the i-th of 1,440 different names: a landscape and a trade.
func shortName(i int) string {
	s, t := stems(), trades()
	return s[i%len(s)] + " " + t[(i/len(s)+i)%len(t)].word
}

// namer invents any number of different names of three words; from the
// 69,120th on they are numbered.
type namer struct {
	stems, middles []string
	trades         []trade
}

func newNamer() namer { return namer{stems(), middles(), trades()} }

func (n namer) name(i int) (string, trade) {
	t := n.trades[i%len(n.trades)]
	rest := i / len(n.trades)
	middle := n.middles[rest%len(n.middles)]
	rest /= len(n.middles)
	name := middle + " " + n.stems[rest%len(n.stems)] + " " + t.word
	if round := rest / len(n.stems); round > 0 {
		name += " " + strconv.Itoa(round+1)
	}
	return name, t
}

// domainOf is the domain that a company of that name would register, under a
// top-level domain that is reserved for examples (RFC 2606).
func domainOf(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	const longestLabel = 63 // RFC 1035
	label := strings.Trim(b.String(), "-")
	if len(label) > longestLabel {
		label = strings.Trim(label[:longestLabel], "-")
	}
	return label + ".example"
}

func firstNames() []string {
	return strings.Fields(`Ada Amir Anouk Bela Bruno Carla Chen Clara Dario Dina Elif Emil Esra Fabio Farah Greta Hana
		Hugo Ida Ilya Jana Jonas Kaito Kira Lars Leila Lina Marek Maya Milan Mina Nadia Nils Nora Omar Paula Rana Remy
		Rosa Sami Sara Selma Tariq Tessa Theo Uma Vera Viktor Yara Zoe`)
}

func lastNames() []string {
	return strings.Fields(`Abel Alves Bach Berg Brandt Cole Cruz Dahl Diaz Egger Fiore Frost Garde Gomez Haas Hart Ito
		Jensen Kaya Keller Kim Lang Leroy Lind Lopez Maier Marin Moreau Nagy Nolan Okafor Olsen Park Perez Petit Quist
		Rao Rossi Ruiz Sato Silva Stern Tanaka Toth Urban Vega Vogel Weber Wolf Young`)
}

func jobTitles() []string {
	return []string{
		"VP Operations", "Head of Procurement", "Chief Technology Officer", "Director of Sales", "IT Manager",
		"Head of Marketing", "Chief Financial Officer", "Operations Analyst", "Product Manager", "Plant Manager",
	}
}
