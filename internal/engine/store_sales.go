package engine

import (
	"handoffd/connectors"
	"handoffd/mapping"
)

// SalesTx reads and writes what sales and buyers did.
type SalesTx interface {
	// SalesRecords returns what is known of the records.
	SalesRecords(refs []connectors.Ref) (map[connectors.Ref]mapping.SalesActivity, error)
	// PutSales adds or replaces activities; every Home must be an account.
	PutSales(rows []mapping.SalesActivity) error
	DeleteSales(refs []connectors.Ref) error
	// Sales returns the activities of the accounts' records, by record id.
	Sales(homes []connectors.Ref) (map[connectors.Ref][]mapping.SalesActivity, error)
}
