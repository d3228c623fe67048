package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// EraseStored takes a person out of an account's stored form: every field in
// which one of the words stands, on either side, is forgotten as if it had
// never been read, so that nothing is written for it until both sides have
// been read again. What the account itself is called stays, and so does
// everything else, as it was.
func EraseStored(doc []byte, words []string) (out []byte, changed bool, err error) {
	e := eraser{gone: map[string]bool{}}
	for _, w := range words {
		if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
			e.words = append(e.words, w)
		}
	}
	if len(doc) == 0 || len(e.words) == 0 {
		return doc, false, nil
	}
	top, err := e.read(doc)
	if err != nil {
		return nil, false, err
	}
	if len(e.gone) == 0 && !e.unkeyed {
		return doc, false, nil
	}
	for _, fields := range e.fields {
		for name := range e.gone {
			delete(fields, name)
		}
	}
	if out, err = json.Marshal(top); err != nil {
		return nil, false, fmt.Errorf("erasing from an account: %w", err)
	}
	return out, true, nil
}

// eraser finds the fields that are to go.
type eraser struct {
	words []string
	gone  map[string]bool
	// fields are the objects of the stored form whose keys are field names.
	fields []map[string]json.RawMessage
	// unkeyed: something that the account was matched by is gone.
	unkeyed bool
}

// read takes the stored form apart as far as to the fields, which stay as they
// are written.
func (e *eraser) read(doc []byte) (top map[string]any, err error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(doc, &raw); err != nil {
		return nil, fmt.Errorf("erasing from an account: %w", err)
	}
	top = make(map[string]any, len(raw))
	for key, part := range raw {
		top[key] = part
		switch key {
		case "own":
			top[key], err = e.find(part)
		case viewNames[SalesforceSide], viewNames[HubSpotSide]:
			top[key], err = e.view(part)
		}
		if err != nil {
			return nil, err
		}
	}
	return top, nil
}

func (e *eraser) view(part json.RawMessage) (any, error) {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(part, &raw); err != nil {
		return nil, fmt.Errorf("erasing from a record: %w", err)
	}
	view := make(map[string]any, len(raw))
	for key, inner := range raw {
		var err error
		switch view[key] = inner; key {
		case "cells":
			view[key], err = e.find(inner)
		case "keys":
			view[key], err = e.unkey(inner)
		}
		if err != nil {
			return nil, err
		}
	}
	return view, nil
}

// find notes the fields that are to go.
func (e *eraser) find(part json.RawMessage) (map[string]json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(part, &fields); err != nil {
		return nil, fmt.Errorf("erasing from fields: %w", err)
	}
	e.fields = append(e.fields, fields)
	for name, text := range fields {
		if name != NameField && name != DomainField && e.stands(text) {
			e.gone[name] = true
		}
	}
	return fields, nil
}

// unkey takes out addresses that a record is matched by. A name there is the
// account's.
func (e *eraser) unkey(part json.RawMessage) (map[string]json.RawMessage, error) {
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(part, &keys); err != nil {
		return nil, fmt.Errorf("erasing from match keys: %w", err)
	}
	for rule, text := range keys {
		if bytes.ContainsRune(text, '@') && e.stands(text) {
			delete(keys, rule)
			e.unkeyed = true
		}
	}
	return keys, nil
}

// stands tells whether a word stands in any text of a JSON value.
func (e *eraser) stands(value []byte) bool {
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		text, ok := token.(string)
		if !ok {
			continue
		}
		text = strings.ToLower(text)
		for _, w := range e.words {
			if strings.Contains(text, w) {
				return true
			}
		}
	}
}
