package hubspot

import (
	"context"
	"html"
	"regexp"
	"strings"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// markerWord stands before the key in the last line of an activity's text.
const markerWord = "ref:"

// bodyOf is the activity's text as HubSpot shows it, which is HTML. A note has
// no subject of its own, so it stands in the text.
func bodyOf(k kind, a connectors.Activity) string {
	body := a.HTML
	if body == "" {
		body = "<p>" + strings.ReplaceAll(html.EscapeString(a.Text), "\n", "<br>") + "</p>"
	}
	if k.object == connectors.Note && a.Subject != "" {
		body = "<p><strong>" + html.EscapeString(a.Subject) + "</strong></p>" + body
	}
	return body
}

// marker is the line by which an activity is known again.
func marker(key string) string {
	return "<p>" + markerWord + " " + html.EscapeString(normalKey(key)) + "</p>"
}

// normalKey is the key with plain single spaces: an editor may change them.
func normalKey(key string) string { return strings.Join(strings.Fields(key), " ") }

var tag = regexp.MustCompile(`<[^<>]*>`)

// markedKey finds the key in an activity's text, "" if it has none. It is
// lenient about what an editor does to HTML: other tags, entities, spaces. The
// last marker counts, since the text before it may quote anything.
func markedKey(body string) string {
	lines := strings.Split(tag.ReplaceAllString(body, "\n"), "\n")
	for i := len(lines) - 1; i >= 0; i-- {
		words := strings.Fields(html.UnescapeString(lines[i]))
		if len(words) > 1 && words[0] == markerWord {
			return strings.Join(words[1:], " ")
		}
	}
	return ""
}

// survivorsOf tells under which id each company lives now: one that was merged
// away took its activities along. One that is gone keeps its id here.
func (c *Client) survivorsOf(ctx context.Context, companies []string, p transport.Priority) (map[string]string, *refusal) {
	account, _ := kindOf(connectors.Account)
	rows, refused := c.readRows(ctx, account, companies, account.always(), p)
	if refused != nil {
		return nil, refused
	}
	found := byEveryID(rows)
	out := make(map[string]string, len(companies))
	for _, id := range companies {
		out[id] = or(string(found[id].ID), id)
	}
	return out, nil
}

// made finds the activities of ours that the companies have, by key. The
// companies are given as survivorsOf returns them.
func (c *Client) made(ctx context.Context, k kind, companies map[string]string, p transport.Priority) (map[string]string, *refusal) {
	if len(companies) == 0 {
		return nil, nil
	}
	var lives []string
	for _, id := range sortedKeys(companies) {
		lives = append(lives, companies[id])
	}
	links, refused := c.links(ctx, companyPlural, k.plural, unique(lives), p)
	if refused != nil {
		return nil, refused
	}
	seen := make(map[string]bool)
	var ids []string
	for _, company := range sortedKeys(links) {
		for _, l := range links[company] {
			if id := string(l.To); id != "" && !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
	}
	rows, refused := c.readRows(ctx, k, ids, []string{k.body}, p)
	if refused != nil {
		return nil, refused
	}
	out := make(map[string]string)
	for _, r := range rows {
		if key := markedKey(r.text(k.body)); key != "" {
			out[key] = string(r.ID)
		}
	}
	return out, nil
}

// byKeys finds the records whose unique property holds one of the keys. It
// is a read by that property, not a search, so it does not lag.
func (c *Client) byKeys(ctx context.Context, k kind, keys []string, p transport.Priority) (map[string]string, *refusal) {
	name := c.keyProperty(k)
	body := batchRead{Properties: []string{name}, History: []string{}, IDProperty: name}
	for _, key := range keys {
		body.Inputs = append(body.Inputs, inputID{ID: key})
	}
	var reply rowsReply
	call := transport.Call{Endpoint: k.plural + "/batch/read", Priority: p}
	refused := c.post(ctx, call, c.paths.objects(k.plural, "batch", "read"), body, &reply)
	if refused != nil && refused.Class != connectors.Gone {
		return nil, refused.of(k)
	}
	out := make(map[string]string, len(reply.Results))
	for _, r := range reply.Results {
		out[r.text(name)] = string(r.ID)
	}
	return out, nil
}
