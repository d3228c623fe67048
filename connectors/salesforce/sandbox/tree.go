package sandbox

import (
	"net/http"
	"strings"

	"handoffd/connectors/salesforce/sandbox/org"
)

const maxTreeDepth = 5 // levels (REST API Developer Guide, "sObject Tree")

type treeResult struct {
	Ref    string     `json:"referenceId"`
	ID     string     `json:"id,omitempty"`
	Errors []rowFault `json:"errors,omitempty"`
}

// planter saves the records of one tree request.
type planter struct {
	call    *call
	tx      *org.Tx
	refs    map[string]bool
	results []treeResult
	faults  []treeResult
	count   int
}

// tree serves POST /composite/tree/{Object}: records with their children, all
// or nothing.
func (c *call) tree() reply {
	obj := c.s.org.Object(c.segments[2])
	if obj == nil || obj.ToolingOnly() {
		return notFound()
	}
	body, bad := c.bodyObject()
	if bad != nil {
		return *bad
	}
	records := body.list("records")
	if len(records) == 0 {
		return refused(http.StatusBadRequest, "INVALID_INPUT", "No records given")
	}
	p := &planter{call: c, tx: c.begin(), refs: map[string]bool{}}
	mark := p.tx.Mark()
	for _, v := range records {
		r, _ := v.(object)
		p.plant(obj, r, nil, 0, 1)
	}
	type result struct {
		HasErrors bool         `json:"hasErrors"`
		Results   []treeResult `json:"results"`
	}
	if p.count > maxCollection {
		p.tx.Rollback(mark)
		return refused(http.StatusBadRequest, "LIMIT_EXCEEDED", "The request holds more than 200 records")
	}
	if len(p.faults) > 0 {
		p.tx.Rollback(mark)
		return answer(http.StatusBadRequest, result{true, p.faults})
	}
	return answer(http.StatusCreated, result{false, p.results})
}

// plant saves one record and then its children.
func (p *planter) plant(obj *org.Object, r object, link *org.Field, parent org.ID, depth int) {
	p.count++
	attributes, _ := r.object("attributes")
	ref := attributes.text("referenceId")
	fail := func(code, message string) {
		p.faults = append(p.faults, treeResult{Ref: ref, Errors: []rowFault{{Code: code, Message: message, Fields: []string{}}}})
	}
	switch {
	case !strings.EqualFold(attributes.text("type"), obj.Name):
		fail("INVALID_INPUT", "Record type "+attributes.text("type")+" does not match "+obj.Name)
		return
	case ref == "" || p.refs[ref]:
		fail("INVALID_INPUT", "Each record needs a unique attributes.referenceId")
		return
	case depth > maxTreeDepth:
		fail("LIMIT_EXCEEDED", "Trees can have 5 levels at most")
		return
	}
	p.refs[ref] = true
	var own []org.Input
	type branch struct {
		link    *org.Field
		records []any
	}
	var branches []branch
	for _, m := range r {
		child := p.call.s.org.ChildField(obj, m.key)
		if nested, ok := m.value.(object); ok && child != nil {
			branches = append(branches, branch{child, nested.list("records")})
			continue
		}
		own = append(own, inputs(object{m})...)
	}
	if link != nil {
		own = append(own, org.Input{Name: link.Name, Value: parent})
	}
	id, err := p.tx.Insert(obj, own)
	if err != nil {
		p.faults = append(p.faults, treeResult{Ref: ref, Errors: []rowFault{newRowFault(err)}})
		return
	}
	p.results = append(p.results, treeResult{Ref: ref, ID: id.String()})
	for _, b := range branches {
		for _, v := range b.records {
			record, _ := v.(object)
			p.plant(b.link.Object(), record, b.link, id, depth+1)
		}
	}
}
