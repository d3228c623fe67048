package mapping

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"handoffd/connectors"
)

// reader walks over JSON objects without building them. The first fault ends
// it: everything after reads as nothing, and finish returns the fault.
type reader struct {
	data  []byte
	at    int
	last  []byte // the name of the member that is read
	first bool   // nothing has been read of the object that was entered
	fault bool
	only  []bool // the slots whose cells are wanted, nil for all
}

var errStored = errors.New("the stored form is damaged")

func (r *reader) fail() {
	r.fault = true
	r.at = len(r.data)
}

// finish tells whether everything was well formed and read.
func (r *reader) finish() error {
	if r.peek() != 0 || r.fault {
		return errStored
	}
	return nil
}

// peek returns the next byte that is no space, 0 at the end.
func (r *reader) peek() byte {
	for ; r.at < len(r.data); r.at++ {
		switch c := r.data[r.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (r *reader) take(c byte) bool {
	if r.peek() != c || c == 0 {
		return false
	}
	r.at++
	return true
}

func (r *reader) need(c byte) {
	if !r.take(c) {
		r.fail()
	}
}

// enter goes into an object.
func (r *reader) enter() {
	r.need('{')
	r.first = true
}

// more tells whether another member follows in the object, and goes to it; at
// the end it leaves the object.
func (r *reader) more() bool {
	if r.fault || r.take('}') {
		r.first = false
		return false
	}
	if !r.first {
		r.need(',')
	}
	r.first = false
	return !r.fault
}

// name reads a member's name.
func (r *reader) name() []byte {
	raw := r.rawString()
	if bytes.IndexByte(raw, '\\') >= 0 {
		raw = []byte(r.unescape(raw))
	}
	r.need(':')
	r.last = raw
	return raw
}

func (r *reader) word(w string) bool {
	r.peek()
	if len(r.data)-r.at >= len(w) && string(r.data[r.at:r.at+len(w)]) == w {
		r.at += len(w)
		return true
	}
	return false
}

func (r *reader) null() bool { return r.word("null") }

func (r *reader) bool() bool {
	if r.word("true") {
		return true
	}
	if !r.word("false") {
		r.fail()
	}
	return false
}

// rawString reads a string and returns what stands between its quotes.
func (r *reader) rawString() []byte {
	r.need('"')
	for from := r.at; ; {
		i := bytes.IndexByte(r.data[r.at:], '"')
		if i < 0 {
			r.fail()
			return nil
		}
		end := r.at + i
		r.at = end + 1
		raw := r.data[from:end]
		if len(raw) == 0 || raw[len(raw)-1] != '\\' || (len(raw)-len(bytes.TrimRight(raw, `\`)))%2 == 0 {
			return raw
		}
	}
}

func (r *reader) string() string {
	raw := r.rawString()
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw)
	}
	return r.unescape(raw)
}

func (r *reader) unescape(raw []byte) (s string) {
	if err := json.Unmarshal(append(append([]byte{'"'}, raw...), '"'), &s); err != nil {
		r.fail()
	}
	return s
}

// number reads a number's text.
func (r *reader) number() []byte {
	r.peek()
	from := r.at
	for r.at < len(r.data) {
		c := r.data[r.at]
		if (c < '0' || c > '9') && c != '-' && c != '+' && c != '.' && c != 'e' && c != 'E' {
			break
		}
		r.at++
	}
	return r.data[from:r.at]
}

// int reads a whole number. Most are times, and are read here for speed.
func (r *reader) int() (n int64) {
	text := r.number()
	if len(text) == 0 || len(text) > digitsOfInt {
		return r.anyInt(text)
	}
	for _, c := range text {
		if c < '0' || c > '9' {
			return r.anyInt(text)
		}
		n = n*10 + int64(c-'0')
	}
	return n
}

// digitsOfInt is how many digits always fit into an int64.
const digitsOfInt = 18

func (r *reader) anyInt(text []byte) int64 {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		r.fail()
	}
	return n
}

// value reads what writer.value writes.
func (r *reader) value() connectors.Value {
	switch r.peek() {
	case '"':
		return connectors.TextValue(r.string())
	case 't', 'f':
		return connectors.BoolValue(r.bool())
	case '{':
		return r.time()
	case 'n':
		if !r.null() {
			r.fail()
		}
		return connectors.Value{}
	}
	v, err := connectors.NumberValue(string(r.number()))
	if err != nil {
		r.fail()
	}
	return v
}

func (r *reader) time() (v connectors.Value) {
	for r.enter(); r.more(); {
		if string(r.name()) != "time" {
			r.skip()
			continue
		}
		t, err := time.Parse(time.RFC3339Nano, r.string())
		if err != nil {
			r.fail()
		}
		v = connectors.TimeValue(t)
	}
	return v
}

// texts reads an object of strings.
func (r *reader) texts() map[string]string {
	out := map[string]string{}
	for r.enter(); r.more(); {
		name := string(r.name())
		out[name] = r.string()
	}
	return out
}

// skip passes over a value of a name that is not known.
func (r *reader) skip() {
	dec := json.NewDecoder(bytes.NewReader(r.data[r.at:]))
	var raw json.RawMessage
	if err := dec.Decode(&raw); err != nil {
		r.fail()
		return
	}
	r.at += int(dec.InputOffset())
}

// pass is skip for an object that nobody looks at now. It is quick, since it
// looks for no more than the object's end.
func (r *reader) pass() {
	r.need('{')
	for depth := 1; depth > 0 && !r.fault; {
		i := bytes.IndexAny(r.data[r.at:], `"{}`)
		if i < 0 {
			r.fail()
			return
		}
		switch r.at += i; r.data[r.at] {
		case '"':
			r.rawString()
			continue
		case '{':
			depth++
		case '}':
			depth--
		}
		r.at++
	}
}
