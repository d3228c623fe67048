package yamlpos

import (
	"fmt"
	"unicode/utf8"
)

// MaxSize is the most bytes that a file may have. It is far above any config
// written by people and keeps a wrong path from being read into memory.
const MaxSize = 1 << 20

// maxBadRunes is how many bad characters of a file are reported.
const maxBadRunes = 10

// checkBytes reports text that yaml.v3 would refuse without a position, and
// line breaks that it counts but editors do not. It tells whether parsing
// makes sense.
func (s *source) checkBytes(c *Collector) bool {
	if len(s.text) > MaxSize {
		c.Errorf(Pos{File: s.name}, CheckSize, "the file has %d bytes, more than the %d that a config may have", len(s.text), MaxSize)
		return false
	}
	bad := 0
	for i := 0; i < len(s.text); {
		r, size := utf8.DecodeRuneInString(s.text[i:])
		if message := badRune(s.text, i, r, size); message != "" {
			c.Errorf(s.pos(i), CheckEncoding, "%s", message)
			if bad++; r == utf8.RuneError || bad == maxBadRunes {
				return false // not a text, or in another encoding
			}
		}
		i += size
	}
	return bad == 0
}

// badRune says what is wrong with the character at offset i, "" if nothing.
// The set of allowed characters is that of the YAML specification, section
// 5.1, less the line breaks of YAML 1.1.
func badRune(text string, i int, r rune, size int) string {
	switch {
	case r == utf8.RuneError && size == 1:
		if i < 2 && (text[i] == 0xFF || text[i] == 0xFE) {
			return "the file is in UTF-16; save it as UTF-8"
		}
		return fmt.Sprintf("byte 0x%02X is not UTF-8; save the file as UTF-8", text[i])
	case r == '\r' && (i+1 >= len(text) || text[i+1] != '\n'):
		return "a carriage return without a line feed; save the file with Unix or Windows line ends"
	case r == 0x85 || r == 0x2028 || r == 0x2029:
		return fmt.Sprintf("invisible line break U+%04X; delete it, or write it as an escape in double quotes", r)
	case r == 0 && i%2 == 1:
		return "NUL character; is the file in UTF-16? save it as UTF-8"
	case r < 0x20 && r != '\t' && r != '\n' && r != '\r', r >= 0x7F && r < 0xA0:
		return fmt.Sprintf("control character U+%04X; delete it, or write it as an escape in double quotes", r)
	case r == 0xFEFF || r == 0xFFFE || r == 0xFFFF:
		return fmt.Sprintf("invisible character U+%04X; delete it", r)
	default:
		return ""
	}
}
