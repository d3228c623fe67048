package sandbox

import (
	"fmt"
	"net/http"
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

// allowance is one entry of the limits resource.
type allowance struct {
	Max       int
	Remaining int
}

// limits serves GET /limits: those of a Developer Edition org that this
// sandbox has a use for, with the daily calls and e-mails counted.
func (c *call) limits() reply {
	used, limit := c.s.Usage()
	full := func(n int) allowance { return allowance{n, n} }
	return answer(http.StatusOK, map[string]allowance{
		"ConcurrentAsyncGetReportInstances": full(200), "DailyApiRequests": {limit, max(0, limit-used)},
		"DailyAsyncApexExecutions": full(250000), "DailyBulkApiBatches": full(15000),
		"DailyBulkV2QueryFileStorageMB": full(976562), "DailyBulkV2QueryJobs": {10000, 10000 - c.s.countJobs("query")},
		"DailyDeliveredPlatformEvents": full(10000), "DailyWorkflowEmails": {dailyEmails, dailyEmails - c.s.emailsToday()},
		"DataStorageMB": full(5), "FileStorageMB": full(20), "HourlyPublishedPlatformEvents": full(50000), "MassEmail": full(10),
		"SingleEmail": full(15), "StreamingApiConcurrentClients": full(20),
	})
}
