package engine_test

import (
	"encoding/json"
	"fmt"
	"os"

	"handoffd/connectors"
	"handoffd/mapping"
)

var trail = map[string][]string{}

func (c *crm) note(r connectors.Record) {
	if r.Ref.Object == connectors.Account {
		s := r.Fields["Status__c"].String()
		if c.system == connectors.HubSpot {
			s = r.Fields["status"].String()
		}
		k := r.Ref.String()
		trail[k] = append(trail[k], fmt.Sprintf("%s %s", c.clock.Now().Format("01-02 15:04:05"), s))
	}
}

func (y *yearWatch) dump(name string) {
	if os.Getenv("YEAR_DUMP") == "" {
		return
	}
	m := compilePolicy(y.w.h).Mapping
	rows, _ := everyAccount(y.w.h)
	for _, r := range rows {
		if r.Name != name {
			continue
		}
		a, err := m.Decode(r.ID, r.Doc)
		if err != nil {
			fmt.Println(err)
			continue
		}
		f := m.Field("status")
		fmt.Println("OWN", a.Own[f.Slot])
		for _, s := range mapping.Sides() {
			if v := a.Views[s]; v != nil {
				fmt.Printf("CELL %v %+v\n", s, v.Cells[f.Slot])
				t := trail["x"]
				ref, _ := a.Ref(s)
				t = trail[ref.String()]
				for _, l := range t[max(0, len(t)-14):] {
					fmt.Println("   ", l)
				}
			}
		}
		fmt.Println("LIFE", string(r.Life))
		for _, c := range []*crm{y.w.h.sf, y.w.h.hs} {
			for _, w := range c.writes {
				id, _ := a.Ref(mapping.SideOf(c.system))
				if w.Ref == id && (w.Fields["status"].String() != "" || w.Fields["Status__c"].String() != "") && w.Op == connectors.Update {
					d, _ := json.Marshal(w.Fields)
					fmt.Println("W", w.Key, string(d))
				}
			}
		}
	}
}
