package sandbox

import (
	"net/http"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
)

// badToken is the plain text that the identity resources answer without a
// valid token.
func badToken() reply {
	return reply{status: http.StatusForbidden, body: []byte("Bad_OAuth_Token"), header: http.Header{"Content-Type": {"text/html;charset=UTF-8"}}}
}

func bearer(r *http.Request) string {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") && !strings.EqualFold(kind, "OAuth") {
		return ""
	}
	return strings.TrimSpace(token)
}

// person is what the identity resources tell of a user.
type person struct {
	id, username, name, first, last, email, nickname, zone, locale, language, userType string
	active                                                                             bool
	modified                                                                           time.Time
}

func (s *Server) person(id org.ID) (person, bool) {
	s.org.RLock()
	defer s.org.RUnlock()
	row := s.org.Row(id)
	if row == nil {
		return person{}, false
	}
	obj := s.org.Object("User")
	text := func(name string) string { return s.org.Value(row, obj.Field(name)).String() }
	return person{
		id: id.String(), username: text("Username"), name: text("Name"), first: text("FirstName"), last: text("LastName"),
		email: text("Email"), nickname: text("CommunityNickname"), zone: text("TimeZoneSidKey"), locale: text("LocaleSidKey"),
		language: text("LanguageLocaleKey"), userType: strings.ToUpper(text("UserType")), active: text("IsActive") == "true",
		modified: time.UnixMilli(row.Modified()).UTC(),
	}, true
}

// userinfo serves /services/oauth2/userinfo, the OpenID Connect resource.
func (s *Server) userinfo(r *http.Request) reply {
	x := s.session(bearer(r))
	if x == nil {
		return badToken()
	}
	p, ok := s.person(x.user)
	if !ok {
		return badToken()
	}
	base := s.base(r)
	return answer(http.StatusOK, struct {
		Sub       string            `json:"sub"`
		UserID    string            `json:"user_id"`
		OrgID     string            `json:"organization_id"`
		Username  string            `json:"preferred_username"`
		Nickname  string            `json:"nickname"`
		Name      string            `json:"name"`
		Email     string            `json:"email"`
		Verified  bool              `json:"email_verified"`
		Given     string            `json:"given_name"`
		Family    string            `json:"family_name"`
		Zone      string            `json:"zoneinfo"`
		Photos    map[string]string `json:"photos"`
		Profile   string            `json:"profile"`
		Picture   string            `json:"picture"`
		ForSync   bool              `json:"is_salesforce_integration_user"`
		Address   map[string]string `json:"address"`
		URLs      map[string]string `json:"urls"`
		Active    bool              `json:"active"`
		UserType  string            `json:"user_type"`
		Language  string            `json:"language"`
		Locale    string            `json:"locale"`
		UTCOffset int64             `json:"utcOffset"`
		Updated   string            `json:"updated_at"`
	}{
		base + "/id/" + s.org.ID() + "/" + p.id, p.id, s.org.ID(), p.username, p.nickname, p.name, p.email, true, p.first, p.last,
		p.zone, map[string]string{"picture": base + "/profilephoto/005/F", "thumbnail": base + "/profilephoto/005/T"}, base + "/" + p.id,
		base + "/profilephoto/005/F", false, map[string]string{}, s.urls(base), p.active, p.userType, p.language, p.locale,
		s.utcOffset(x.user), p.modified.Format(time.RFC3339),
	})
}

// identity serves /id/{organization}/{user}.
func (s *Server) identity(r *http.Request) reply {
	x := s.session(bearer(r))
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if x == nil || len(parts) != 3 || org.FormatID(parts[1]) != s.org.ID() {
		return badToken()
	}
	id, ok := org.ParseID(parts[2])
	p, found := s.person(id)
	if !ok || !found || id != x.user {
		return badToken()
	}
	base := s.base(r)
	return answer(http.StatusOK, struct {
		ID        string            `json:"id"`
		Asserted  bool              `json:"asserted_user"`
		UserID    string            `json:"user_id"`
		OrgID     string            `json:"organization_id"`
		Username  string            `json:"username"`
		Nickname  string            `json:"nick_name"`
		Display   string            `json:"display_name"`
		Email     string            `json:"email"`
		Verified  bool              `json:"email_verified"`
		First     string            `json:"first_name"`
		Last      string            `json:"last_name"`
		Timezone  string            `json:"timezone"`
		Photos    map[string]string `json:"photos"`
		URLs      map[string]string `json:"urls"`
		Active    bool              `json:"active"`
		UserType  string            `json:"user_type"`
		Language  string            `json:"language"`
		Locale    string            `json:"locale"`
		UTCOffset int64             `json:"utcOffset"`
		Modified  string            `json:"last_modified_date"`
	}{
		base + "/id/" + s.org.ID() + "/" + p.id, true, p.id, s.org.ID(), p.username, p.nickname, p.name, p.email, true, p.first, p.last,
		p.zone, map[string]string{}, s.urls(base), p.active, p.userType, p.language, p.locale, s.utcOffset(x.user),
		p.modified.Format("2006-01-02T15:04:05Z"),
	})
}

// utcOffset is the user's standard offset in milliseconds.
func (s *Server) utcOffset(user org.ID) int64 {
	s.org.RLock()
	defer s.org.RUnlock()
	_, seconds := time.Date(s.clock.Now().Year(), 1, 1, 0, 0, 0, 0, s.org.Zone(user)).Zone()
	return int64(seconds) * 1000
}

func (s *Server) urls(base string) map[string]string {
	short := s.org.ID()[:15]
	data := base + "/services/data/v{version}/"
	return map[string]string{
		"enterprise": base + "/services/Soap/c/{version}/" + short, "metadata": base + "/services/Soap/m/{version}/" + short,
		"partner": base + "/services/Soap/u/{version}/" + short, "rest": data, "sobjects": data + "sobjects/",
		"search": data + "search/", "query": data + "query/", "recent": data + "recent/", "tooling_rest": data + "tooling/",
		"custom_domain": base,
	}
}
