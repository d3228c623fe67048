package engine

import (
	"context"
	"errors"

	"handoffd/connectors"
	"handoffd/mapping"
)

// Ruling is what a person says of two records.
type Ruling struct {
	Salesforce, HubSpot string
	// Link: they are one account; else they are not.
	Link bool
}

// errNothingDone takes back what was ruled before something was refused.
var errNothingDone = errors.New("nothing was done")

// Rule does what a person says of many pairs, all of it or nothing: refused
// holds, by their place in the list, the rulings that stand in the way.
func (e *Engine) Rule(ctx context.Context, list []Ruling) (refused map[int]error, err error) {
	err = e.byPerson(ctx, func(b *batch) error {
		refused = map[int]error{}
		for _, links := range []bool{false, true} { // what is split makes room for what is linked
			for i, r := range list {
				if r.Link != links {
					continue
				}
				if err := b.rule(r); refusedByRule(err) {
					refused[i] = err
				} else if err != nil {
					return err
				}
				b.splits, b.cases = nil, nil
			}
		}
		if len(refused) > 0 {
			return errNothingDone
		}
		return nil
	})
	if errors.Is(err, errNothingDone) {
		return refused, nil
	}
	return nil, err
}

func (b *batch) rule(r Ruling) error {
	if r.Link {
		return b.linkPair(r.Salesforce, r.HubSpot)
	}
	return b.splitPair(r.Salesforce, r.HubSpot)
}

func refusedByRule(err error) bool {
	no := new(RefusedError)
	return errors.As(err, &no)
}

// pair finds the accounts of a Salesforce account and a HubSpot company.
func (b *batch) pair(salesforceID, hubspotID string) (sf, hs *entry, err error) {
	sf, err = b.known(connectors.Ref{System: connectors.Salesforce, Object: connectors.Account, ID: mapping.SalesforceID(salesforceID)})
	if err != nil {
		return nil, nil, err
	}
	hs, err = b.known(connectors.Ref{System: connectors.HubSpot, Object: connectors.Account, ID: hubspotID})
	return sf, hs, err
}

func (b *batch) linkPair(salesforceID, hubspotID string) error {
	sf, hs, err := b.pair(salesforceID, hubspotID)
	if err != nil {
		return err
	}
	return b.linkByHand(sf, hs)
}

func (b *batch) splitPair(salesforceID, hubspotID string) error {
	sf, hs, err := b.pair(salesforceID, hubspotID)
	if err != nil {
		return err
	}
	if sf == hs {
		return b.unlink(sf, homes(sf.account))
	}
	one, _ := sf.account.Ref(mapping.SalesforceSide)
	other, _ := hs.account.Ref(mapping.HubSpotSide)
	b.touch(sf)
	b.touch(hs)
	return b.tx.PutSplits([]Pair{pairOf(one, other)})
}
