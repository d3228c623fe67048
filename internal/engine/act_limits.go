package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"handoffd/connectors"
	"handoffd/mapping"
	"handoffd/workflows"
	"handoffd/workflows/calendar"
)

// ruleAdopted names the rule of handoffs that were found in the CRMs.
const ruleAdopted = "adopted"

// settingGrowth keeps the queue's size at the end of the last periods.
const settingGrowth = "queue_growth"

// connectorsUser is a person by the CRM's id; one who is gone is known by it.
func connectorsUser(people []connectors.User, id string) connectors.User {
	for _, u := range people {
		if u.ID == id || mapping.SalesforceID(u.ID) == mapping.SalesforceID(id) {
			return u
		}
	}
	return connectors.User{ID: id}
}

// overCap tells the heads, once per period, when a type that never waits has
// exceeded its cap.
func (t *turn) overCap() error {
	for _, kind := range []workflows.Type{workflows.Inbound, workflows.Relationship} {
		if _, went := t.went[kind]; !went {
			continue
		}
		for _, full := range t.volume.Exceeded(kind) {
			base := fmt.Sprintf("cap/%s/per_%s/%s", kind, full.Period, full.Start.UTC().Format(time.DateOnly))
			told, err := t.b.tx.Setting(settingTold + base)
			if err != nil {
				return err
			}
			if told != "" {
				continue
			}
			if err := t.b.tx.PutSetting(settingTold+base, t.b.now.Format(time.RFC3339)); err != nil {
				return err
			}
			err = t.b.tellAll(base, workflows.Notice{
				Key: "cap/", To: []workflows.Audience{workflows.ToHeads},
				Title: fmt.Sprintf("More %s handoffs than expected", kind),
				Body:  full.Text + ". They go on: this type never waits.",
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// settingTold remembers what people were told that is about no account.
const settingTold = "told/"

// queueGrowth is the size of the queue at the end of each period.
type queueGrowth struct {
	Period calendar.Period `json:"period"`
	Start  time.Time       `json:"start"`
	Size   int             `json:"size"` // as of the last look in this period
	Past   []int           `json:"past,omitempty"`
}

// growsFor is how many periods in a row the queue must have grown.
const growsFor = 3

// grows tells whether the queue was longer at the end of each of the last
// periods than at the end of the one before.
func (g queueGrowth) grows() bool {
	sizes := append([]int{0}, g.Past...)
	if len(sizes) <= growsFor {
		return false
	}
	for i := len(sizes) - growsFor; i < len(sizes); i++ {
		if sizes[i] <= sizes[i-1] {
			return false
		}
	}
	return true
}

// String proposes what to do.
func (g queueGrowth) String() string {
	return fmt.Sprintf("the queue has grown for %d %ss in a row and stands at %d: more accounts meet the criteria than the limits let through; stricter criteria would keep it short",
		growsFor, g.Period, g.Past[len(g.Past)-1])
}

// growth notes how many accounts a limit keeps waiting.
func (t *turn) growth() error {
	period := t.b.policy.Limits.Longest()
	if period == "" {
		return nil
	}
	var g queueGrowth
	if err := getSetting(t.b.tx, settingGrowth, &g); err != nil {
		return err
	}
	before, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("encoding the growth of the queue: %w", err)
	}
	start, _ := t.b.policy.Calendar.Bounds(period, t.b.now)
	switch {
	case g.Period != period:
		g = queueGrowth{Period: period, Start: start.UTC()}
	case start.After(g.Start):
		g.Past = append(g.Past, g.Size)
		g.Past = g.Past[max(0, len(g.Past)-growsFor-1):]
		g.Start = start.UTC()
		if g.grows() {
			t.b.engine.log.Warn(g.String())
		}
	}
	g.Size = 0
	for _, w := range t.waiting {
		if w.wait.Kind == workflows.WaitsForLimit {
			g.Size++
		}
	}
	after, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("encoding the growth of the queue: %w", err)
	}
	if string(after) == string(before) {
		return nil
	}
	return t.b.tx.PutSetting(settingGrowth, string(after))
}
