package connectors

import "context"

// Abandoner is a connector whose cursors can stand for work that goes on at
// the vendor's side, such as a bulk query job: it uses the org's allowance and
// storage until somebody ends it.
type Abandoner interface {
	// Abandon ends what the cursor holds at the vendor's side. It is called
	// once it is committed that nobody will read from the cursor any more. A
	// cursor that holds nothing costs no call, and doing it twice does no
	// harm. An error of class Retry or Reauth is worth another try.
	Abandon(ctx context.Context, object Object, cursor Cursor) error
}
