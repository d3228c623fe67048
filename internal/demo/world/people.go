package world

import (
	"fmt"
	"hash/crc32"
	"strings"

	hubspot "handoffd/connectors/hubspot/sandbox"
)

// The addresses that the example config names.
const (
	integrationUser = "sync@acme.example"
	managerEmail    = "manager@acme.example"
	sdrLeadEmail    = "sdr.lead@acme.example"
	aeLeadEmail     = "ae.lead@acme.example"
)

// Person is a user of both CRMs.
type Person struct {
	First, Last, Email string
	// Manager is the e-mail of the person's manager in Salesforce, "" for
	// none. HubSpot knows no managers, but teams.
	Manager, Team string
	// Left: the person was deactivated in both CRMs, and still owns records.
	Left                    bool
	SalesforceID, HubSpotID string
}

// team lists Acme's people; a manager stands before those who report to him.
func team() []Person {
	return []Person{
		{First: "Morgan", Last: "Hale", Email: managerEmail, Team: "Management"},
		{First: "Robin", Last: "Ames", Email: sdrLeadEmail, Manager: managerEmail, Team: "SDR"},
		{First: "Casey", Last: "Lund", Email: aeLeadEmail, Manager: managerEmail, Team: "AE"},
		{First: "Dana", Last: "Reyes", Email: "dana.reyes@acme.example", Manager: sdrLeadEmail, Team: "SDR"},
		{First: "Eli", Last: "Novak", Email: "eli.novak@acme.example", Manager: sdrLeadEmail, Team: "SDR"},
		{First: "Priya", Last: "Shah", Email: "priya.shah@acme.example", Manager: sdrLeadEmail, Team: "SDR"},
		{First: "Tomas", Last: "Becker", Email: "tomas.becker@acme.example", Manager: aeLeadEmail, Team: "AE"},
		{First: "Ines", Last: "Costa", Email: "ines.costa@acme.example", Manager: aeLeadEmail, Team: "AE"},
		{First: "Pat", Last: "Quill", Email: leaver, Manager: sdrLeadEmail, Team: "SDR", Left: true},
	}
}

// leaver is the address of the one who has left and still owns accounts.
const leaver = "pat.quill@acme.example"

// people adds users to both CRMs, Acme's unless others are given, and the
// integration user to Salesforce.
func (s *seeder) people(given []Person) {
	if given == nil {
		given = team()
	}
	standard, admin := s.profile("Standard User"), s.profile("System Administrator")
	s.salesforce("User", map[string]any{
		"Username": integrationUser, "FirstName": "handoffd", "LastName": "Sync", "Email": integrationUser,
		"Alias": "sync", "ProfileId": admin, "IsActive": true,
	})
	ids := map[string]string{}
	for _, p := range given {
		fields := map[string]any{
			"Username": p.Email, "FirstName": p.First, "LastName": p.Last, "Email": p.Email,
			"Alias": alias(p), "ProfileId": standard, "IsActive": !p.Left, "Title": p.Team,
			"TimeZoneSidKey": "America/New_York",
		}
		if p.Manager != "" {
			fields["ManagerId"] = ids[p.Manager]
		}
		p.SalesforceID = s.salesforce("User", fields)
		ids[p.Email] = p.SalesforceID
		p.HubSpotID = s.HubSpot.AddOwner(hubspot.Owner{
			Email: p.Email, FirstName: p.First, LastName: p.Last,
			Teams: teams(p.Team),
		})
		s.People = append(s.People, p)
	}
}

// alias is the short name that Salesforce wants, eight characters at most.
func alias(p Person) string {
	name := p.First
	if name == "" {
		name = p.Last
	}
	runes := []rune(strings.ToLower(strings.ReplaceAll(name, " ", "")))
	return string(runes[:min(len(runes), 8)])
}

// teams are the one team that a person is in.
func teams(name string) []hubspot.Team {
	if name == "" {
		return nil
	}
	id := map[string]string{"Management": "4710", "SDR": "4711", "AE": "4712"}[name]
	if id == "" {
		id = fmt.Sprint(5000 + crc32.ChecksumIEEE([]byte(name))%100_000)
	}
	return []hubspot.Team{{ID: id, Name: name, Primary: true}}
}

// depart deactivates the leavers in HubSpot, which refuses to assign records
// to a deactivated owner: they got theirs while they were here.
func (s *seeder) depart() {
	for _, p := range s.People {
		if p.Left && s.err == nil {
			s.fail(s.HubSpot.SetOwnerArchived(p.HubSpotID, true))
		}
	}
}

// person finds one of Acme's people by e-mail; nil for "".
func (s *seeder) person(email string) *Person {
	for i := range s.People {
		if s.People[i].Email == email {
			return &s.People[i]
		}
	}
	return nil
}

// profile finds a Salesforce profile's id.
func (s *seeder) profile(name string) string {
	_, rows, err := s.Salesforce.Query("SELECT Id FROM Profile WHERE Name = '"+name+"'", false)
	if err != nil || len(rows) != 1 {
		s.fail(err)
		return ""
	}
	return rows[0][0]
}

// sellers are the people who can be given accounts.
func (s *seeder) sellers() []string {
	var out []string
	for _, p := range s.People {
		if !p.Left && p.Team != "Management" {
			out = append(out, p.Email)
		}
	}
	return out
}
