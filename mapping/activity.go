package mapping

import (
	"slices"
	"strings"

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

// ownerOf names the field that holds whose activity it is.
func ownerOf(system connectors.System) string {
	if system == connectors.Salesforce {
		return "OwnerId"
	}
	return "hubspot_owner_id"
}

// activitySource is the CRM and kind of a source such as salesforce/task/00T….
func activitySource(source string) (system connectors.System, kind connectors.Object, ok bool) {
	first, rest, _ := strings.Cut(source, "/")
	object, _, _ := strings.Cut(rest, "/")
	kind = connectors.Object(object)
	return connectors.System(first), kind, isActivity(kind)
}
