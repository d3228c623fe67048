package workflows

import (
	"fmt"
	"unicode/utf16"
)

// fitsCRMs tells whether both CRMs take a summary. They count characters as
// JavaScript and Java do: a rare one counts twice.
func fitsCRMs(text string) bool { return units(text) <= MaxSummary && units(HTML(text)) <= MaxHTML }

func units(s string) (n int) {
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// shorten makes the sections of a page shorter until both CRMs take it, those
// first that a seller misses least, and visibly: recent activity, other people,
// news, CRM notes, technology, decision-makers, the signals, the approach. What
// is still too long, because the team's own template is, is cut at its end.
func (p *Policy) shorten(page *Page) (string, error) {
	text := ""
	for _, cut := range cuts(page) {
		for cut() {
			var err error
			if text, err = p.write(page); err != nil || fitsCRMs(text) {
				return text, err
			}
		}
	}
	text, err := p.write(page)
	runes := []rune(text)
	for n := len(runes); !fitsCRMs(text); n -= n/20 + 1 {
		text = fmt.Sprintf("%s…\n(%d more characters)\n", string(runes[:n]), len(runes)-n)
	}
	return text, err
}

// cuts lists the ways to make a page shorter, in their order. Each halves its
// section, and returns false when there is nothing left of it.
func cuts(page *Page) []func() bool {
	return []func() bool{
		cutList(&page.Activity),
		func() bool {
			if len(page.Stakeholders) == 0 {
				return false
			}
			page.people(len(page.Stakeholders) / 2)
			return true
		},
		cutText(&page.News), cutText(&page.Notes), cutText(&page.Technology), cutText(&page.DecisionMakers),
		cutList(&page.Signals), cutText(&page.Approach),
	}
}

func cutList(list *[]string) func() bool {
	full := *list
	keep := len(full)
	return func() bool {
		if keep == 0 {
			return false
		}
		keep /= 2
		*list = few(full, keep)
		return true
	}
}

func cutText(s *string) func() bool {
	full := []rune(*s)
	keep := len(full)
	return func() bool {
		if keep < 2 {
			return false
		}
		keep /= 2
		*s = fmt.Sprintf("%s… (%d more characters)", string(full[:keep]), len(full)-keep)
		return true
	}
}
