package mapping

import (
	"slices"
	"strings"
	"time"

	"handoffd/connectors"
)

// activity is the word for all activities of a CRM at once.
const activity = "activity"

// activityObjects are the kinds of activity that each CRM keeps. A call or an
// e-mail that was logged in Salesforce is a task there.
func activityObjects(side Side) []connectors.Object {
	if side == SalesforceSide {
		return []connectors.Object{connectors.Task, connectors.Meeting}
	}
	return []connectors.Object{connectors.Task, connectors.Meeting, connectors.Call, connectors.Email}
}

// objectsOf are the kinds of record that a word in front of the dot names; nil
// if the CRM has none of that name.
func objectsOf(side Side, word string) []connectors.Object {
	if word == activity {
		return activityObjects(side)
	}
	all := append([]connectors.Object{connectors.Account, connectors.Contact, connectors.Opportunity}, activityObjects(side)...)
	if o := connectors.Object(word); slices.Contains(all, o) {
		return []connectors.Object{o}
	}
	return nil
}

// sourceWords lists the words that objectsOf knows.
func sourceWords(side Side) []string {
	words := []string{string(connectors.Account), activity, string(connectors.Contact), string(connectors.Opportunity)}
	for _, o := range activityObjects(side) {
		words = append(words, string(o))
	}
	slices.Sort(words)
	return words
}

// activities tells whether these are activities and nothing else.
func activities(objects []connectors.Object) bool {
	for _, o := range objects {
		if !isActivity(o) {
			return false
		}
	}
	return len(objects) > 0
}

func isActivity(o connectors.Object) bool {
	return o == connectors.Task || o == connectors.Meeting || o == connectors.Call || o == connectors.Email
}

// subjectOf names the field that holds an activity's subject.
func subjectOf(system connectors.System, o connectors.Object) string {
	if system == connectors.Salesforce {
		return "Subject"
	}
	return map[connectors.Object]string{
		connectors.Task: "hs_task_subject", connectors.Meeting: "hs_meeting_title",
		connectors.Call: "hs_call_title", connectors.Email: "hs_email_subject",
	}[o]
}

// mirrorSlack is how far apart two CRMs may date one activity.
const mirrorSlack = time.Minute

// Once leaves out activities that another sync has copied into the second CRM:
// of two in different CRMs with the same signal, within a minute of each other,
// and with one subject, only Salesforce's stays. The points must be of one
// account and in the order of time; each has at most one copy.
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
	if system, ok := activitySystem(p.Source); !ok || system != connectors.HubSpot {
		return false
	}
	matches := func(j int) bool {
		q := points[j]
		system, ok := activitySystem(q.Source)
		return ok && system == connectors.Salesforce && q.Signal == p.Signal && !(*paired)[j] && sameSubject(p.Label, q.Label)
	}
	found := -1
	for j := i - 1; j >= 0 && found < 0 && p.At.Sub(points[j].At) <= mirrorSlack; j-- {
		if matches(j) {
			found = j
		}
	}
	for j := i + 1; j < len(points) && found < 0 && points[j].At.Sub(p.At) <= mirrorSlack; j++ {
		if matches(j) {
			found = j
		}
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

// activitySystem is the CRM of a source such as salesforce/task/00T….
func activitySystem(source string) (connectors.System, bool) {
	system, rest, _ := strings.Cut(source, "/")
	object, _, _ := strings.Cut(rest, "/")
	return connectors.System(system), isActivity(connectors.Object(object))
}

// sameSubject compares without regard to case; a subject that is missing on
// one side is no difference.
func sameSubject(a, b string) bool { return a == "" || b == "" || strings.EqualFold(a, b) }
