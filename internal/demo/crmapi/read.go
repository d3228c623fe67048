package crmapi

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Data is the path of Salesforce's API, by a version of its own: an outage of the
// daemon's version leaves it open.
const Data = "/services/data/v65.0"

// Query runs SOQL and returns all rows; a value is nil, a string, a bool, a
// float64, or a map for a parent's fields.
func (c *Client) Query(ctx context.Context, soql string) ([]map[string]any, error) {
	var rows []map[string]any
	path := Data + "/query?q=" + url.QueryEscape(soql)
	for path != "" {
		var page struct {
			Records []map[string]any `json:"records"`
			Next    string           `json:"nextRecordsUrl"`
		}
		if err := c.Salesforce(ctx, "", http.MethodGet, path, nil, &page); err != nil {
			return nil, err
		}
		rows, path = append(rows, page.Records...), page.Next
	}
	return rows, nil
}

// Record is a HubSpot record.
type Record struct {
	ID           string            `json:"id"`
	Properties   map[string]string `json:"properties"`
	Associations map[string]struct {
		Results []struct {
			ID string `json:"id"`
		} `json:"results"`
	} `json:"associations"`
}

// Linked lists the ids of the associated records of an object, each once.
func (r Record) Linked(object string) []string {
	var ids []string
	for _, a := range r.Associations[object].Results {
		if !slices.Contains(ids, a.ID) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// List reads all records of a HubSpot object.
func (c *Client) List(ctx context.Context, object string, properties []string, associations string) ([]Record, error) {
	var out []Record
	q := url.Values{"limit": {"100"}, "properties": {strings.Join(properties, ",")}}
	if associations != "" {
		q.Set("associations", associations)
	}
	for {
		var page struct {
			Results []Record `json:"results"`
			Paging  struct {
				Next struct {
					After string `json:"after"`
				} `json:"next"`
			} `json:"paging"`
		}
		if err := c.HubSpot(ctx, http.MethodGet, "/crm/v3/objects/"+object+"?"+q.Encode(), nil, &page); err != nil {
			return nil, err
		}
		out = append(out, page.Results...)
		if page.Paging.Next.After == "" {
			return out, nil
		}
		q.Set("after", page.Paging.Next.After)
	}
}

// Owners are the names of HubSpot's owners by id, deactivated ones too.
func (c *Client) Owners(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	for _, archived := range []string{"false", "true"} {
		var page struct {
			Results []struct {
				ID        string `json:"id"`
				FirstName string `json:"firstName"`
				LastName  string `json:"lastName"`
			} `json:"results"`
		}
		if err := c.HubSpot(ctx, http.MethodGet, "/crm/v3/owners?limit=500&archived="+archived, nil, &page); err != nil {
			return nil, err
		}
		for _, o := range page.Results {
			names[o.ID] = strings.TrimSpace(o.FirstName + " " + o.LastName)
		}
	}
	return names, nil
}
