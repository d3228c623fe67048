package workflows

import (
	"time"

	"handoffd/internal/yamlpos"
)

// Rhythm is the time from one contact to the next; zero is a month of the
// calendar, of whatever length.
type Rhythm time.Duration

// month is how a Rhythm of a month is written.
const month = "month"

// String says it in words.
func (r Rhythm) String() string {
	if r == 0 {
		return "a " + month
	}
	return yamlpos.FormatDuration(time.Duration(r))
}

// after is when the next contact is due.
func (p *Policy) after(t time.Time, r Rhythm) time.Time {
	if r == 0 {
		return p.monthsAfter(t, 1)
	}
	return t.Add(time.Duration(r))
}

// rhythm reads "month", or a time such as 30d.
func (k *compiler) rhythm(n yamlpos.Node, dst *Rhythm) {
	if !n.OK() {
		return
	}
	d, err := yamlpos.ParseDuration(n.Raw())
	switch {
	case n.Raw() == month:
		*dst = 0
	case err != nil || d < day:
		n.Errorf(yamlpos.CheckValue, "%q is no time between contacts: write month, or a time of a day or more, such as 30d", n.Raw())
	default:
		*dst = Rhythm(d)
	}
}
