package sandbox

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"handoffd/connectors/salesforce/sandbox/org"
)

// sessionIdle is how long a session lives without use: the default session
// timeout (Salesforce Help, "Modify Session Security Settings").
const sessionIdle = 2 * time.Hour

// App is a connected app or external client app.
type App struct {
	ClientID string
	// ClientSecret is for the client credentials and refresh token flows.
	ClientSecret string
	// PublicKey checks the assertions of the JWT bearer flow; nil turns that
	// flow off for the app.
	PublicKey *rsa.PublicKey
	// Username is the run-as user of the client credentials flow and the one
	// user who is pre-authorised for the JWT bearer flow.
	Username string
	// RefreshToken, if set, is a token that the user granted earlier.
	RefreshToken string
}

// AddApp registers an app, or replaces the one with the same client id.
func (s *Server) AddApp(a App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.apps[a.ClientID] = a
}

// SetPassword lets a user sign in by SOAP login().
func (s *Server) SetPassword(username, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passwords[strings.ToLower(username)] = password
}

type session struct {
	token string
	user  org.ID
	used  time.Time
}

// Token opens a session for a user and returns its access token, for clients
// that take one ready-made.
func (s *Server) Token(username string) (string, error) {
	s.org.RLock()
	id, active := s.userByName(username)
	s.org.RUnlock()
	if id == 0 || !active {
		return "", fmt.Errorf("opening a session: there is no active user %q", username)
	}
	return s.open(id), nil
}

func (s *Server) open(user org.ID) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", s.org.ID(), user, s.next()))
	token := s.org.ID()[:15] + "!AQ" + base64.RawURLEncoding.EncodeToString(sum[:])
	token = strings.NewReplacer("-", ".", "_", ".").Replace(token)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[token] = &session{token: token, user: user, used: s.clock.Now()}
	return token
}

// session finds the live session of a token and keeps it alive.
func (s *Server) session(token string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.sessions[token]
	now := s.clock.Now()
	if x == nil {
		return nil
	}
	if now.Sub(x.used) >= sessionIdle {
		delete(s.sessions, token)
		return nil
	}
	x.used = now
	return x
}

func (s *Server) closeSession(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.sessions[token]
	delete(s.sessions, token)
	return ok
}

// userByName finds a user, with the org's read lock held.
func (s *Server) userByName(username string) (id org.ID, active bool) {
	res, err := s.org.Query(s.org.Admin(), "SELECT Id, IsActive FROM User WHERE Username = "+soqlQuote(username), false)
	if err != nil || res.Total == 0 {
		return 0, false
	}
	cells := res.Cells(0)
	id, _ = org.ParseID(cells[0])
	return id, cells[1] == "true"
}

func soqlQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`).Replace(s) + "'"
}
