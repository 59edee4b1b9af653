package state

import (
	"os"
	"strings"
	"testing"
	"time"
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
