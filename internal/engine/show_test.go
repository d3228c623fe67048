package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"handoffd/connectors"
	"handoffd/internal/engine"
)

func TestForget(t *testing.T) {
	t.Parallel()
	h := demoHouse(t)
	h.pair(1, "10")
	h.once()
	h.asks("71", h.clock.Now())
	h.once()
	frozen := openHandoffs(t, h)
	if len(frozen) != 1 || !strings.Contains(frozen[0].Summary, "Dana Fox-Lee") {
		t.Fatalf("handoffs %+v, want one that names the contact", frozen)
	}
	done, err := engine.Forget(t.Context(), h.store, "DANA@x.example", h.clock.Now())
	if err != nil || len(done.Records) != 1 || done.Redacted < 2 {
		t.Fatalf("forgot %+v, %v", done, err)
	}
	named := func() (left []string) {
		look(t, h, func(tx engine.Tx) error {
			rows, err := tx.Outbox("")
			for _, r := range rows {
				left = append(left, string(r.Payload))
			}
			people, peopleErr := tx.People("dana@x.example")
			for range people {
				left = append(left, "Dana is there")
			}
			left = append(left, openHandoffs(t, h)[0].Summary)
			if peopleErr != nil {
				return peopleErr
			}
			return err
		})
		return left
	}
	clean := func(when string) {
		t.Helper()
		for _, text := range named() {
			if strings.Contains(strings.ToLower(text), "dana") || strings.Contains(text, "Fox-Lee") {
				t.Errorf("%s is left: %s", when, text)
			}
		}
	}
	clean("after forgetting")
	h.clock.Advance(time.Hour)
	h.hs.put(connectors.Contact, "71", nil, map[string]string{"visits": "50"})
	h.hs.put(connectors.Contact, "72", []string{"1"}, map[string]string{"email": "Dana@X.example", "firstname": "Dana"})
	h.once()
	clean("after reading again")
	if _, err := engine.Forget(t.Context(), h.store, "404", h.clock.Now()); err == nil {
		t.Error("an id that nobody has was forgotten")
	}
	if _, err := engine.Forget(t.Context(), h.store, "new@x.example", h.clock.Now()); err != nil {
		t.Errorf("an address before it is read: %v", err)
	}
}

func TestShow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.pair(1, "85")
	h.pair(2, "140")
	h.once()
	m := h.engineMapping()
	for _, query := range []string{sfID(1), sfID(1)[:15], "1", "sf-" + sfID(1), "acme1.example", "ACME 1"} {
		s, several, err := engine.Show(t.Context(), h.store, m, query)
		if err != nil || s == nil || len(several) > 0 {
			t.Fatalf("show %q: %v, %d others, %v", query, s, len(several), err)
		}
		score := s.Fields[m.Field("score").Slot]
		want := engine.ShownField{Name: "score", Value: "85", HubSpot: "85", From: "hubspot", Why: "from: hubspot", At: score.At}
		if diff := cmp.Diff(want, score); diff != "" {
			t.Errorf("show %q: -want +got:\n%s", query, diff)
		}
		if s.State != "handed_off" || s.Handoff == nil || s.Handoff.Owner != "Ann" || len(s.Links) != 2 || len(s.Writes) < 3 || s.Reason == "" || s.Linked == "" {
			t.Errorf("show %q: %+v", query, s)
		}
	}
	s, _, err := engine.Show(t.Context(), h.store, m, "2")
	if err != nil || len(s.Problems) != 1 || s.Problems[0].Value != "140" || s.Fields[m.Field("score").Slot].HubSpot != "(does not fit)" {
		t.Errorf("show with a problem: %+v, %v", s, err)
	}
	h.sf.put(connectors.Account, sfID(7), nil, map[string]string{"Name": "acme 1"})
	h.once()
	if s, several, err := engine.Show(t.Context(), h.store, m, "Acme 1"); s != nil || len(several) != 2 || err != nil {
		t.Errorf("a name that two have: %v, %v, %v", s, several, err)
	}
	if s, several, err := engine.Show(context.Background(), h.store, m, "nobody"); s != nil || several != nil || err != nil {
		t.Errorf("nobody: %v, %v, %v", s, several, err)
	}
}
