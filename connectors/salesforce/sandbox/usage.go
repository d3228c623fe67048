package sandbox

import (
	_ "embed" // the list of allowances
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// usage counts calls over a rolling 24 hours, by the minute.
type usage struct {
	limit   int
	minutes []minute
	total   int
}

type minute struct {
	at int64 // minutes since 1970
	n  int
}

func (u *usage) prune(now time.Time) {
	oldest := now.Add(-24*time.Hour).Unix() / 60
	for len(u.minutes) > 0 && u.minutes[0].at <= oldest {
		u.total -= u.minutes[0].n
		u.minutes = u.minutes[1:]
	}
}

func (u *usage) add(now time.Time) {
	at := now.Unix() / 60
	if n := len(u.minutes); n == 0 || u.minutes[n-1].at != at {
		u.minutes = append(u.minutes, minute{at: at})
	}
	u.minutes[len(u.minutes)-1].n++
	u.total++
}

// spend takes one call from the allowance; ok is false if none is left, and
// then nothing is counted.
func (s *Server) spend() (info string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	s.usage.prune(now)
	if ok = s.usage.total < s.usage.limit; ok {
		s.usage.add(now)
	}
	return s.usage.info(), ok
}

// info is the value of the Sforce-Limit-Info header.
func (u *usage) info() string { return fmt.Sprintf("api-usage=%d/%d", u.total, u.limit) }

func (s *Server) usageInfo() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.usage.info()
}

// Usage is how many calls the last 24 hours saw, and the limit.
func (s *Server) Usage() (used, limit int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usage.prune(s.clock.Now())
	return s.usage.total, s.usage.limit
}

//go:embed limits.txt
var limitsFile string

// limits serves GET /limits: those of a Developer Edition org. The daily
// calls, e-mails and query jobs are counted, the others stay full.
func (c *call) limits() reply {
	switch {
	case len(c.segments) == 2 && strings.EqualFold(c.segments[1], "recordCount"):
		return c.recordCount()
	case len(c.segments) > 1:
		return notFound()
	}
	used, limit := c.s.Usage()
	spent := map[string]int{"DailyBulkV2QueryJobs": c.s.countJobs("query"), "DailyWorkflowEmails": c.s.emailsToday()}
	out := map[string]map[string]any{}
	for line := range strings.Lines(limitsFile) {
		name, text, ok := strings.Cut(strings.TrimSpace(line), " ")
		most, err := strconv.Atoi(text)
		if !ok || err != nil {
			continue // the comment line
		}
		entry := map[string]any{"Max": most, "Remaining": most - spent[name]}
		if parent, part, nested := strings.Cut(name, "."); nested {
			out[parent][part] = entry
			continue
		}
		out[name] = entry
	}
	out["DailyApiRequests"] = map[string]any{"Max": limit, "Remaining": max(0, limit-used)}
	return answer(http.StatusOK, out)
}
