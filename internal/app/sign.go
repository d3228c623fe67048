package app

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"

	"handoffd/internal/yamlpos"
	"handoffd/workflows"
)

// The sides that sign a policy.
const (
	Marketing = "marketing"
	Sales     = "sales"
)

// SignText returns the text of a config, or of a file with its workflows
// section, with one side's signature put in; all else stays as it is.
// The signature must have a hash.
func SignText(src []byte, side string, s workflows.Signature) ([]byte, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(src, &root); err != nil {
		return nil, fmt.Errorf("reading the policy: %w", err)
	}
	flow, before := resolved(&root), policyText{workflows: resolved(&root)}
	if own := valueOf(flow, "workflows"); own != nil {
		flow, before = own, readPolicyText(src)
	}
	e := editor{src: src}
	if err := e.sign(flow, side, s); err != nil {
		return nil, fmt.Errorf("putting the signature of %s into the policy: %w", side, err)
	}
	out := e.text()
	if err := proveSigned(out, before, side, s); err != nil {
		return nil, fmt.Errorf("putting the signature of %s into the policy: %w; write it by hand: %s: %s", side, err, side, signatureText(s))
	}
	return out, nil
}

// proveSigned reads the text again: it must hold the signature, and everything
// else must be what it was.
func proveSigned(out []byte, before policyText, side string, s workflows.Signature) error {
	after := readPolicyText(out)
	if valueOf(after.workflows, "version") == nil {
		after = policyText{workflows: sectionText(out)}
	}
	if after.hash() != before.hash() {
		return errors.New("the text around it is too unusual to edit")
	}
	got := valueOf(valueOf(after.workflows, signedOff), side)
	by, hash, on := valueOf(got, "by"), valueOf(got, "hash"), valueOf(got, "on")
	if by == nil || hash == nil || on == nil || by.Value != s.By || hash.Value != s.Hash || on.Value != s.On.Format("2006-01-02") {
		return errors.New("the signature cannot be read back")
	}
	return nil
}

// Sign puts one side's signature of the present policy into the config's file,
// or the file that its workflows section names. It returns that file's path.
func Sign(c *Config, side string, s workflows.Signature) (string, error) {
	path := c.PolicyPath
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	if err != nil {
		return path, fmt.Errorf("reading the policy: %w", err)
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return path, fmt.Errorf("reading the policy: %w", err)
	}
	s.Hash = c.Policy.Signed.Present
	out, err := SignText(src, side, s)
	if err != nil || bytes.Equal(out, src) {
		return path, err
	}
	return path, replaceFile(path, out, info.Mode().Perm())
}

// replaceFile writes the text beside the file and puts it in its place, so
// that a crash leaves the old one or the new one.
func replaceFile(path string, text []byte, mode os.FileMode) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("writing the policy: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("writing the policy: %w", err), os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// signProblems warns of signatures that are of another policy than this one.
func signProblems(top yamlpos.Node, s workflows.SignOff) {
	sides := top.FreeMap().Get(signedOff).FreeMap()
	for name, signature := range map[string]workflows.Signature{Marketing: s.Marketing, Sales: s.Sales} {
		if signature.Hash != "" && signature.Hash != s.Present {
			sides.Get(name).FreeMap().Get("hash").Warnf("signed-off",
				"%s signed another policy than this one (now %s): it only plans until `handoffd policy sign --as %s`", name, s.Present, name)
		}
	}
}
