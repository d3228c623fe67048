package hubspot

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"handoffd/connectors/transport"
)

// TestAssociationReadsHoldAThousand: the largest batch that HubSpot takes, and
// nobody is left out.
func TestAssociationReadsHoldAThousand(t *testing.T) {
	t.Parallel()
	var sizes []int
	client, _ := clientOn(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Inputs []inputID `json:"inputs"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		sizes = append(sizes, len(body.Inputs))
		var results []string
		for _, in := range body.Inputs {
			results = append(results, fmt.Sprintf(`{"from":{"id":%q},"to":[{"toObjectId":"9","associationTypes":[]}]}`, in.ID))
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"results":[%s]}`, strings.Join(results, ","))
	}), nil)
	ids := make([]string, 2500)
	for i := range ids {
		ids[i] = strconv.Itoa(i + 1)
	}
	found, refused := client.links(t.Context(), "deals", companyPlural, ids, transport.PriorityPoll)
	if refused != nil || len(found) != len(ids) {
		t.Fatalf("%d of %d records, %v", len(found), len(ids), refused)
	}
	if fmt.Sprint(sizes) != "[1000 1000 500]" {
		t.Errorf("batches of %v", sizes)
	}
}
