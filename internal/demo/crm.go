package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"handoffd/connectors"
	"handoffd/internal/demo/world"
)

// crms reads what stands in the two CRMs over the vendors' own APIs, with
// plain requests and none of the connectors' code: what it finds is evidence.
type crms struct {
	http        map[connectors.System]*http.Client
	url         map[connectors.System]string
	credentials world.Credentials
	token       string // Salesforce's, once signed in
}

// largestReply bounds what is read of one reply.
const largestReply = 32 << 20

// call sends one request and decodes the reply's JSON into v.
func (c *crms) call(ctx context.Context, system connectors.System, method, path, token string, body, v any) error {
	r, err := c.request(ctx, system, method, path, token, body)
	if err != nil {
		return fmt.Errorf("making request: %w", err)
	}
	reply, err := c.http[system].Do(r)
	if err != nil {
		return fmt.Errorf("asking %s: %w", system, err)
	}
	defer func() { _ = reply.Body.Close() }() // only read from
	data, err := io.ReadAll(io.LimitReader(reply.Body, largestReply))
	if err != nil {
		return fmt.Errorf("reading from %s: %w", system, err)
	}
	if reply.StatusCode/100 != 2 {
		return fmt.Errorf("asking %s for %s %s: HTTP %d", system, method, path, reply.StatusCode)
	}
	if v == nil || len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("reading from %s: %w", system, err)
	}
	return nil
}

// request makes a request; a body is sent as a form if it is one, else as JSON.
func (c *crms) request(ctx context.Context, system connectors.System, method, path, token string, body any) (*http.Request, error) {
	var payload io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case url.Values:
		payload, kind = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		payload = bytes.NewReader(data)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.url[system]+path, payload)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return r, nil
}

// signIn gets a Salesforce token by the client credentials flow; HubSpot's
// does not end.
func (c *crms) signIn(ctx context.Context) error {
	if c.token != "" {
		return nil
	}
	var reply struct {
		AccessToken string `json:"access_token"`
	}
	sf := c.credentials.Salesforce
	err := c.call(ctx, connectors.Salesforce, http.MethodPost, "/services/oauth2/token", "", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {sf.ClientID}, "client_secret": {sf.ClientSecret},
	}, &reply)
	c.token = reply.AccessToken
	return err
}

// query runs SOQL and returns all rows; a value is nil, a string, a bool, a
// float64, or a map for a parent's fields.
func (c *crms) query(ctx context.Context, soql string) ([]map[string]any, error) {
	if err := c.signIn(ctx); err != nil {
		return nil, err
	}
	var rows []map[string]any
	path := "/services/data/v67.0/query?q=" + url.QueryEscape(soql)
	for path != "" {
		var page struct {
			Records []map[string]any `json:"records"`
			Next    string           `json:"nextRecordsUrl"`
		}
		if err := c.call(ctx, connectors.Salesforce, http.MethodGet, path, c.token, nil, &page); err != nil {
			return nil, err
		}
		rows, path = append(rows, page.Records...), page.Next
	}
	return rows, nil
}

// record is a HubSpot record.
type record struct {
	ID           string            `json:"id"`
	Properties   map[string]string `json:"properties"`
	Associations map[string]struct {
		Results []struct {
			ID string `json:"id"`
		} `json:"results"`
	} `json:"associations"`
}

// linked lists the ids of the associated records of an object, each once.
func (r record) linked(object string) []string {
	var ids []string
	for _, a := range r.Associations[object].Results {
		if !slices.Contains(ids, a.ID) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// list reads all records of a HubSpot object.
func (c *crms) list(ctx context.Context, object string, properties []string, associations string) ([]record, error) {
	var out []record
	q := url.Values{"limit": {"100"}, "properties": {strings.Join(properties, ",")}}
	if associations != "" {
		q.Set("associations", associations)
	}
	for {
		var page struct {
			Results []record `json:"results"`
			Paging  struct {
				Next struct {
					After string `json:"after"`
				} `json:"next"`
			} `json:"paging"`
		}
		if err := c.hubspot(ctx, http.MethodGet, "/crm/v3/objects/"+object+"?"+q.Encode(), nil, &page); err != nil {
			return nil, err
		}
		out = append(out, page.Results...)
		if page.Paging.Next.After == "" {
			return out, nil
		}
		q.Set("after", page.Paging.Next.After)
	}
}

// owners are the names of HubSpot's owners by id, deactivated ones too.
func (c *crms) owners(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	for _, archived := range []string{"false", "true"} {
		var page struct {
			Results []struct {
				ID        string `json:"id"`
				FirstName string `json:"firstName"`
				LastName  string `json:"lastName"`
			} `json:"results"`
		}
		if err := c.hubspot(ctx, http.MethodGet, "/crm/v3/owners?limit=500&archived="+archived, nil, &page); err != nil {
			return nil, err
		}
		for _, o := range page.Results {
			names[o.ID] = strings.TrimSpace(o.FirstName + " " + o.LastName)
		}
	}
	return names, nil
}

// rescore writes a company's intent score as a scoring tool does that uses
// HubSpot's API.
func (c *crms) rescore(ctx context.Context, company, score, at string) error {
	return c.hubspot(ctx, http.MethodPatch, "/crm/v3/objects/companies/"+company, map[string]any{
		"properties": map[string]string{"intent_score": score, "intent_score_updated_at": at},
	}, nil)
}

func (c *crms) hubspot(ctx context.Context, method, path string, body, v any) error {
	return c.call(ctx, connectors.HubSpot, method, path, c.credentials.HubSpot.Token, body, v)
}
