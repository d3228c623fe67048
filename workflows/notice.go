package workflows

import "time"

// Audience is who a notice is for. Which people and channels that means is
// said in the policy's alerts section.
type Audience string

// The audiences.
const (
	ToOwner     Audience = "owner"     // who works the handoff's present stage
	ToManager   Audience = "manager"   // the owner's manager
	ToMarketing Audience = "marketing" // marketing operations
	ToHeads     Audience = "heads"     // the heads of marketing and of sales
)

// Audiences lists them all.
func Audiences() []Audience { return []Audience{ToOwner, ToManager, ToMarketing, ToHeads} }

// Notice is something that people should be told once.
type Notice struct {
	// Key names it within the account's handoff (or the account's time
	// without one): the same key is never sent twice.
	Key string
	// Urgent notices do not wait for the end of quiet hours.
	Urgent bool
	To     []Audience
	// Mail: the CRM tells it by e-mail as well as inside of its pages.
	Mail bool
	// For is the stage whose owner is meant, "" for the present one.
	For   Stage
	Title string
	Body  string
	// Due is the deadline that it is about, zero for none.
	Due time.Time
}
