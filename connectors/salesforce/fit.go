package salesforce

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"handoffd/connectors"
)

// fit writes a value for a field, or says why the field would not keep it as
// it is (I3). What the field takes may have changed since it was looked up, so
// nothing is refused before a second look. The first error is the value's, the
// second that of the look: without it nobody would notice digits that are cut
// off, while Salesforce refuses everything else by itself.
func (d *delivery) fit(ctx context.Context, from, name string, v connectors.Value) (raw json.RawMessage, misfit, unread error) {
	f, unread := d.field(ctx, from, name, describeLife)
	if unread != nil && fraction(v.Text()) > 0 && v.Kind() == connectors.Number {
		return nil, nil, unread
	}
	if raw, misfit = f.fit(v); misfit == nil {
		return raw, nil, nil
	}
	if again, err := d.field(ctx, from, name, missingLife); err == nil {
		raw, misfit = again.fit(v)
	}
	return raw, misfit, nil
}

// fit is what goes over the wire. A field that is not described takes what
// Salesforce lets it take.
func (f *fieldDescription) fit(v connectors.Value) (json.RawMessage, error) {
	if f == nil {
		return encodeValue(v, kindAny)
	}
	k := kindOf(f.Type)
	raw, err := encodeValue(v, k)
	switch {
	case err != nil || v.IsNull():
		return raw, err
	case k == kindNumber:
		err = f.keeps(v.Text())
	case k == kindText:
		err = f.takes(v.String())
	}
	if err != nil {
		return nil, err
	}
	return raw, nil
}

// keeps refuses a number of which Salesforce would drop digits: it rounds to
// the field's scale without a word, and its numbers are doubles (SOAP API
// Developer Guide, "Primitive Data Types"). A number that it would refuse
// itself is refused here too, since for whole numbers it would not say of
// which field.
func (f *fieldDescription) keeps(text string) error {
	decimals, digits := fraction(text), whole(text)
	integer := f.Type == "int" || f.Type == "long"
	known := integer || f.Precision > 0
	switch {
	case integer && decimals > 0:
		return fmt.Errorf("writing value: the number has %s and the field takes whole numbers", count(decimals, "decimal"))
	case known && decimals > f.Scale:
		return fmt.Errorf("writing value: the number has %s and the field keeps %d: Salesforce would round it", count(decimals, "decimal"), f.Scale)
	case !integer && known && digits > f.Precision-f.Scale:
		return fmt.Errorf("writing value: the number has %s before the point and the field takes %d", count(digits, "digit"), f.Precision-f.Scale)
	case !integer && !double(text):
		return fmt.Errorf("writing value: the number has %s, more than Salesforce keeps exactly", count(digits+decimals, "digit"))
	}
	return nil
}

// takes refuses a text that is too long, several words where an open list would
// take them for one, and a word of which nobody could tell
// whether the record may have it: the API does not hold to dependencies.
// Spaces at the ends are not stored.
func (f *fieldDescription) takes(text string) error {
	if f.ControllerName != "" {
		return fmt.Errorf("writing value: which values the field takes depends on %s, and the API does not hold to it", f.ControllerName)
	}
	if f.Type == "picklist" && strings.Contains(text, ";") && !f.option(text) {
		return fmt.Errorf("writing value: the field holds one value, and there are several")
	}
	if f.Type == "picklist" || f.Type == "multipicklist" || f.Length <= 0 || len(text) <= f.Length {
		return nil
	}
	if n := characters(strings.TrimSpace(text)); n > f.Length {
		return fmt.Errorf("writing value: the text has %s and the field takes %d", count(n, "character"), f.Length)
	}
	return nil
}

// whole and fraction count the digits of a decimal number in canonical form
// before and behind the point.
func whole(text string) int {
	before, _, _ := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if before == "0" {
		return 0
	}
	return len(before)
}

func fraction(text string) int {
	_, behind, _ := strings.Cut(text, ".")
	return len(behind)
}

// double tells whether a decimal number comes back from a double as it was.
func double(text string) bool {
	x, err := strconv.ParseFloat(text, 64)
	return err == nil && strconv.FormatFloat(x, 'f', -1, 64) == text
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
