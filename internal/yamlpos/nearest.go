package yamlpos

import (
	"strings"
	"unicode"
)

// Nearest returns the candidate that was probably meant by word, "" if none is
// close. Case, dashes, spaces and underscores do not count; a prefix or one
// slip in three letters is close. Of equally close ones the first wins.
func Nearest(word string, candidates []string) string {
	want := fold(word)
	if want == "" {
		return ""
	}
	best, bestDistance := "", 1000
	for _, candidate := range candidates {
		d, ok := closeness(want, fold(candidate))
		if ok && d < bestDistance && candidate != word {
			best, bestDistance = candidate, d
		}
	}
	return best
}

// closeness is 0 for the same letters; smaller is closer.
func closeness(want, have string) (distance int, ok bool) {
	if want == have {
		return 0, true
	}
	a, b := []rune(want), []rune(have)
	if len(a) > 64 || len(b) > 64 {
		return 0, false
	}
	d := editDistance(a, b)
	switch {
	case d <= max(1, min(len(a), len(b))/3) && min(len(a), len(b)) > 1:
		return d, true
	case len(a) >= 3 && strings.HasPrefix(have, want), len(b) >= 3 && strings.HasPrefix(want, have):
		return 100 + d, true
	default:
		return 0, false
	}
}

func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || unicode.IsSpace(r) || !unicode.IsGraphic(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// editDistance counts insertions, deletions, replacements and swaps of
// neighbours (optimal string alignment).
func editDistance(a, b []rune) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
