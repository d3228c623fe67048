package setup

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"handoffd/connectors"
)

// Save writes files into a folder, which it makes if need be. It writes
// nothing at all if a file of that name with another content is there; one
// with the same content stays. It returns the paths that it wrote.
func Save(dir string, files []connectors.File) ([]string, error) {
	var due []connectors.File
	var errs []error
	for _, f := range files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return nil, fmt.Errorf("writing export: %q leads out of the folder", f.Path)
		}
		have, err := os.ReadFile(target(dir, f))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			due = append(due, f)
		case err != nil:
			errs = append(errs, fmt.Errorf("writing export: %w", err))
		case !bytes.Equal(have, f.Data):
			errs = append(errs, fmt.Errorf("writing export: %s is there already with another content; name an empty folder", target(dir, f)))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var wrote []string
	for _, f := range due {
		if err := save(target(dir, f), f.Data); err != nil {
			return wrote, err
		}
		wrote = append(wrote, target(dir, f))
	}
	return wrote, nil
}

func target(dir string, f connectors.File) string {
	return filepath.Join(dir, filepath.FromSlash(f.Path))
}

// save makes a new file. Others may read it: it holds no secret.
func save(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("writing export: %w", err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return fmt.Errorf("writing export: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing export: %w", err)
	}
	return nil
}
