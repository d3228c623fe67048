package world

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"

	hubspot "handoffd/connectors/hubspot/sandbox"
	salesforce "handoffd/connectors/salesforce/sandbox"
)

// Credentials are the ways to sign in to the two sandboxes. They are made anew
// for every world: a sandbox may be left open to a network.
type Credentials struct {
	Salesforce SalesforceCredentials
	HubSpot    HubSpotCredentials
}

// SalesforceCredentials are those of one connected app, which takes the JWT
// bearer, the client credentials and the refresh token flow.
type SalesforceCredentials struct {
	ClientID, ClientSecret, RefreshToken string
	// Username is the integration user that all three flows sign in as.
	Username string
	// Key signs the assertions of the JWT bearer flow.
	Key *rsa.PrivateKey
}

// KeyPEM is the private key as a PEM block, PKCS #8.
func (c SalesforceCredentials) KeyPEM() ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(c.Key)
	if err != nil {
		return nil, fmt.Errorf("writing private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// HubSpotCredentials are a private app's token, and an OAuth app.
type HubSpotCredentials struct {
	Token                                string
	ClientID, ClientSecret, RefreshToken string
}

// keyBits is the least that Salesforce takes for a connected app's
// certificate (Salesforce Help, "Certificates and Keys").
const keyBits = 2048

func (s *seeder) credentials(key *rsa.PrivateKey, withoutKey bool) {
	if key == nil && !withoutKey {
		made, err := rsa.GenerateKey(rand.Reader, keyBits)
		if err != nil {
			s.fail(fmt.Errorf("making a private key: %w", err))
			return
		}
		key = made
	}
	sf := SalesforceCredentials{
		ClientID: "3MVG9" + rand.Text(), ClientSecret: rand.Text() + rand.Text(), RefreshToken: "5Aep861" + rand.Text(),
		Username: integrationUser, Key: key,
	}
	hs := HubSpotCredentials{
		Token: "pat-na1-" + uuid(), ClientID: uuid(), ClientSecret: uuid(), RefreshToken: "na1-" + uuid(),
	}
	app := salesforce.App{ClientID: sf.ClientID, ClientSecret: sf.ClientSecret, RefreshToken: sf.RefreshToken, Username: sf.Username}
	if key != nil {
		app.PublicKey = &key.PublicKey
	}
	s.Salesforce.AddApp(app)
	s.HubSpot.AddToken(hubspot.Token{Value: hs.Token, Scopes: scopes(), Kind: hubspot.PrivateApp})
	s.HubSpot.AddApp(hubspot.App{ClientID: hs.ClientID, ClientSecret: hs.ClientSecret, RefreshToken: hs.RefreshToken, Scopes: scopes()})
	s.Credentials = Credentials{Salesforce: sf, HubSpot: hs}
}

// scopes are what an admin would tick: to read and write the records that the
// daemon and a rehearsal deal with, to see their owners, to add fields, and to
// let doctor see the workflows. Tasks and notes hide behind the contacts'
// scopes; tickets and the list of custom objects have their own.
func scopes() []string {
	list := []string{
		"crm.objects.owners.read", "crm.objects.users.read", "settings.users.read",
		"tickets", "crm.schemas.custom.read", "automation",
	}
	for _, object := range []string{"companies", "contacts", "deals"} {
		list = append(list, "crm.objects."+object+".read", "crm.objects."+object+".write",
			"crm.schemas."+object+".read", "crm.schemas."+object+".write")
	}
	return list
}

// uuid is a random UUID, version 4.
func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
