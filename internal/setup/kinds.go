package setup

import (
	"handoffd/connectors"
	"handoffd/mapping"
)

// candidates are the kinds of field that may hold a common type, the best
// first. What a read or write expression makes of the values, and whether the
// values are known, decides among them.
func candidates(t mapping.Type) []connectors.FieldKind {
	switch t {
	case mapping.Bool:
		return []connectors.FieldKind{connectors.FieldBool, connectors.FieldText, connectors.FieldNumber}
	case mapping.Number:
		return []connectors.FieldKind{connectors.FieldNumber, connectors.FieldText, connectors.FieldBool}
	case mapping.Money:
		return []connectors.FieldKind{connectors.FieldMoney, connectors.FieldText}
	case mapping.Enum:
		return []connectors.FieldKind{connectors.FieldChoice, connectors.FieldText, connectors.FieldNumber, connectors.FieldBool}
	case mapping.Multi:
		return []connectors.FieldKind{connectors.FieldChoices, connectors.FieldText}
	case mapping.Date:
		return []connectors.FieldKind{connectors.FieldDate, connectors.FieldText}
	case mapping.DateTime:
		return []connectors.FieldKind{connectors.FieldDateTime, connectors.FieldText}
	case mapping.Owner:
		return []connectors.FieldKind{connectors.FieldOwner, connectors.FieldNumber}
	default:
		return []connectors.FieldKind{connectors.FieldText, connectors.FieldNumber, connectors.FieldBool}
	}
}

// fitting gives the need the kind of field in which the mapping, which judges
// fields that are there, too, finds least wrong.
func fitting(f *mapping.Field, side mapping.Side, n connectors.FieldNeed) connectors.FieldNeed {
	best, level := n, mapping.Refused+1
	made := *f
	if f.Type == mapping.Number || f.Type == mapping.Money {
		made.Scaled, made.Decimals = true, n.Decimals // what it would be rounded to makes a text no better
	}
	for _, kind := range candidates(f.Type) {
		listed := kind == connectors.FieldChoice || kind == connectors.FieldChoices
		if listed && len(n.Values) == 0 {
			continue // a list without values takes none
		}
		tried := n
		if tried.Kind = kind; !listed {
			tried.Values = nil
		}
		worst := mapping.Fitting
		for _, v := range mapping.Fits(&made, side, asMade(side, tried)) {
			worst = max(worst, v.Level)
		}
		if worst < level {
			best, level = tried, worst
		}
	}
	return best
}

// longestText is what a text field takes that setup makes.
func longestText(side mapping.Side) int {
	if side == mapping.SalesforceSide {
		return 255
	}
	return 65_536
}

// mostDigits is how many digits a Salesforce number has.
const mostDigits = 18

// asMade is how the CRM will describe the field once it is there.
func asMade(side mapping.Side, n connectors.FieldNeed) connectors.Field {
	f := connectors.Field{Name: n.Name, Writable: true, Creatable: true, Type: typeNames(side)[n.Kind]}
	switch n.Kind {
	case connectors.FieldText:
		f.Length = longestText(side)
	case connectors.FieldNumber, connectors.FieldMoney:
		if side == mapping.SalesforceSide {
			f.Precision, f.Scale = mostDigits, n.Decimals
			if n.Digits > 0 {
				f.Precision = min(n.Digits+n.Decimals, mostDigits)
			}
		}
	case connectors.FieldBool:
		if side == mapping.HubSpotSide {
			f.Options, f.Restricted = []connectors.Option{{Value: "true", Active: true}, {Value: "false", Active: true}}, true
		}
	case connectors.FieldChoice, connectors.FieldChoices:
		f.Multi, f.Restricted = n.Kind == connectors.FieldChoices, side == mapping.HubSpotSide // Salesforce's are made open
		for _, v := range n.Values {
			f.Options = append(f.Options, connectors.Option{Value: v, Label: v, Active: true})
		}
	}
	return f
}

// typeNames are the CRMs' words for the kinds of field.
func typeNames(side mapping.Side) map[connectors.FieldKind]string {
	if side == mapping.HubSpotSide {
		return map[connectors.FieldKind]string{
			connectors.FieldBool: "bool", connectors.FieldNumber: "number", connectors.FieldMoney: "number", connectors.FieldText: "string",
			connectors.FieldChoice: "enumeration", connectors.FieldChoices: "enumeration", connectors.FieldDate: "date",
			connectors.FieldDateTime: "datetime", connectors.FieldOwner: "enumeration",
		}
	}
	return map[connectors.FieldKind]string{
		connectors.FieldBool: "boolean", connectors.FieldNumber: "double", connectors.FieldMoney: "currency", connectors.FieldText: "string",
		connectors.FieldChoice: "picklist", connectors.FieldChoices: "multipicklist", connectors.FieldDate: "date",
		connectors.FieldDateTime: "datetime", connectors.FieldOwner: "reference",
	}
}
