package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"handoffd/internal/engine"
)

func folderOf(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestBackup(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]Options{"of a running store": {}, "of a store open for reading": {ReadOnly: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "handoffd.db")
			writer := openAt(t, path, Options{})
			update(t, writer, func(tx engine.Tx) error { return tx.PutSetting("a", "committed") })
			dir := t.TempDir()
			dest := filepath.Join(dir, "copy of 'it'.db")
			update(t, writer, func(tx engine.Tx) error { // a write under way does not count
				if err := tx.PutSetting("a", "half"); err != nil {
					return err
				}
				return openAt(t, path, opts).Backup(t.Context(), dest)
			})
			same(t, "files", folderOf(t, dir), []string{"copy of 'it'.db"})
			info, err := os.Stat(dest)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "mode", info.Mode().Perm(), fs.FileMode(0o600))
			wantSetting(t, openAt(t, dest, Options{ReadOnly: true}), "a", "committed")
			restored := openAt(t, dest, Options{})
			update(t, restored, func(tx engine.Tx) error { return tx.PutSetting("a", "goes on") })
			wantSetting(t, restored, "a", "goes on")
		})
	}
}

func TestBackupRefusesExistingFile(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	for name, content := range map[string]string{"a.db": "precious", "empty.db": ""} {
		dest := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(dest, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := s.Backup(t.Context(), dest); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: got %v, want %v", name, err, fs.ErrExist)
		}
		got, err := os.ReadFile(dest)
		if err != nil {
			t.Fatal(err)
		}
		same(t, name, string(got), content)
	}
}

func TestBackupThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	s := openTest(t)
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Backup(ctx, filepath.Join(dir, "copy.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	same(t, "files", folderOf(t, dir), []string{})
	if err := s.Backup(t.Context(), filepath.Join(dir, "no", "folder.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want %v", err, fs.ErrNotExist)
	}
}
