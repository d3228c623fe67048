package channels_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// mailServer is a mail server on loopback that speaks as much SMTP as a test
// needs.
type mailServer struct {
	listener net.Listener
	address  string
	tls      *tls.Config // offered as STARTTLS, nil for not at all
	implicit bool        // TLS from the first byte
	user     string      // "user\x00password" that may sign in, "" for everybody
	// answer, if set, decides what is said to a command; "" for the usual,
	// "hang" for nothing, "drop" to end the connection.
	answer func(command string) string

	mu       sync.Mutex
	mails    []letter
	commands []string
}

// letter is a mail that was taken.
type letter struct{ from, to, data string }

func newMailServer(t *testing.T, change func(*mailServer)) *mailServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{listener: l, address: l.Addr().String()}
	if change != nil {
		change(s)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(conn)
		}
	}()
	return s
}

func (s *mailServer) taken() []letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]letter(nil), s.mails...)
}

func (s *mailServer) heard(command string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.commands {
		if strings.HasPrefix(c, command) {
			return true
		}
	}
	return false
}

// talk is one connection to a mailServer.
type talk struct {
	*mailServer
	conn   net.Conn
	in     *bufio.Reader
	secure bool
	mail   letter
}

func (s *mailServer) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	if s.implicit {
		conn = tls.Server(conn, s.tls)
	}
	c := &talk{mailServer: s, conn: conn, in: bufio.NewReader(conn), secure: s.implicit}
	c.say("220 test")
	for {
		line, err := c.in.ReadString('\n')
		if err != nil || !c.hear(strings.TrimRight(line, "\r\n")) {
			return
		}
	}
}

func (c *talk) say(text string) { fmt.Fprintf(c.conn, "%s\r\n", text) }

// hear takes one command, and tells whether the connection goes on.
func (c *talk) hear(command string) bool {
	c.mu.Lock()
	c.commands = append(c.commands, command)
	c.mu.Unlock()
	if command == "DATA" && c.said("DATA") == "" {
		c.say("354 go on")
		c.mail.data = readData(c.in)
		command = "."
	}
	switch said := c.said(command); said {
	case "":
		c.reply(command)
		return command != "QUIT"
	case "hang":
		_, _ = c.in.ReadString('\n')
		return false
	case "drop":
		return false
	default:
		c.say(said)
		return true
	}
}

// reply gives the usual answer.
func (c *talk) reply(command string) {
	verb, rest, _ := strings.Cut(command, " ")
	answer := map[string]string{"STARTTLS": "220 go on", "QUIT": "221 bye", ".": "250 queued"}[verb]
	switch verb {
	case "EHLO":
		c.greet()
		return
	case "AUTH":
		given, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(rest, "PLAIN "))
		answer = "235 welcome"
		if string(given) != "\x00"+c.user {
			answer = "535 5.7.8 wrong credential " + string(given[1:])
		}
	case "MAIL":
		c.mail = letter{from: rest}
	case "RCPT":
		c.mail.to = rest
	case ".":
		c.mu.Lock()
		c.mails = append(c.mails, c.mail)
		c.mu.Unlock()
	}
	if answer == "" {
		answer = "250 fine"
	}
	c.say(answer)
	if verb == "STARTTLS" {
		c.conn = tls.Server(c.conn, c.tls)
		c.in, c.secure = bufio.NewReader(c.conn), true
	}
}

// greet lists what the server can do.
func (c *talk) greet() {
	c.say("250-test")
	if c.tls != nil && !c.secure {
		c.say("250-STARTTLS")
	}
	if c.user != "" {
		c.say("250-AUTH PLAIN LOGIN")
	}
	c.say("250 8BITMIME")
}

func (s *mailServer) said(command string) string {
	if s.answer == nil {
		return ""
	}
	return s.answer(command)
}

func readData(r *bufio.Reader) string {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil || line == ".\r\n" {
			return b.String()
		}
		b.WriteString(line)
	}
}

// certificate makes one for 127.0.0.1, and what trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, pool
}
