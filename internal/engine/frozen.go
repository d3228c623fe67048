package engine

import (
	"time"

	"handoffd/workflows"
)

// FrozenSummary is the one page of a stage as sales got it.
type FrozenSummary struct {
	Stage string    `json:"stage"`
	At    time.Time `json:"at"`
	Hash  string    `json:"hash"`
	// Intact tells whether Text is still what Hash was made of: a person who
	// is erased is erased here, too.
	Intact bool   `json:"intact"`
	Text   string `json:"text"`
}

// freeze keeps the page of a stage that begins.
func (b *batch) freeze(handoff string, p workflows.Plan) error {
	return b.tx.AddSummary(SummaryRow{Handoff: handoff, Stage: string(p.Stage), At: b.now, Hash: workflows.Hash(p.Summary), Text: p.Summary})
}

// frozen lists the pages of a handoff's stages that had begun by then.
func (b *batch) frozen(handoff string, by time.Time) (out []FrozenSummary, err error) {
	rows, err := b.tx.Summaries(handoff)
	for _, r := range rows {
		if !r.At.After(by) {
			out = append(out, FrozenSummary{Stage: r.Stage, At: r.At, Hash: r.Hash, Text: r.Text})
		}
	}
	return verified(out), err
}

// verified holds each page against its hash.
func verified(pages []FrozenSummary) []FrozenSummary {
	for i := range pages {
		pages[i].Intact = workflows.Hash(pages[i].Text) == pages[i].Hash
	}
	return pages
}
