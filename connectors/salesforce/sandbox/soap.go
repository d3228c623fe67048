package sandbox

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

// lastSOAPLogin is the last API version with login() (Salesforce Help,
// "Platform SOAP API login() Retirement").
const lastSOAPLogin = 64.0

// soap serves login() and logout() at /services/Soap/u/{version}; nothing
// else of the SOAP API is imitated.
func (s *Server) soap(r *http.Request, body []byte) reply {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	version, err := strconv.ParseFloat(parts[min(3, len(parts)-1)], 64)
	if err != nil {
		return soapFault("UNKNOWN_EXCEPTION", "Destination URL not found")
	}
	var envelope struct {
		Body struct {
			Login *struct {
				Username string `xml:"username"`
				Password string `xml:"password"`
			} `xml:"login"`
			Logout *struct{} `xml:"logout"`
		} `xml:"Body"`
		Header struct {
			Session struct {
				ID string `xml:"sessionId"`
			} `xml:"SessionHeader"`
		} `xml:"Header"`
	}
	if err := xml.Unmarshal(body, &envelope); err != nil {
		return soapFault("UNKNOWN_EXCEPTION", "the request is not a SOAP envelope")
	}
	switch login := envelope.Body.Login; {
	case envelope.Body.Logout != nil:
		s.closeSession(envelope.Header.Session.ID)
		return soapReply(http.StatusOK, "<logoutResponse/>")
	case login == nil:
		return soapFault("INVALID_OPERATION", "only login() and logout() are available")
	case version > lastSOAPLogin:
		return soapFault("INVALID_OPERATION", "SOAP API login() is not available in API version "+parts[3])
	default:
		return s.soapLogin(r, parts[3], login.Username, login.Password)
	}
}

func (s *Server) soapLogin(r *http.Request, version, username, password string) reply {
	s.mu.Lock()
	want, ok := s.passwords[strings.ToLower(username)]
	s.mu.Unlock()
	s.org.RLock()
	user, active := s.userByName(username)
	s.org.RUnlock()
	if !ok || want != password || user == 0 || !active {
		return soapFault("INVALID_LOGIN", "INVALID_LOGIN: Invalid username, password, security token; or user locked out.")
	}
	base := s.base(r)
	server := base + "/services/Soap/u/" + version + "/" + s.org.ID()[:15]
	return soapReply(http.StatusOK, "<loginResponse><result><metadataServerUrl>"+escapeXML(base+"/services/Soap/m/"+version+"/"+s.org.ID()[:15])+
		"</metadataServerUrl><passwordExpired>false</passwordExpired><sandbox>true</sandbox><serverUrl>"+escapeXML(server)+
		"</serverUrl><sessionId>"+escapeXML(s.open(user))+"</sessionId><userId>"+user.String()+"</userId><userInfo><organizationId>"+
		s.org.ID()+"</organizationId><userId>"+user.String()+"</userId><userName>"+escapeXML(username)+
		"</userName><sessionSecondsValid>"+strconv.Itoa(int(sessionIdle.Seconds()))+"</sessionSecondsValid></userInfo></result></loginResponse>")
}

func soapFault(code, message string) reply {
	return soapReply(http.StatusInternalServerError, "<soapenv:Fault><faultcode>"+code+"</faultcode><faultstring>"+escapeXML(message)+
		`</faultstring><detail><sf:LoginFault xsi:type="sf:LoginFault"><sf:exceptionCode>`+code+"</sf:exceptionCode><sf:exceptionMessage>"+
		escapeXML(message)+"</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>")
}

func soapReply(status int, inner string) reply {
	body := `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" ` +
		`xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<soapenv:Body>` + inner + `</soapenv:Body></soapenv:Envelope>`
	return reply{status: status, body: []byte(body), header: http.Header{"Content-Type": {"text/xml;charset=UTF-8"}}}
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
	return b.String()
}
