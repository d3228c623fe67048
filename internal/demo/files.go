package demo

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"handoffd/internal/demo/world"
)

// WriteConfig writes a config for the world's sandboxes to file, and beside it
// the private key and the token that the config refers to; the store will
// stand there too. The files are readable by their owner only. It returns the
// path of the private key.
func WriteConfig(file string, w *world.World, salesforceURL, hubspotURL string, goLive bool, log *slog.Logger) (keyFile string, err error) {
	base := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	s := Settings{
		SalesforceURL: salesforceURL, HubSpotURL: hubspotURL,
		ClientID: w.Credentials.Salesforce.ClientID, Username: w.Credentials.Salesforce.Username,
		KeyFile: base + ".salesforce.key", TokenFile: base + ".hubspot.token", Store: base + ".db",
		Listen: "127.0.0.1:0", GoLive: goLive,
	}
	text, err := Config(s)
	if err != nil {
		return "", err
	}
	key, err := w.Credentials.Salesforce.KeyPEM()
	if err != nil {
		return "", err
	}
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("making the config's folder: %w", err)
	}
	if _, err := os.Stat(filepath.Join(folder, s.Store)); err == nil {
		log.Warn("the store is from an earlier sandbox, whose records are gone; remove it to begin anew", "store", filepath.Join(folder, s.Store))
	}
	keyFile = filepath.Join(folder, s.KeyFile)
	return keyFile, errors.Join(
		private(keyFile, key),
		private(filepath.Join(folder, s.TokenFile), []byte(w.Credentials.HubSpot.Token+"\n")),
		private(file, text),
	)
}

// WriteKey writes the private key alone into a folder.
func WriteKey(folder string, w *world.World) (keyFile string, err error) {
	key, err := w.Credentials.Salesforce.KeyPEM()
	if err != nil {
		return "", err
	}
	keyFile = filepath.Join(folder, "salesforce.key")
	return keyFile, private(keyFile, key)
}

// private writes a file that only its owner can read, in the place of an older
// one whatever that one's rights are.
func private(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // made with mode 0600
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
