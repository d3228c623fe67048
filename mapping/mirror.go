package mapping

import (
	"strings"
	"time"
	"unicode"

	"handoffd/connectors"
)

// How far apart two CRMs may date one activity: one that both call the same,
// and one of which a side has no subject.
const (
	mirrorSlack     = 5 * time.Minute
	mirrorSlackBare = time.Minute
)

// Once leaves out activities that another sync has copied into the second CRM:
// of two in different CRMs with the same signal, of one kind, at about one
// time, with one subject and not of two people, only Salesforce's stays. The
// points must be of one account and in the order of time; each has at most one
// copy, the nearest.
func Once(points []Point) []Point {
	var out []Point
	var paired map[int]bool
	for i := range points {
		if !copied(points, i, &paired) {
			if out != nil {
				out = append(out, points[i])
			}
			continue
		}
		if out == nil {
			out = append(make([]Point, 0, len(points)), points[:i]...)
		}
	}
	if out == nil {
		return points
	}
	return out
}

// copied tells whether the point is HubSpot's side of a pair. It marks the
// other side as taken.
func copied(points []Point, i int, paired *map[int]bool) bool {
	p := points[i]
	if system, _, ok := activitySource(p.Source); !ok || system != connectors.HubSpot {
		return false
	}
	found, nearest := -1, mirrorSlack+1
	look := func(j int) (near bool) {
		apart := points[j].At.Sub(p.At).Abs()
		if apart < nearest && !(*paired)[j] && mirrors(points[j], p, apart) {
			found, nearest = j, apart
		}
		return apart <= mirrorSlack
	}
	for j, near := i-1, true; j >= 0 && near; j-- {
		near = look(j)
	}
	for j, near := i+1, true; j < len(points) && near; j++ {
		near = look(j)
	}
	if found < 0 {
		return false
	}
	if *paired == nil {
		*paired = map[int]bool{}
	}
	(*paired)[found] = true
	return true
}

// mirrors tells whether one, in Salesforce, and other, in HubSpot, may be one
// activity.
func mirrors(one, other Point, apart time.Duration) bool {
	system, kind, ok := activitySource(one.Source)
	_, otherKind, _ := activitySource(other.Source)
	switch {
	case !ok || system != connectors.Salesforce || one.Signal != other.Signal:
		return false
	case (kind == connectors.Meeting) != (otherKind == connectors.Meeting):
		return false // calls and e-mails are tasks in Salesforce, meetings are not
	case one.Owner != "" && other.Owner != "" && one.Owner != other.Owner:
		return false
	case one.Label == "" || other.Label == "":
		return apart <= mirrorSlackBare
	}
	return sameSubject(one.Label, other.Label)
}

// sameSubject compares without what syncs and mailboxes put in front, and
// without regard to case, punctuation and where a long one was cut.
func sameSubject(a, b string) bool {
	x, cutX := strings.CutSuffix(a, "…")
	y, cutY := strings.CutSuffix(b, "…")
	x, y = foldSubject(x), foldSubject(y)
	switch {
	case cutX && cutY:
		return strings.HasPrefix(x, y) || strings.HasPrefix(y, x)
	case cutX:
		return strings.HasPrefix(y, x)
	case cutY:
		return strings.HasPrefix(x, y)
	}
	return x == y
}

// foldSubject leaves the words of a subject in lower case.
func foldSubject(s string) string {
	s = strings.ToLower(s)
	for {
		rest, marked := cutMark(s)
		if !marked {
			break
		}
		s = rest
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// cutMark takes one word such as "Email:", "[Call]" or "RE:" off the front.
func cutMark(s string) (rest string, marked bool) {
	s = strings.TrimLeft(s, " <>[(")
	end := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' })
	if end <= 0 || !strings.ContainsRune(":])", rune(s[end])) {
		return s, false
	}
	switch s[:end] {
	case "email", "e-mail", "call", "meeting", "event", "task", "re", "fw", "fwd", "aw", "wg":
		return strings.TrimLeft(s[end:], " :])"), true
	}
	return s, false
}
