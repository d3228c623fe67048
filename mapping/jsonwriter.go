package mapping

import (
	"strconv"
	"time"
	"unicode/utf8"

	"handoffd/connectors"
)

// writer appends JSON. It writes what encoding/json would read back the same.
type writer struct {
	buf []byte
}

func (w *writer) open() { w.buf = append(w.buf, '{') }
func (w *writer) end()  { w.buf = append(w.buf, '}') }

// key begins a member of the object that is open.
func (w *writer) key(name string) {
	if w.buf[len(w.buf)-1] != '{' {
		w.buf = append(w.buf, ',')
	}
	w.string(name)
	w.buf = append(w.buf, ':')
}

func (w *writer) text(name, s string) {
	if s != "" {
		w.key(name)
		w.string(s)
	}
}

func (w *writer) int(name string, n int64) {
	if n != 0 {
		w.key(name)
		w.buf = strconv.AppendInt(w.buf, n, 10)
	}
}

func (w *writer) flag(name string, b bool) {
	if b {
		w.key(name)
		w.buf = append(w.buf, "true"...)
	}
}

// value writes what Value.MarshalJSON does.
func (w *writer) value(name string, v connectors.Value) {
	w.key(name)
	switch v.Kind() {
	case connectors.Bool:
		w.buf = strconv.AppendBool(w.buf, v.Bool())
	case connectors.Number:
		w.buf = append(w.buf, v.Text()...)
	case connectors.Text:
		w.string(v.Text())
	case connectors.Time:
		w.buf = append(w.buf, `{"time":"`...)
		w.buf = v.Time().AppendFormat(w.buf, time.RFC3339Nano)
		w.buf = append(w.buf, `"}`...)
	default:
		w.buf = append(w.buf, "null"...)
	}
}

const hexDigits = "0123456789abcdef"

// string writes s in quotes; what is not UTF-8 becomes U+FFFD.
func (w *writer) string(s string) {
	w.buf = append(w.buf, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				w.buf = append(append(w.buf, s[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += size
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			w.buf = append(w.buf, s[from:i]...)
			if c < ' ' {
				w.buf = append(w.buf, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			} else {
				w.buf = append(w.buf, '\\', c)
			}
			from = i + 1
		}
		i++
	}
	w.buf = append(append(w.buf, s[from:]...), '"')
}
