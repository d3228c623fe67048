package salesforce

import (
	"errors"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	"handoffd/connectors"
	"handoffd/connectors/transport"
)

// explain says what an admin must do about a refused sign-in. The codes are
// those of Salesforce Help, "OAuth 2.0 Authorization Errors"; the bodies are
// never shown, since they may repeat what was sent.
func (s *signIn) explain(err error) error {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) {
		return err
	}
	status := 0
	if refused.Response != nil {
		status = refused.Response.StatusCode
	}
	e := &connectors.Error{
		System: connectors.Salesforce, Class: connectors.Stop, Status: status, Code: refused.ErrorCode,
		Message: "signing in: " + transport.OneLine(scrub(vendorError{Message: refused.ErrorDescription}), messageLimit),
	}
	if refused.ErrorCode == "rate_limit_exceeded" || (refused.ErrorCode == "" && temporary(status)) {
		e.Class, e.Message = connectors.Retry, "signing in: the login server does not answer properly"
		return e
	}
	if refused.ErrorCode == "" {
		e.Message = "signing in: the login server refused without a reason"
	}
	e.Fix = s.fixFor(refused.ErrorCode, strings.ToLower(refused.ErrorDescription))
	return e
}

func temporary(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// fixFor tells the admin what to do, by the flow in use.
func (s *signIn) fixFor(code, description string) string {
	says := func(part string) bool { return strings.Contains(description, part) }
	switch {
	case says("approved this consumer"), code == "invalid_app_access", says("not admin approved"):
		return "in the app's policies set Permitted Users to admin-approved, and assign the integration user a profile or permission set that the app allows"
	case says("audience"):
		return "set auth.jwt.audience to https://login.salesforce.com, or to https://test.salesforce.com for a sandbox"
	case says("expired authorization code"), says("assertion is expired"), s.cfg.Auth.JWT != nil && says("expired"):
		return "set this machine's clock (NTP): Salesforce takes an assertion for three minutes only"
	case says("assertion"), says("signature"):
		return "upload the certificate that belongs to private_key_file to the app, and check client_id and username"
	case code == "invalid_client_id", code == "invalid_client", says("client identifier"):
		return "check client_id and client_secret; a new app takes up to ten minutes to work, and must be installed in the org"
	case says("domain"), says("not supported on this"):
		return "set login_url to the org's own domain, https://<my domain>.my.salesforce.com"
	case code == "inactive_user", says("inactive user"), says("user is not active"):
		return "activate the integration user"
	case code == "inactive_org", says("inactive org"):
		return "the org is locked, closed or suspended"
	case s.cfg.Auth.Refresh != nil:
		return "authorise the app again and set the new refresh_token"
	case says("ip restricted"):
		return "relax the app's IP restrictions, or add this machine's address to the user's login IP ranges"
	case code == "unsupported_grant_type", says("no client credentials user"), says("not enabled"):
		return "enable the flow in the app's OAuth settings and, for client credentials, choose its run-as user"
	default:
		return "check the app, its allowed users, and login_url; the user's login history in Salesforce tells more"
	}
}
