package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"handoffd/internal/demo/world"
)

// Servers are a world's two sandboxes while they listen.
type Servers struct {
	SalesforceURL, HubSpotURL string
	servers                   []*http.Server
	stopped                   chan error
}

// Addresses are where the two sandboxes listen; port 0 picks a free one.
type Addresses struct {
	Salesforce, HubSpot string
	// Remote allows addresses that other machines can reach. The sandboxes'
	// control plane has no password.
	Remote bool
}

// RemoteError says that an address can be reached from other machines.
type RemoteError struct{ Address string }

// Error names the address and the way out.
func (e *RemoteError) Error() string {
	return fmt.Sprintf("listening on %q: other machines could reach it, and everybody who does can change what it holds; use 127.0.0.1, or --allow-remote", e.Address)
}

// Check refuses addresses that are malformed or open to other machines.
func (a Addresses) Check() error {
	for _, address := range []string{a.Salesforce, a.HubSpot} {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return fmt.Errorf("reading address: %w", err)
		}
		if !a.Remote && !loopback(host) {
			return &RemoteError{Address: address}
		}
	}
	return nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Serve begins to listen for both sandboxes. They answer as soon as it
// returns.
func Serve(ctx context.Context, w *world.World, a Addresses, log *slog.Logger) (*Servers, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	s := &Servers{stopped: make(chan error, 2)}
	var err error
	if s.SalesforceURL, err = s.listen(ctx, a.Salesforce, w.Salesforce, log); err == nil {
		s.HubSpotURL, err = s.listen(ctx, a.HubSpot, w.HubSpot, log)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("listening for a sandbox: %w", err), s.Close())
	}
	return s, nil
}

func (s *Servers) listen(ctx context.Context, address string, h http.Handler, log *slog.Logger) (url string, err error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog:    slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	s.servers = append(s.servers, server)
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.stopped <- fmt.Errorf("serving a sandbox: %w", err)
		}
	}()
	return "http://" + reachable(l.Addr().(*net.TCPAddr)), nil
}

// reachable is an address by which this machine reaches a listener: one that
// listens everywhere is reached by loopback.
func reachable(a *net.TCPAddr) string {
	if a.IP.IsUnspecified() {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(a.Port)).String()
	}
	return a.String()
}

// Wait returns when ctx ends (nil) or a sandbox stops by itself (why).
func (s *Servers) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-s.stopped:
		return err
	}
}

// Close stops listening and waits shortly for requests under way.
func (s *Servers) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	var errs []error
	for _, server := range s.servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, server.Close())
		}
	}
	return errors.Join(errs...)
}
