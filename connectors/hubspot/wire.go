package hubspot

import (
	"bytes"
	"strings"

	"handoffd/connectors"
)

// The shapes of HubSpot's JSON (OpenAPI files of 2026-09, CRM > Objects,
// Associations, Owners, Properties; Account info). HubSpot asks to treat
// every field as optional, so zero values must make sense everywhere.

// identifier is an id that comes as a text, or as a number from v4 paths.
type identifier string

// UnmarshalJSON takes "123" and 123 alike.
func (i *identifier) UnmarshalJSON(data []byte) error {
	*i = identifier(strings.Trim(string(data), `"`))
	if *i == "null" {
		*i = ""
	}
	return nil
}

// content is a property's value: text or null from HubSpot itself.
type content struct{ connectors.Value }

// UnmarshalJSON keeps what came: a text stays a text, and anything that is no
// plain value stays the JSON text that it was.
func (c *content) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if len(data) > 0 && (data[0] == '{' || data[0] == '[') {
		c.Value = connectors.TextValue(string(data))
		return nil
	}
	return c.Value.UnmarshalJSON(data)
}

// row is one record.
type row struct {
	ID           identifier                 `json:"id"`
	Properties   map[string]content         `json:"properties"`
	History      map[string][]historyEntry  `json:"propertiesWithHistory"`
	CreatedAt    string                     `json:"createdAt"`
	UpdatedAt    string                     `json:"updatedAt"`
	ArchivedAt   string                     `json:"archivedAt"`
	Archived     bool                       `json:"archived"`
	Associations map[string]associationList `json:"associations"`
	TraceID      string                     `json:"objectWriteTraceId"`
}

// historyEntry is one value that a property had; HubSpot sends the newest first.
type historyEntry struct {
	Value       content `json:"value"`
	Timestamp   string  `json:"timestamp"`
	SourceType  string  `json:"sourceType"`
	SourceLabel string  `json:"sourceLabel"`
}

// associationList is what the list endpoint says inline of a row's links.
type associationList struct {
	Results []struct {
		ID   identifier `json:"id"`
		Type string     `json:"type"`
	} `json:"results"`
	Paging paging `json:"paging"`
}

type paging struct {
	Next struct {
		After string `json:"after"`
	} `json:"next"`
}

// rowsReply answers list, search and the object batches. A batch that went
// wrong in part has NumErrors and Errors, whatever its status (200, 201, 207).
type rowsReply struct {
	Total     int           `json:"total"`
	Results   []row         `json:"results"`
	Paging    paging        `json:"paging"`
	NumErrors int           `json:"numErrors"`
	Errors    []vendorError `json:"errors"`
}

// filter is one condition of a search.
type filter struct {
	Property string `json:"propertyName"`
	Operator string `json:"operator"`
	Value    string `json:"value,omitempty"` // HAS_PROPERTY and NOT_HAS_PROPERTY have none
}

// searchRequest sends every field that has a value: the schema calls them all
// required.
type searchRequest struct {
	Groups     []filterGroup `json:"filterGroups"`
	Sorts      []sortBy      `json:"sorts"`
	Properties []string      `json:"properties"`
	Limit      int           `json:"limit"`
	After      string        `json:"after,omitempty"`
}

type filterGroup struct {
	Filters []filter `json:"filters"`
}

type sortBy struct {
	Property  string `json:"propertyName"`
	Direction string `json:"direction"`
}

// batchRead reads records by id, or by the unique property IDProperty.
type batchRead struct {
	Properties []string  `json:"properties"`
	History    []string  `json:"propertiesWithHistory"`
	IDProperty string    `json:"idProperty,omitempty"`
	Inputs     []inputID `json:"inputs"`
}

type inputID struct {
	ID    string `json:"id"`
	After string `json:"after,omitempty"`
}

// batchWrite updates or creates records.
type batchWrite struct {
	Inputs []writeInput `json:"inputs"`
}

type writeInput struct {
	ID           string            `json:"id,omitempty"`
	Properties   map[string]string `json:"properties"`
	Associations []newAssociation  `json:"associations,omitempty"`
	TraceID      string            `json:"objectWriteTraceId,omitempty"`
}

type newAssociation struct {
	To    inputID           `json:"to"`
	Types []associationType `json:"types"`
}

type associationType struct {
	Category string `json:"associationCategory"`
	TypeID   int    `json:"associationTypeId"`
}

// linksReply answers an association batch read. Records without a link are
// left out by dated paths and listed in errors by v4 ones.
type linksReply struct {
	Results []struct {
		From struct {
			ID identifier `json:"id"`
		} `json:"from"`
		To     []link `json:"to"`
		Paging paging `json:"paging"`
	} `json:"results"`
}

type link struct {
	To    identifier `json:"toObjectId"`
	Types []struct {
		Category string `json:"category"`
		TypeID   int    `json:"typeId"`
		Label    string `json:"label"`
	} `json:"associationTypes"`
}
