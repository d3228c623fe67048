package channels

import (
	"html"
	"html/template"
	"strings"
	"time"
	"unicode"

	"handoffd/internal/engine"
)

// oneLine joins a text into one line without control characters, so that no
// account's name can begin a header of its own.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		case !unicode.IsPrint(r): // also what turns the direction of writing
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// plain keeps the lines of a text and drops other control characters.
func plain(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		if unicode.IsSpace(r) {
			return ' '
		}
		return -1
	}, s)
}

// footer says where a message comes from and what it is about.
func footer(m engine.Message) string {
	text := "Sent by handoffd"
	if m.Account != "" {
		text += " about account " + oneLine(m.Account)
	}
	if !m.Due.IsZero() {
		text += "; due " + m.Due.UTC().Format(time.RFC1123)
	}
	return text + "."
}

// pageEnd is where a whole page ends.
const pageEnd = "</body>"

// page is the form of a mail. All that it shows is escaped by the template;
// only a report brings HTML of its own, which its maker has escaped.
var page = template.Must(template.New("mail").Parse(`<!DOCTYPE html>
<html><body style="font-family: sans-serif; color: #222">
<h3 style="margin-bottom: 0.3em">{{.Title}}</h3>
{{if .Form}}{{.Form}}{{else}}<p style="white-space: pre-wrap">{{.Body}}</p>{{end}}
<p style="color: #777; font-size: smaller">{{.Footer}}</p>
</body></html>
`))

// mailHTML is a message as a mail shows it. A report that is a whole page stays
// one: a page inside of a page is no HTML.
func mailHTML(m engine.Message) (string, error) {
	if above, below, whole := strings.Cut(m.HTML, pageEnd); whole {
		return above + `<p style="color: #777; font-size: smaller">` + html.EscapeString(footer(m)) + "</p>\n" + pageEnd + below, nil
	}
	var b strings.Builder
	err := page.Execute(&b, struct {
		Title, Body, Footer string
		Form                template.HTML
	}{oneLine(m.Title), plain(m.Body), footer(m), template.HTML(m.HTML)})
	return b.String(), err
}
