package state

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// register resolves and registers the name of one candidate.
func register(t *testing.T, d Dirs, c Candidate) error {
	t.Helper()
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	r := ResolveNames(d, []*Candidate{&c}, now, nil)
	if err := r.Refused(0); err != nil {
		return err
	}
	return d.Register(t.Context(), &c, r, now)
}

func TestRegisterKeepsTheHost(t *testing.T) {
	d := Dirs{State: t.TempDir()}
	root := t.TempDir()
	for _, host := range []string{"a.example", "b.example"} {
		if err := register(t, d, Candidate{Name: host, Path: root, HTTPHost: host, ID: root}); err != nil {
			t.Fatal(err)
		}
	}
	if o, err := d.nameOwner("b.example"); err != nil || o == nil || o.Host != "b.example" {
		t.Errorf("got %+v, %v", o, err)
	}
}

// A file of the registry that cannot be read blocks its name, and no other.
func TestRegistryFileOfUnknownFormat(t *testing.T) {
	d := Dirs{State: t.TempDir()}
	c := Candidate{Name: "a.example", Path: "/srv/a", ID: "/srv/a"}
	if err := register(t, d, c); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "{}", `{"version":2,"name":"a.example"}`, `{"version":1,"name":"other"}`} {
		if err := os.WriteFile(d.namePath("a.example"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := register(t, d, c); err == nil || !strings.Contains(err.Error(), "remove it") {
			t.Errorf("%q: got %v", text, err)
		}
		if err := register(t, d, Candidate{Name: "b.example", Path: "/srv/b", ID: "/srv/b"}); err != nil {
			t.Errorf("%q: another name: %v", text, err)
		}
	}
}

// A site that the host remembers is found from any folder inside it, without reading the
// states of other sites. A removed site is not found.
func TestSiteAbove(t *testing.T) {
	base := t.TempDir()
	d := Dirs{State: filepath.Join(base, "state")}
	for _, path := range []string{"www", "project/releases/7/web"} {
		if err := os.MkdirAll(filepath.Join(base, path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(base, path, "wp-config.php"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("releases/7", filepath.Join(base, "project/current")); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"www", "project/current/web"} {
		if err := d.SaveSite(&Site{Version: manifest.Version, ID: filepath.Join(base, id), Previous: map[string]manifest.Previous{}}); err != nil {
			t.Fatal(err)
		}
	}
	for folder, want := range map[string]string{
		"www": "www", "www/a/b": "www", "www2": "", ".": "", "project": "", "project/releases/7/web/backups": "project/releases/7/web",
	} {
		if want != "" {
			want = filepath.Join(base, want)
		}
		if got := d.SiteAbove(filepath.Join(base, folder)); got != want {
			t.Errorf("%s: got %q, want %q", folder, got, want)
		}
	}
	if err := os.RemoveAll(filepath.Join(base, "www")); err != nil {
		t.Fatal(err)
	}
	if got := d.SiteAbove(filepath.Join(base, "www/a")); got != "" {
		t.Errorf("a removed site: got %q", got)
	}
}
