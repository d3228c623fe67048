package sandbox

import (
	"slices"
	"strconv"
	"strings"
	"sync"
)

// calls counts requests by endpoint and writes by record.
type calls struct {
	mu        sync.Mutex
	endpoints map[string]map[int]int64
	records   map[string]int64 // "companies/123"
}

func newCalls() *calls {
	c := &calls{}
	c.reset()
	return c
}

func (c *calls) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.endpoints, c.records = map[string]map[int]int64{}, map[string]int64{}
}

func (c *calls) count(endpoint string, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.endpoints[endpoint] == nil {
		c.endpoints[endpoint] = map[int]int64{}
	}
	c.endpoints[endpoint][status]++
}

// wrote is told by the portal of every record that an API call wrote, also
// when nothing changed.
func (c *calls) wrote(object, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.records[object+"/"+id]++
}

// EndpointCalls counts the requests to one endpoint by status.
type EndpointCalls struct {
	Endpoint string           `json:"endpoint"`
	Count    int64            `json:"count"`
	Statuses map[string]int64 `json:"statuses"`
}

// RecordWrites counts how often API calls wrote one record.
type RecordWrites struct {
	Object string `json:"object"`
	ID     string `json:"id"`
	Writes int64  `json:"writes"`
}

// CallReport is what /_sandbox/calls tells.
type CallReport struct {
	Total     int64           `json:"total"`
	Endpoints []EndpointCalls `json:"endpoints"`
	Records   []RecordWrites  `json:"records"`
}

// Calls returns the counters since the start or the last reset.
func (s *Server) Calls() CallReport {
	c := s.calls
	c.mu.Lock()
	defer c.mu.Unlock()
	report := CallReport{Endpoints: []EndpointCalls{}, Records: []RecordWrites{}}
	for name, statuses := range c.endpoints {
		e := EndpointCalls{Endpoint: name, Statuses: map[string]int64{}}
		for status, n := range statuses {
			e.Count += n
			e.Statuses[strconv.Itoa(status)] = n
		}
		report.Total += e.Count
		report.Endpoints = append(report.Endpoints, e)
	}
	for key, n := range c.records {
		object, id, _ := strings.Cut(key, "/")
		report.Records = append(report.Records, RecordWrites{object, id, n})
	}
	slices.SortFunc(report.Endpoints, func(a, b EndpointCalls) int { return strings.Compare(a.Endpoint, b.Endpoint) })
	slices.SortFunc(report.Records, func(a, b RecordWrites) int {
		return strings.Compare(a.Object+"/"+a.ID, b.Object+"/"+b.ID)
	})
	return report
}

// ResetCalls sets the counters to zero.
func (s *Server) ResetCalls() { s.calls.reset() }
