package yamlpos

import (
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// mask has Print blot out a scalar that holds a secret.
func (f *File) mask(n *yaml.Node) {
	if m, ok := f.src.locate(n); ok {
		f.src.masked = append(f.src.masked, region{m.from, m.end[len(m.end)-1] + 1})
		return
	}
	from := f.src.offset(n.Line, n.Column)
	_, to := f.src.bounds(f.src.lineOf(from))
	f.src.masked = append(f.src.masked, region{from, to})
}

// credential finds what looks like a secret beside its key. It is a second
// net for lines that are shown before anybody could read them as secrets,
// above all in files that do not parse.
var credential = regexp.MustCompile(`(?i)[\w.-]*(?:token|secret|passw|pwd|api_?key|credential|private_?key)[\w.-]*["']?[ \t]*[:=][ \t]*("(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?|[^\s,{}\[\]][^\s,}\]]*)`)

// masksOn returns the regions to blot out on the line [from, to).
func (s *source) masksOn(from, to int) []region {
	var out []region
	for _, m := range s.masked {
		if m.from < to && m.to > from {
			out = append(out, m)
		}
	}
	line := s.text[from:to]
	for _, m := range credential.FindAllStringSubmatchIndex(line, -1) {
		value := strings.Trim(line[m[2]:m[3]], `"'`)
		if !strings.HasPrefix(value, "${") && !strings.HasPrefix(value, "file:") {
			out = append(out, region{from + m[2], from + m[3]})
		}
	}
	return out
}
