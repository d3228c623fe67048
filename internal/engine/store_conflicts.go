package engine

import "time"

// ConflictRow is one case in which two people's values met in one field, and
// what became of it (I4).
type ConflictRow struct {
	Account string
	Field   string
	At      time.Time
	// Salesforce and HubSpot are what the two sides held, as a person reads
	// it, shortened; "" for nothing.
	Salesforce, HubSpot string
	// Winner is the system whose value counts, or handoffd.
	Winner string
	// Policy is what decided: the field's sync or from.
	Policy string
	// Reason says more where the policy alone does not: `newest` could not
	// tell, or a change of a master's field was put back.
	Reason string
}

// ConflictTx reads and writes the log of conflicts.
type ConflictTx interface {
	AddConflicts(rows []ConflictRow) error
	// Conflicts lists those of an account, or of all with "", newest first,
	// at most limit.
	Conflicts(account string, limit int) ([]ConflictRow, error)
}
