package store

import "context"

type traceKey struct{}

// WithTrace makes transactions with the context call f with every statement
// before it is run, as often as it is run. Beginning and ending a transaction,
// and what opening a store takes, are not among them.
func WithTrace(ctx context.Context, f func(query string)) context.Context {
	return context.WithValue(ctx, traceKey{}, f)
}

func traceOf(ctx context.Context) func(query string) {
	f, _ := ctx.Value(traceKey{}).(func(query string))
	return f
}

func (t *Tx) tell(query string) {
	if t.trace != nil {
		t.trace(query)
	}
}
