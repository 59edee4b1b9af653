package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// The credential of a host may only put. With it, each command that reads fails with one line
// that says so, and prints nothing else.
func TestPutOnlyCredentialCannotRead(t *testing.T) {
	t.Parallel()
	url, h := bucket(t, "reading-denied"), newHost(t)
	root := filepath.Join(t.TempDir(), "shop")
	if err := createSite(root, nowhere()); err != nil {
		t.Fatal(err)
	}
	h.backup(0, root, "--kind", "files", "--name", "shop", "--to", url)
	run := ""
	for _, name := range stored(t, "reading-denied") {
		if strings.HasSuffix(name, manifest.Suffix) {
			run = strings.TrimSuffix(name, manifest.Suffix)
		}
	}
	dir := filepath.Join(t.TempDir(), "new")
	latest := []string{"--latest", "--site", "shop"}
	for _, args := range [][]string{
		{"list"},
		{"list", "shop", "--latest"},
		{"list", "--incomplete"},
		{"list", "--json"},
		append([]string{"verify"}, latest...),
		{"verify", run},
		{"verify", "--all"},
		{"verify", "--all", "--quick"},
		{"verify", run, "--json"},
		append([]string{"get", "index.php"}, latest...),
		{"get", run, "index.php"},
		append([]string{"restore", "--only", "files", "--to", dir}, latest...),
		{"restore", run, "--site", "shop", "--only", "files", "--to", dir},
		{"restore", run, "--site", "shop", "--only", "files", "--to", dir, "--dry-run"},
		{"drill", "--all"},
		{"drill", "--site", "shop"},
		{"drill", "--site", "shop", "--json"},
	} {
		code, stdout, stderr := h.run(append(args, "--from", url)...)
		if code != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, "the credential may not read") {
			t.Errorf("%q: exit status %d, %s%s", args, code, stdout, stderr)
		}
	}
}
