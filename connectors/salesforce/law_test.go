package salesforce_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"handoffd/connectors"
	"handoffd/connectors/salesforce"
	"handoffd/connectors/salesforce/sandbox"
)

// TestSandboxNothingIsEverLost is the reader's law: whatever happens in the
// org (saves that commit late, deletes, merges, purges, undeletes), whatever
// goes wrong on the wire, whenever the process is killed between a page and
// its commit, in the end the reader holds what the org holds.
func TestSandboxNothingIsEverLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, true, func(cfg *salesforce.Config) { cfg.Where = "Type != 'Partner'" })
		p := &play{world: w, rt: rt, r: w.reader(connectors.Account)}
		for range 5 {
			p.ids = append(p.ids, w.insert("Account", map[string]any{"Name": "a"}))
		}
		w.clock.Advance(time.Hour)
		steps := rapid.SliceOfN(rapid.SampledFrom([]string{
			"save", "save", "save", "late", "partner", "delete", "undelete", "purge", "merge", "poll", "poll", "poll", "lost page", "restart", "wait", "fault",
		}), 10, 60).Draw(rt, "steps")
		for i, step := range steps {
			p.do(step, i)
		}
		w.org.RemoveFaults("")
		for range 16 {
			w.clock.Advance(6 * time.Minute)
			p.try()
		}
		p.compare()
	})
}

type play struct {
	*world
	rt      *rapid.T
	r       *reader
	ids     []string
	deleted []string
}

func (p *play) pick(from []string) string {
	if len(from) == 0 {
		return ""
	}
	return rapid.SampledFrom(from).Draw(p.rt, "id")
}

// do makes one step. What the org refuses (deleting twice, say) is no step.
func (p *play) do(step string, i int) {
	seconds := rapid.IntRange(0, 120).Draw(p.rt, "seconds")
	p.clock.Advance(time.Duration(seconds) * time.Second)
	id := p.pick(p.ids)
	switch step {
	case "save":
		_ = p.org.Update(id, map[string]any{"Status__c": fmt.Sprint(i)})
	case "late":
		p.saveLate(id, i)
	case "partner":
		_ = p.org.Update(id, map[string]any{"Type": rapid.SampledFrom([]string{"Partner", "Prospect"}).Draw(p.rt, "type")})
	case "delete":
		if p.org.Delete(id) == nil {
			p.deleted = append(p.deleted, id)
		}
	case "undelete":
		_ = p.org.Undelete(p.pick(p.deleted))
	case "purge":
		_ = p.org.Purge(p.pick(p.deleted))
	case "merge":
		if other := p.pick(p.ids); other != id && p.org.Merge("Account", id, other) == nil {
			p.deleted = append(p.deleted, other)
		}
	case "poll":
		p.try()
	case "lost page":
		// Read, and die before anything is committed.
		_, _ = p.r.c.Read(p.t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: p.r.cursor}})
	case "restart":
		p.r.c = p.connect(func(cfg *salesforce.Config) { cfg.Where = "Type != 'Partner'" })
	case "wait":
		p.clock.Advance(7 * time.Minute)
	case "fault":
		action := rapid.SampledFrom([]string{"drop_before", "drop_after", "html_body", "expired_token", "truncated_body", "malformed_body", "status"}).Draw(p.rt, "fault")
		p.fault(sandbox.Fault{Action: action, Count: rapid.IntRange(1, 6).Draw(p.rt, "count")})
	}
}

// saveLate writes through the API with a commit that comes minutes later.
func (p *play) saveLate(id string, i int) {
	delay := time.Duration(rapid.IntRange(1, 600).Draw(p.rt, "delay")) * time.Second
	p.fault(sandbox.Fault{ID: fmt.Sprint("late", i), Action: "late_commit", Delay: delay.String(), Path: "composite/sobjects"})
	p.connect(nil).Write(p.t.Context(), []connectors.Write{{
		Key: fmt.Sprint(i), Op: connectors.Update, Ref: connectors.Ref{Object: connectors.Account, ID: id},
		Fields: map[string]connectors.Value{"Status__c": connectors.TextValue(fmt.Sprint("late", i))},
	}})
	p.org.RemoveFaults(fmt.Sprint("late", i))
}

// try polls once; on a failure it goes on with the last committed cursor.
func (p *play) try() {
	for range 100 {
		pages, err := p.r.c.Read(p.t.Context(), []connectors.ReadRequest{{Object: connectors.Account, Cursor: p.r.cursor}})
		if err != nil || pages[0].Err != nil {
			return
		}
		for _, row := range pages[0].Records {
			p.r.rows[row.Ref.ID] = row
		}
		p.r.cursor = pages[0].Next
		if !pages[0].More {
			return
		}
	}
	p.rt.Fatal("reading never ends")
}

func (p *play) compare() {
	for _, id := range p.ids {
		row, known := p.r.rows[id]
		fields, alive := p.org.Get(id)
		switch {
		case !alive:
			if known && !row.Deleted && !row.OutOfScope {
				p.rt.Errorf("%s is gone, the reader has %+v", id, row)
			}
		case fields["Type"] == "Partner":
			if known && !row.OutOfScope {
				p.rt.Errorf("%s is out of scope, the reader has %+v", id, row)
			}
		case !known || row.Deleted || row.OutOfScope || row.Fields["Status__c"].Text() != fields["Status__c"]:
			p.rt.Errorf("%s is %v, the reader has %+v", id, fields, row)
		}
	}
}
