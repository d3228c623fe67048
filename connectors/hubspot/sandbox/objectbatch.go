package sandbox

import (
	"fmt"
	"net/http"
	"slices"

	"handoffd/connectors/hubspot/sandbox/portal"
)

// maxBatch is the most inputs of an object batch.
const maxBatch = 100

// batchReply is the frame of every batch reply, in the key order of
// recordings.
type batchReply struct {
	CompletedAt string      `json:"completedAt"`
	Status      string      `json:"status"`
	StartedAt   string      `json:"startedAt"`
	Results     any         `json:"results"`
	Errors      []batchItem `json:"errors,omitempty"`
	NumErrors   int         `json:"numErrors,omitempty"`
}

// batchItem is one entry of a batch's errors[].
type batchItem struct {
	Status      string               `json:"status"`
	Category    string               `json:"category"`
	SubCategory string               `json:"subCategory,omitempty"`
	Message     string               `json:"message"`
	Context     map[string][]string  `json:"context,omitempty"`
	Errors      []portal.ErrorDetail `json:"errors,omitempty"`
}

func newBatchItem(e *portal.Error) batchItem {
	return batchItem{
		Status: "error", Category: orDefault(e.Category, portal.CategoryValidation), SubCategory: e.SubCategory,
		Message: e.Message, Context: e.Context, Errors: e.Errors,
	}
}

// finish frames a batch. A mixed outcome is a 207, although the dated paths'
// published specification knows only the plain success.
func (s *Server) finish(c *call, status int, results any, errs []batchItem) (reply, error) {
	now := portal.FormatTime(s.clock.Now().UnixMilli())
	body := batchReply{CompletedAt: now, Status: "COMPLETE", StartedAt: now, Results: results, Errors: errs, NumErrors: len(errs)}
	if len(errs) > 0 && (c.version != "2026-09" || !s.settings().DatedPlainStatus) {
		status = http.StatusMultiStatus
	}
	return reply{status: status, body: body}, nil
}

// batchInput is one input of any object batch.
type batchInput struct {
	ID           text            `json:"id"`
	IDProperty   text            `json:"idProperty"`
	Properties   map[string]text `json:"properties"`
	Associations []association   `json:"associations"`
	TraceID      text            `json:"objectWriteTraceId"`
}

// inputs reads a batch's inputs and splits off those that a fault makes fail.
func (s *Server) inputs(c *call, needs ...string) (*portal.ObjectType, []portal.Input, []batchItem, error) {
	t, err := s.object(c)
	if err != nil {
		return nil, nil, nil, err
	}
	var body struct {
		Inputs []batchInput `json:"inputs"`
	}
	if err := c.decode(&body, "inputs"); err != nil {
		return nil, nil, nil, err
	}
	if err := sized(len(body.Inputs), maxBatch); err != nil {
		return nil, nil, nil, err
	}
	var list []portal.Input
	var failed []batchItem
	for i, in := range body.Inputs {
		if err := in.lacks(needs); err != nil {
			return nil, nil, nil, err
		}
		links, err := newAssociations(in.Associations)
		if err != nil {
			return nil, nil, nil, err
		}
		if slices.Contains(c.fail, i) {
			failed = append(failed, injected(in.ID.val, in.TraceID.val))
			continue
		}
		list = append(list, portal.Input{
			ID: in.ID.val, IDProperty: in.IDProperty.val, Properties: texts(in.Properties), Associations: links, TraceID: in.TraceID.val,
		})
	}
	return t, list, failed, nil
}

func sized(n, most int) error {
	switch {
	case n == 0:
		return portal.Invalid("The batch must contain at least one input")
	case n > most:
		return portal.Invalid("The maximum number of inputs supported in a batch request for this operation is %d, but %d were given", most, n)
	}
	return nil
}

func (in batchInput) lacks(needs []string) error {
	var missing []string
	for _, name := range needs {
		if name == "id" && !in.ID.set || name == "properties" && in.Properties == nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return portal.Invalid("Invalid input JSON on line 1, column 12. Some required fields were not set: %s", fmt.Sprint(missing))
	}
	return nil
}

// injected is the error of an input that a partial fault makes fail.
func injected(id, trace string) batchItem {
	item := batchItem{Status: "error", Category: portal.CategoryValidation, Message: "The object could not be written", Context: map[string][]string{}}
	if id != "" {
		item.Context["ids"] = []string{id}
	}
	if trace != "" {
		item.Context["objectWriteTraceId"] = []string{trace}
	}
	return item
}

func (s *Server) finishWrite(c *call, status int, res portal.BatchResult, failed []batchItem, err error) (reply, error) {
	if err != nil {
		return reply{}, err
	}
	if res.Records == nil {
		res.Records = []portal.Record{}
	}
	for _, e := range res.Errors {
		failed = append(failed, newBatchItem(e.Err))
	}
	return s.finish(c, status, res.Records, failed)
}

func (s *Server) batchCreate(c *call) (reply, error) {
	t, list, failed, err := s.inputs(c, "properties")
	if err != nil {
		return reply{}, err
	}
	res, err := s.portal.BatchCreate(t, list, c.writer())
	return s.finishWrite(c, http.StatusCreated, res, failed, err)
}

func (s *Server) batchUpdate(c *call) (reply, error) {
	t, list, failed, err := s.inputs(c, "id", "properties")
	if err != nil {
		return reply{}, err
	}
	res, err := s.portal.BatchUpdate(t, list, c.writer())
	return s.finishWrite(c, http.StatusOK, res, failed, err)
}

func (s *Server) batchUpsert(c *call) (reply, error) {
	t, list, failed, err := s.inputs(c, "id", "properties")
	if err != nil {
		return reply{}, err
	}
	res, err := s.portal.BatchUpsert(t, list, c.writer())
	return s.finishWrite(c, http.StatusOK, res, failed, err)
}

func (s *Server) batchArchive(c *call) (reply, error) {
	t, list, failed, err := s.inputs(c, "id")
	if err != nil {
		return reply{}, err
	}
	ids := make([]string, len(list))
	for i, in := range list {
		ids[i] = in.ID
	}
	if err := s.portal.BatchArchive(t, ids, c.writer()); err != nil {
		return reply{}, err
	}
	if len(failed) > 0 {
		return s.finish(c, http.StatusOK, []string{}, failed)
	}
	return noContent()
}

func (s *Server) batchRead(c *call) (reply, error) {
	t, err := s.object(c)
	if err != nil {
		return reply{}, err
	}
	var body struct {
		Inputs                []batchInput `json:"inputs"`
		IDProperty            text         `json:"idProperty"`
		Properties            []text       `json:"properties"`
		PropertiesWithHistory []text       `json:"propertiesWithHistory"`
	}
	if err := c.decode(&body, "inputs"); err != nil {
		return reply{}, err
	}
	if err := sized(len(body.Inputs), maxBatch); err != nil {
		return reply{}, err
	}
	if len(body.PropertiesWithHistory) > 0 && len(body.Inputs) > historyPage {
		return reply{}, portal.Invalid("The maximum number of inputs supported in a batch request for property histories is %d. Please reduce the number of items and try again", historyPage)
	}
	ids := make([]string, len(body.Inputs))
	for i, in := range body.Inputs {
		if err := in.lacks([]string{"id"}); err != nil {
			return reply{}, err
		}
		ids[i] = in.ID.val
	}
	if err := portal.Duplicates(ids); err != nil {
		return reply{}, err
	}
	archived := c.flag("archived")
	v := portal.View{Properties: vals(body.Properties), History: vals(body.PropertiesWithHistory)}
	return s.finishRead(c, t, ids, body.IDProperty.val, archived, v)
}

func (s *Server) finishRead(c *call, t *portal.ObjectType, ids []string, idProperty string, archived bool, v portal.View) (reply, error) {
	found, missing, err := s.portal.BatchRead(t, ids, idProperty, archived, v)
	if err != nil {
		return reply{}, err
	}
	var errs []batchItem
	if len(missing) > 0 {
		errs = append(errs, batchItem{
			Status: "error", Category: portal.CategoryNotFound,
			Message: fmt.Sprintf("Could not get some %s objects, they may be deleted or not exist. Check that ids are valid.", t.FullName),
			Context: map[string][]string{"ids": missing},
		})
	}
	return s.finish(c, http.StatusOK, found, errs)
}
