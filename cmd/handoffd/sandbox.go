package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"handoffd/internal/clock"
	"handoffd/internal/demo"
	"handoffd/internal/demo/world"
)

// sandboxFlags are those of the command sandbox.
type sandboxFlags struct {
	addresses   demo.Addresses
	seed        string
	writeConfig string
}

func newSandbox(o *options) *cobra.Command {
	f := &sandboxFlags{}
	c := &cobra.Command{
		Use:   "sandbox [--salesforce ADDR] [--hubspot ADDR] [--seed empty|demo|N] [--write-config FILE]",
		Short: "Imitate both CRMs, to rehearse on; prints one line of JSON that says how to sign in",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return o.sandbox(c, f) },
	}
	flags := c.Flags()
	flags.StringVar(&f.addresses.Salesforce, "salesforce", "127.0.0.1:0", "where to listen as Salesforce; port 0 picks a free one")
	flags.StringVar(&f.addresses.HubSpot, "hubspot", "127.0.0.1:0", "where to listen as HubSpot; port 0 picks a free one")
	flags.BoolVar(&f.addresses.Remote, "allow-remote", false, "allow addresses that other machines can reach; the sandboxes' control plane has no password")
	flags.StringVar(&f.seed, "seed", world.Empty, "what stands in the CRMs: empty, demo, or a number of accounts")
	flags.StringVar(&f.writeConfig, "write-config", "", "write a config that signs in to the sandboxes, with its key and token beside it")
	return c
}

// access is what the command prints: how to sign in to the sandboxes.
type access struct {
	Salesforce salesforceAccess `json:"salesforce"`
	HubSpot    hubspotAccess    `json:"hubspot"`
}

type salesforceAccess struct {
	URL            string `json:"url"`
	ClientID       string `json:"client_id"`
	ClientSecret   string `json:"client_secret"`
	RefreshToken   string `json:"refresh_token"`
	Username       string `json:"username"`
	PrivateKeyFile string `json:"private_key_file"`
}

type hubspotAccess struct {
	URL          string `json:"url"`
	Token        string `json:"token"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	RefreshToken string `json:"refresh_token"`
}

func (o *options) sandbox(c *cobra.Command, f *sandboxFlags) (err error) {
	ctx, log := c.Context(), o.logger(c.ErrOrStderr())
	if _, err := world.ParseSeed(f.seed); err != nil {
		return usageError{err}
	}
	if err := f.addresses.Check(); err != nil {
		return usageError{err}
	}
	w, err := world.New(newOrg(world.Options{Clock: clock.System{}, Seed: f.seed, Logger: log.With("component", "sandbox")}))
	if err != nil {
		return err
	}
	servers, err := demo.Serve(ctx, w, f.addresses, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, servers.Close()) }()
	key, remove, err := o.sandboxFiles(c, f, w, servers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, remove()) }()
	sf, hs := w.Credentials.Salesforce, w.Credentials.HubSpot
	if err := printJSON(c.OutOrStdout(), access{
		Salesforce: salesforceAccess{servers.SalesforceURL, sf.ClientID, sf.ClientSecret, sf.RefreshToken, sf.Username, key},
		HubSpot:    hubspotAccess{servers.HubSpotURL, hs.Token, hs.ClientID, hs.ClientSecret, hs.RefreshToken},
	}); err != nil {
		return err
	}
	return servers.Wait(ctx)
}

// newOrg gives the sandboxes ids of their own: what another start of the
// command made is another org and portal, and a store that belongs to one must
// not be used with the other.
func newOrg(o world.Options) world.Options {
	n := rand.Uint32()
	o.SalesforceOptions.OrgID = fmt.Sprintf("00DHf%010d", n)
	o.HubSpotOptions.PortalID = 100_000_000 + int64(n%800_000_000)
	return o
}

// sandboxFiles writes the config with its key and token, or the key alone into
// a folder that is removed at the end.
func (o *options) sandboxFiles(c *cobra.Command, f *sandboxFlags, w *world.World, servers *demo.Servers) (key string, remove func() error, err error) {
	remove = func() error { return nil }
	if f.writeConfig != "" {
		file, err := filepath.Abs(f.writeConfig)
		if err != nil {
			return "", remove, fmt.Errorf("finding the config's folder: %w", err)
		}
		key, err = demo.WriteConfig(file, w, servers.SalesforceURL, servers.HubSpotURL, true, o.logger(c.ErrOrStderr()))
		return key, remove, err
	}
	folder, err := os.MkdirTemp("", "handoffd-sandbox-")
	if err != nil {
		return "", remove, fmt.Errorf("making a folder for the key: %w", err)
	}
	remove = func() error { return os.RemoveAll(folder) }
	if key, err = demo.WriteKey(folder, w); err != nil {
		return "", remove, errors.Join(err, remove())
	}
	return key, remove, nil
}
