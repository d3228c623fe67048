package yamlpos

import (
	"fmt"
	"strings"
	"unicode"
)

// cells is how many columns of a terminal a character takes.
func cells(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case wide(r):
		return 2
	default:
		return 1
	}
}

// wide covers the blocks that are East Asian Wide or Fullwidth in Unicode
// Standard Annex #11, and the pictographs that terminals draw in two columns.
func wide(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x115F, // Hangul Jamo
		r >= 0x2E80 && r <= 0x303E,   // CJK radicals, punctuation
		r >= 0x3041 && r <= 0xA4CF,   // Kana, CJK ideographs, Yi
		r >= 0xA960 && r <= 0xA97C,   // Hangul Jamo Extended-A
		r >= 0xAC00 && r <= 0xD7A3,   // Hangul syllables
		r >= 0xF900 && r <= 0xFAFF,   // CJK compatibility ideographs
		r >= 0xFE30 && r <= 0xFE6F,   // CJK compatibility forms
		r >= 0xFF00 && r <= 0xFF60,   // fullwidth forms
		r >= 0xFFE0 && r <= 0xFFE6,   // fullwidth signs
		r >= 0x1F300 && r <= 0x1F64F, // pictographs, emoticons
		r >= 0x1F680 && r <= 0x1F6FF, // transport
		r >= 0x1F900 && r <= 0x1FAFF, // more pictographs
		r >= 0x20000 && r <= 0x3FFFD: // CJK extensions
		return true
	default:
		return false
	}
}

// escape makes a text safe for a terminal and a log: control characters and
// those that change the direction of writing are shown as escapes, and so is
// what is not UTF-8. It keeps the text on one line.
func escape(s string) string {
	if !strings.ContainsFunc(s, hidden) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		if hidden(r) {
			b.WriteString(shown(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden tells whether a character must not reach a terminal as it is.
func hidden(r rune) bool {
	return unicode.IsControl(r) || r == 0x2028 || r == 0x2029 ||
		unicode.Is(unicode.Bidi_Control, r) || r == 0xFEFF || r == 0x200B
}

func shown(r rune) string {
	if r > 0xFFFF {
		return fmt.Sprintf(`\U%08X`, r)
	}
	return fmt.Sprintf(`\u%04X`, r)
}
