package scenario

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Print shows how a scenario went: a line if all is well, else every failure
// with what was expected, what was seen, and why. With a story, that as well.
func (r *Result) Print(w io.Writer) error {
	verdict := "ok  "
	if !r.Passed() {
		verdict = "FAIL"
	}
	if err := r.printStory(w); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s %s: %s (%s, %s)\n", verdict, r.File, r.Name, plural(r.Checks, "check"), lasted(r.Played)); err != nil {
		return err
	}
	for _, f := range r.Failures {
		if err := f.print(w); err != nil {
			return err
		}
	}
	return nil
}

func (f Failure) print(w io.Writer) error {
	_, err := fmt.Fprintf(w, "  %s:%d:%d: %s (%s)\n    %s\n      expected %s\n      seen     %s\n",
		f.File, f.Line, f.Col, f.Written, f.At.Format("Mon 2 Jan 2006 15:04"), f.What, line(f.Expected), line(f.Seen))
	for _, why := range f.Why {
		if err == nil {
			_, err = fmt.Fprintf(w, "      %s%s\n", why[:len(why)-len(strings.TrimLeft(why, " "))], line(why))
		}
	}
	return err
}

// printStory shows what happened, in order.
func (r *Result) printStory(w io.Writer) error {
	if len(r.Story) == 0 {
		return nil
	}
	if _, err := fmt.Fprintf(w, "== %s: %s\n", r.File, r.Name); err != nil {
		return err
	}
	day := ""
	for _, l := range r.Story {
		if today := l.At.Format("Mon 2 Jan 2006"); today != day {
			day = today
			if _, err := fmt.Fprintln(w, day); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, "  %s  %-7s  %s\n", l.At.Format("15:04"), l.Who, line(l.Text)); err != nil {
			return err
		}
	}
	return nil
}

// lineMost is how much of a text is shown.
const lineMost = 400

func line(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > lineMost {
		return string(r[:lineMost]) + "…"
	}
	return s
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// lasted says how much time a story takes.
func lasted(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return plural(int(d/day), "day")
	case d >= 2*time.Hour:
		return plural(int(d/time.Hour), "hour")
	}
	return plural(int(d/time.Minute), "minute")
}
