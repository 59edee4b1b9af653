package state

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// wordPress makes a folder that looks like a site.
func wordPress(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "wp-config.php"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// A name belongs to its first site. Another site's backups must not get among those of that site.
func TestWhoMayTakeAName(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) *time.Time { at := now.Add(-d); return &at }
	published := map[string]manifest.Previous{"x": {}}
	for name, c := range map[string]struct {
		removed bool       // there is no WordPress at the owner's path any more
		noticed *time.Time // when that was first noticed
		state   *Site      // of the owner
		next    Candidate  // the other site; its path and ID are another's unless they are set
		refused string     // part of the error
		usage   bool
	}{
		"the owner's site exists":              {next: Candidate{UID: 7}, refused: "already used by"},
		"even for a name that an operator set": {next: Candidate{UID: 7, Named: true}, refused: "already used by", usage: true},
		"even if it was missing before":        {noticed: ago(48 * time.Hour), next: Candidate{UID: 8}, refused: "already used by"},
		"the same owner after a removal":       {removed: true, next: Candidate{UID: 7}},
		"the operator after a removal":         {removed: true, next: Candidate{UID: 8, Named: true}},
		"another owner after a removal":        {removed: true, next: Candidate{UID: 8}, refused: "the name becomes free"},
		"soon after it was noticed":            {removed: true, noticed: ago(19 * time.Hour), next: Candidate{UID: 8}, refused: "the name becomes free"},
		"long after it was noticed":            {removed: true, noticed: ago(20 * time.Hour), next: Candidate{UID: 8}},
		"the same path and host":               {next: Candidate{UID: 8, Path: "OWNER", HTTPHost: "a.example"}},
		"the same path, another host":          {next: Candidate{UID: 8, Path: "OWNER", HTTPHost: "b.example"}, refused: "already used by"},
		"the same site at another path":        {next: Candidate{UID: 8, ID: "owner"}},
		"the owner has another name now":       {state: &Site{Name: "other", Previous: published}, next: Candidate{UID: 8}},
		"the owner was never published":        {state: &Site{Name: "name"}, next: Candidate{UID: 8}},
		"the owner was published":              {state: &Site{Name: "name", Previous: published}, next: Candidate{UID: 8}, refused: "already used by"},
		"the owner's state has no name":        {state: &Site{}, next: Candidate{UID: 8}, refused: "already used by"},
	} {
		d := Dirs{State: t.TempDir()}
		folder := wordPress(t)
		owner := Candidate{Name: "name", Path: folder, HTTPHost: "a.example", ID: "owner", UID: 7}
		record := owner.owner(now.Add(-1000 * time.Hour))
		record.Missing = c.noticed
		if err := d.saveNameOwner(&record); err != nil {
			t.Fatal(err)
		}
		if c.removed {
			if err := os.Remove(filepath.Join(folder, "wp-config.php")); err != nil {
				t.Fatal(err)
			}
		}
		if c.state != nil {
			c.state.Version, c.state.ID = manifest.Version, "owner"
			if c.state.Previous == nil {
				c.state.Previous = map[string]manifest.Previous{}
			}
			if err := d.SaveSite(c.state); err != nil {
				t.Fatal(err)
			}
		}
		c.next.Name = "name"
		switch c.next.Path {
		case "OWNER":
			c.next.Path = folder
		default:
			c.next.Path = "/srv/next"
		}
		if c.next.ID == "" {
			c.next.ID = "next"
		}
		r := ResolveNames(d, []*Candidate{&c.next}, now, nil)
		for what, err := range map[string]error{"resolve": r.Refused(0), "check": d.CheckName(&c.next, r, now), "register": d.Register(t.Context(), &c.next, r, now)} {
			if (err != nil) != (c.refused != "") || err != nil && (!strings.Contains(err.Error(), c.refused) || !strings.Contains(err.Error(), folder)) || errors.Is(err, manifest.ErrUsage) != c.usage {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		after, err := d.nameOwner("name")
		if err != nil || after.ID == c.next.ID != (c.refused == "") || after.is(&owner) && !after.Since.Equal(record.Since) {
			t.Errorf("%s: the owner is %+v, %v", name, after, err)
		}
	}
}

// In one invocation, the sites' names are known before they are registered.
func TestNamesOfOneInvocation(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	site := func(id string, named bool) *Candidate {
		return &Candidate{Name: "name", Path: "/" + id, Root: "/" + id, ID: id, Named: named}
	}
	owned := Dirs{State: t.TempDir()}
	record := (&Candidate{Name: "name", Path: wordPress(t), ID: "b"}).owner(now)
	if err := owned.saveNameOwner(&record); err != nil {
		t.Fatal(err)
	}
	renamed, ignored := site("b", false), site("b", false)
	renamed.Name, ignored.Ignored = "other", true
	for name, c := range map[string]struct {
		d       Dirs
		sites   []*Candidate
		answers string // the sites whose database answers
		refused []bool
	}{
		"two sites":                      {Dirs{State: t.TempDir()}, []*Candidate{site("a", false), site("b", false)}, "", []bool{true, true}},
		"one site given twice":           {Dirs{State: t.TempDir()}, []*Candidate{site("a", false), site("a", false)}, "", []bool{false, false}},
		"one was named by the operator":  {Dirs{State: t.TempDir()}, []*Candidate{site("a", false), site("b", true)}, "a", []bool{true, false}},
		"both were":                      {Dirs{State: t.TempDir()}, []*Candidate{site("a", true), site("b", true)}, "a", []bool{true, true}},
		"the database of one answers":    {Dirs{State: t.TempDir()}, []*Candidate{site("a", false), site("b", false)}, "b", []bool{true, false}},
		"both databases answer":          {Dirs{State: t.TempDir()}, []*Candidate{site("a", false), site("b", false)}, "ab", []bool{true, true}},
		"one is the owner":               {owned, []*Candidate{site("a", true), site("b", false)}, "a", []bool{true, false}},
		"the owner has another name now": {owned, []*Candidate{site("a", false), renamed}, "", []bool{false, false}},
		"the owner is ignored now":       {owned, []*Candidate{site("a", false), ignored}, "", []bool{false, false}},
		"only another one":               {owned, []*Candidate{nil, site("a", false)}, "", []bool{false, true}},
	} {
		r := ResolveNames(c.d, c.sites, now, func(i int) bool { return strings.Contains(c.answers, c.sites[i].ID) })
		some := false
		for i, want := range c.refused {
			if err := r.Refused(i); (err != nil) != want {
				t.Errorf("%s: site %d: %v", name, i, err)
			}
			some = some || want
		}
		if r.AnyRefused() != some {
			t.Errorf("%s: any refused: %v", name, !some)
		}
	}
}

func TestNestedSites(t *testing.T) {
	site := func(root string) *Candidate {
		return &Candidate{Name: strings.ReplaceAll(root[1:], "/", "."), ID: root, Path: root, Root: root}
	}
	noFiles, ignored, unused, twice := site("/a/db"), site("/a/ignored"), site("/a/unused"), site("/a/twice")
	noFiles.NoFiles, ignored.Ignored, unused.Unconfigured, twice.Name = true, true, true, "b"
	r := ResolveNames(Dirs{State: t.TempDir()}, []*Candidate{site("/a/in/deep"), site("/b"), site("/a"), site("/a/in"), site("/ab"), noFiles, ignored, unused, twice, nil}, time.Time{}, nil)
	want := map[int][]string{2: {"/a/in", "/a/in/deep"}, 3: {"/a/in/deep"}}
	if got := r.Nested(); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	if !r.Unused(7) || r.Unused(6) || r.Unused(2) {
		t.Errorf("unused: %v, %v, %v", r.Unused(7), r.Unused(6), r.Unused(2))
	}
}
