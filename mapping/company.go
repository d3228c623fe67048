package mapping

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/unicode/norm"
)

// CompanyName folds a company's name so that two ways to write it compare
// equal: case, accents, punctuation, "&", legal forms at its end, the state of
// incorporation that registers add. What is left is never empty unless the
// name has no letter or digit.
func CompanyName(s string) string {
	words := strings.Fields(foldText(s))
	if len(words) > 1 && words[0] == "the" {
		words = words[1:]
	}
	if n := len(words); n > 1 && words[n-1] == "the" { // "Coca-Cola Company (The)"
		words = words[:n-1]
	}
	for {
		n := legalForm(words)
		if n == 0 || n == len(words) {
			break
		}
		words = words[:len(words)-n]
	}
	if len(words) > 1 && leadingForm(words[0]) {
		words = words[1:]
	}
	if len(words) == 1 {
		words[0] = trimIdeographicForm(words[0])
	}
	return strings.Join(words, " ")
}

// longestForm is how many words the longest legal form has.
const longestForm = 8

// legalForm returns how many words at the end are a legal form, 0 for none.
func legalForm(words []string) int {
	for n := min(longestForm, len(words)); n > 0; n-- {
		if listed(legalForms, strings.Join(words[len(words)-n:], " ")) {
			return n
		}
	}
	return 0
}

// leadingForm tells the forms that stand in front of the name.
func leadingForm(word string) bool {
	switch word {
	case "ооо", "оао", "зао", "пао", "ао", "тов", "uab", "株式会社", "주식회사":
		return true
	}
	return false
}

// trimIdeographicForm takes the form off a name that is written without
// spaces.
func trimIdeographicForm(name string) string {
	runes := []rune(name)
	for n := min(10, len(runes)-1); n > 1; n-- {
		form := string(runes[len(runes)-n:])
		if unicode.Is(unicode.Han, runes[len(runes)-1]) && listed(legalForms, form) {
			return string(runes[:len(runes)-n])
		}
	}
	if rest, ok := strings.CutPrefix(name, "株式会社"); ok && rest != "" {
		return rest
	}
	return name
}

// letters that stand for others where accents are left out. Unicode does not
// take these apart.
func plainLetter(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'ø':
		return "o"
	case 'ł':
		return "l"
	case 'ı':
		return "i"
	case 'đ':
		return "d"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	}
	return ""
}

// foldText leaves lower-case words with one space between them.
func foldText(s string) string {
	var b strings.Builder
	runes := []rune(strings.ToLower(norm.NFKD.String(withoutRegister(strings.TrimSpace(s)))))
	var base rune // what a mark stands on
	for i, r := range runes {
		if unicode.Is(unicode.Mn, r) {
			if !accent(base, r) {
				b.WriteRune(r)
			}
			continue
		}
		base = r
		switch plain := plainLetter(r); {
		case plain != "":
			b.WriteString(plain)
		case r == '&' || r == '+':
			b.WriteString(" and ")
		case r == '.' || r == '\'' || r == '’':
			if between(runes, i) { // 1.1 is not 11
				b.WriteRune(r)
			}
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mc, r):
			b.WriteRune(r)
		default:
			b.WriteByte(' ')
		}
	}
	return joinInitials(norm.NFC.String(b.String()))
}

// accent tells whether a mark may be left out. Only Latin and Greek letters
// are the same with and without; in other scripts a mark makes another letter
// (ハ and バ, и and й), and in many of India and Thailand it is a vowel.
func accent(base, mark rune) bool {
	switch {
	case !unicode.IsLetter(base) && !unicode.Is(unicode.Mc, base), unicode.Is(unicode.Variation_Selector, mark):
		return true // it belongs to no letter, or tells only how to draw one
	case base == 'е' && mark == '\u0308':
		return true // Russian ё, for which е is often written
	}
	return unicode.In(base, unicode.Latin, unicode.Greek)
}

// between tells whether a sign stands between two digits.
func between(runes []rune, i int) bool {
	return i > 0 && i < len(runes)-1 && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1])
}

// withoutRegister cuts what registers put behind a name: "CORP /DE/", "INC/NY".
func withoutRegister(s string) string {
	i := strings.IndexByte(s, '/')
	if i < 1 || len(s)-i < 3 || len(s)-i > 5 || strings.ContainsAny(s[i:], " .") {
		return s
	}
	before := strings.Fields(strings.ToLower(s[:i]))
	if s[i-1] == ' ' || len(before) > 1 && listed(legalForms, before[len(before)-1]) {
		return s[:i]
	}
	return s
}

// joinInitials writes single letters that follow each other as one word, so
// that "A. O. Smith", "A.O. Smith" and "A O Smith" are the same.
func joinInitials(s string) string {
	var out []string
	joined := false
	for _, w := range strings.Fields(s) {
		letter := len([]rune(w)) == 1 && unicode.IsLetter([]rune(w)[0])
		if letter && joined {
			out[len(out)-1] += w
			continue
		}
		out, joined = append(out, w), letter
	}
	return strings.Join(out, " ")
}

// Country folds the name or code of a country to its code; a name that is
// unknown stays as its folded text.
func Country(s string) string {
	folded := foldText(s)
	if folded == "" {
		return ""
	}
	if code, ok := countryNames()[folded]; ok {
		return code
	}
	if len(folded) <= 3 {
		if region, err := language.ParseRegion(strings.ToUpper(folded)); err == nil && region.IsCountry() {
			return region.Canonicalize().String()
		}
	}
	return folded
}

// countryNames are the English names that Unicode has, and those in the
// countries' own main language, by their folded text. Read only.
var countryNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{
		"usa": "US", "united states of america": "US", "us": "US", "america": "US", "uk": "GB", "great britain": "GB", "england": "GB",
		"scotland": "GB", "wales": "GB", "northern ireland": "GB", "holland": "NL", "the netherlands": "NL", "czech republic": "CZ",
		"uae": "AE", "russia": "RU", "russian federation": "RU", "korea": "KR", "republic of korea": "KR", "turkey": "TR", "viet nam": "VN",
		"hong kong": "HK", "macau": "MO", "ivory coast": "CI", "republic of ireland": "IE", "peoples republic of china": "CN",
	}
	english := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for z := 'A'; z <= 'Z'; z++ {
			region, err := language.ParseRegion(string([]rune{a, z}))
			if err != nil || !region.IsCountry() || region.Canonicalize() != region {
				continue
			}
			code := region.String()
			tag, _ := language.Compose(language.Und, region)
			base, _ := tag.Base()
			for _, namer := range []display.Namer{english, display.Regions(language.Make(base.String()))} {
				if namer == nil {
					continue
				}
				if name := foldText(namer.Name(region)); name != "" {
					if _, taken := names[name]; !taken {
						names[name] = code
					}
				}
			}
		}
	}
	return names
})
