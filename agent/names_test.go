package agent

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// missingTime is how long a site must be missing before another user gets its name.
const missingTime = 20 * time.Hour

// A testHost is a host with sites that claim the same names.
type testHost struct {
	t    *testing.T
	base string
	now  time.Time
	a    *Agent
}

func newTestHost(t *testing.T) *testHost {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &testHost{t: t, base: base, now: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)}
	h.a = &Agent{Dirs: state.Dirs{State: t.TempDir(), Run: t.TempDir()}, Now: func() time.Time { return h.now }}
	h.a.init()
	return h
}

// site creates a site of a user, and returns its job.
func (h *testHost) site(path, name string, uid int) Job {
	h.t.Helper()
	root := filepath.Join(h.base, path)
	if err := os.MkdirAll(root, 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "wp-config.php"), []byte("<?php"), 0o600); err != nil {
		h.t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(root, uid, uid); err != nil {
			h.t.Fatal(err)
		}
	}
	place, err := site.PlaceOf(root, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return Job{Place: place, Name: name, Kind: manifest.Files}
}

// run is one invocation in which every site that gets its name is published. It returns
// their paths.
func (h *testHost) run(jobs ...Job) (won []string) {
	h.t.Helper()
	return h.invoke(func(*Job) bool { return true }, nil, jobs...)
}

// invoke is one invocation. published tells which sites are published, if they get their
// names. It returns the paths of those that get them.
func (h *testHost) invoke(published func(*Job) bool, probe databaseProbe, jobs ...Job) (won []string) {
	h.t.Helper()
	c := h.a.resolveNames(h.t.Context(), jobs, probe)
	for i := range jobs {
		job := &jobs[i]
		if job.Ignore != "" || c.Refused(i) != nil || c.candidates[i] == nil {
			continue
		}
		candidate := c.candidates[i]
		if err := h.a.Dirs.CheckName(candidate, c.Resolution, h.now); err != nil {
			h.t.Errorf("%s: gets the name %s, and does not: %v", job.Place.Path, job.Name, err)
			continue
		}
		site, err := h.a.Dirs.LoadSite(candidate.ID)
		if err != nil {
			h.t.Fatal(err)
		}
		report := &manifest.SiteReport{Path: job.Place.Path, Name: job.Name, Kind: job.Kind, Status: manifest.Failed}
		if published(job) {
			report.Status, site.Previous["x"] = manifest.OK, manifest.Previous{}
			if err := h.a.Dirs.Register(h.t.Context(), candidate, c.Resolution, h.now); err != nil {
				h.t.Errorf("%s: published as %s, but cannot register it: %v", job.Place.Path, job.Name, err)
			}
		}
		site.Record(report, false, h.now)
		site.UID = candidate.UID
		if err := h.a.Dirs.SaveSite(site); err != nil {
			h.t.Fatal(err)
		}
		rel, err := filepath.Rel(h.base, job.Place.Path)
		if err != nil {
			h.t.Fatal(err)
		}
		won = append(won, rel)
	}
	h.a.prune(h.t.Context(), jobs, c)
	return won
}

func (h *testHost) want(what string, got []string, want ...string) {
	h.t.Helper()
	if !slices.Equal(got, want) {
		h.t.Errorf("%s: %q got their names, want %q", what, got, want)
	}
}

// Creating a folder with the name of another site neither stops the backups of that
// site nor adds to them.
func TestNameOwnerKeepsItsName(t *testing.T) {
	h := newTestHost(t)
	victim, attacker := h.site("victim/sites/v.example/public", "v.example", 2001), h.site("attacker/sites/v.example/public", "v.example", 2002)
	h.want("alone", h.run(victim), "victim/sites/v.example/public")
	h.want("both", h.run(attacker, victim), "victim/sites/v.example/public")
	h.want("the attacker alone", h.run(attacker))
	named := attacker
	named.Named = true
	h.want("by the operator's mistake", h.run(named, victim), "victim/sites/v.example/public")

	c := h.a.resolveNames(t.Context(), []Job{attacker, victim, named}, nil)
	for i, usage := range map[int]bool{0: false, 2: true} {
		err := c.Refused(i)
		if err == nil || !strings.Contains(err.Error(), attacker.Place.Path) || !strings.Contains(err.Error(), victim.Place.Path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error: %v; want it to name both on one line", err)
		}
		var report manifest.SiteReport
		if report.Fail(err); (report.Status == manifest.Refused) != usage {
			t.Errorf("%v: the status is %s", err, report.Status)
		}
	}
}

// If a free name is claimed by two sites, only a site that the operator gave the name
// gets it.
func TestFreeName(t *testing.T) {
	h := newTestHost(t)
	one, two := h.site("one/blog", "blog", 2001), h.site("two/blog", "blog", 2002)
	other := h.site("three/shop", "shop", 2003)
	h.want("two", h.run(one, two, other), "three/shop")
	two.Named = true
	h.want("the operator named one", h.run(one, two), "two/blog")
	h.want("that one keeps the name", h.run(one, h.site("two/blog", "blog", 2002)), "two/blog")

	h = newTestHost(t)
	one, two = h.site("one/blog", "blog", 2001), h.site("two/blog", "blog", 2002)
	one.Named, two.Named = true, true
	h.want("the operator named both", h.run(one, two))
	if err := h.a.resolveNames(t.Context(), []Job{one, two}, nil).Refused(0); !errors.Is(err, manifest.ErrUsage) {
		t.Errorf("got %v, want it to be usage", err)
	}
	h.want("the same site twice", h.run(one, one), "one/blog", "one/blog")
	missing := Job{Place: site.Place{Path: h.base + "/none/new", Home: h.base}, Name: "new"}
	h.want("one does not exist", h.run(missing, h.site("four/new", "new", 2004)), "four/new")
}

// A site that was never published owns no name: neither one whose backups fail, nor a
// mistyped path.
func TestUnpublishedSiteOwnsNoName(t *testing.T) {
	h := newTestHost(t)
	squatter, victim := h.site("a/sites/v.example/public", "v.example", 2001), h.site("b/sites/v.example/public", "v.example", 2002)
	fails := func(job *Job) bool { return job.Place.Path != squatter.Place.Path }
	h.want("the squatter alone", h.invoke(fails, nil, squatter), "a/sites/v.example/public")
	h.want("the victim", h.invoke(fails, nil, victim), "b/sites/v.example/public")
	h.want("both", h.invoke(fails, nil, squatter, victim), "b/sites/v.example/public")
}

// Earlier versions reserved names before the first backup.
func TestNameOfUnpublishedOwnerIsFreed(t *testing.T) {
	h := newTestHost(t)
	squatter, victim := h.site("a/x", "x", 2001), h.site("b/x", "x", 2002)
	h.want("the squatter", h.run(squatter), "a/x")
	c := h.a.resolveNames(t.Context(), []Job{squatter}, nil).candidates[0]
	site, err := h.a.Dirs.LoadSite(c.ID)
	if err != nil {
		t.Fatal(err)
	}
	clear(site.Previous)
	if err := h.a.Dirs.SaveSite(site); err != nil {
		t.Fatal(err)
	}
	h.want("the victim", h.run(victim), "b/x")
}

// If two sites ask for a free name, the one whose database answers gets it. If that does
// not decide, neither does; other sites are not affected.
func TestDatabaseDecidesBetweenSitesOfOneName(t *testing.T) {
	for _, tt := range []struct {
		answering []string
		want      []string
	}{
		{nil, []string{"c/other"}},
		{[]string{"a/x"}, []string{"a/x", "c/other"}},
		{[]string{"b/x"}, []string{"b/x", "c/other"}},
		{[]string{"a/x", "b/x"}, []string{"c/other"}},
	} {
		h := newTestHost(t)
		var asked []string
		probe := func(_ context.Context, job *Job, _ uint32) bool {
			rel, err := filepath.Rel(h.base, job.Place.Path)
			if err != nil {
				t.Error(err)
			}
			asked = append(asked, rel)
			return slices.Contains(tt.answering, rel)
		}
		got := h.invoke(func(*Job) bool { return true }, probe, h.site("a/x", "x", 2001), h.site("b/x", "x", 2002), h.site("c/other", "other", 2003))
		h.want(fmt.Sprint(tt.answering), got, tt.want...)
		if !slices.Equal(asked, []string{"a/x", "b/x"}) {
			t.Errorf("asked are %q", asked)
		}
	}
}

// The operator takes a name away by giving its owner another name, or by leaving
// that site out.
func TestNameIsReleased(t *testing.T) {
	for _, how := range []string{"renamed", "renamed before", "ignored"} {
		h := newTestHost(t)
		squatter, newcomer := h.site("a/sites/v.example/public", "v.example", 2001), h.site("b/sites/v.example/public", "v.example", 2002)
		h.want(how, h.run(squatter, newcomer))
		h.want(how, h.run(squatter), "a/sites/v.example/public")
		switch how {
		case "renamed":
			squatter.Name, squatter.Named = "squatter", true
			h.want(how, h.run(newcomer, squatter), "b/sites/v.example/public", "a/sites/v.example/public")
		case "renamed before":
			squatter.Name, squatter.Named = "squatter", true
			h.want(how, h.run(squatter), "a/sites/v.example/public")
			h.want(how, h.run(newcomer), "b/sites/v.example/public")
		case "ignored":
			squatter.Ignore = "squats"
			h.want(how, h.run(newcomer, squatter), "b/sites/v.example/public")
		}
	}
}

// A site that is missing loses its name: at once to a site of the same owner, or to
// one that the operator gave the name; to a site of another owner after missingTime.
func TestMissingNameOwner(t *testing.T) {
	gone := func(h *testHost) Job {
		holder := h.site("old/x", "x", 2001)
		h.want("the holder", h.run(holder), "old/x")
		if err := os.RemoveAll(filepath.Join(h.base, "old")); err != nil {
			t.Fatal(err)
		}
		return holder
	}
	h := newTestHost(t)
	gone(h)
	h.want("the same owner", h.run(h.site("moved/x", "x", 2001)), "moved/x")

	h = newTestHost(t)
	gone(h)
	named := h.site("b/x", "x", 2002)
	named.Named = true
	h.want("by name", h.run(named), "b/x")

	if os.Geteuid() != 0 {
		t.Skip("changing the owner of files needs root")
	}
	h = newTestHost(t)
	holder := gone(h)
	other := h.site("b/x", "x", 2002)
	h.want("another owner's, at once", h.run(other))
	h.now = h.now.Add(missingTime / 2)
	h.want("another owner's, before missingTime", h.run(other))
	h.site("old/x", "x", 2001)
	h.want("the holder is back", h.run(other, holder), "old/x")
	if err := os.RemoveAll(filepath.Join(h.base, "old")); err != nil {
		t.Fatal(err)
	}
	h.now = h.now.Add(2 * missingTime)
	h.want("missing again", h.run(other))
	h.now = h.now.Add(missingTime)
	h.want("missing for longer", h.run(other), "b/x")
	h.site("old/x", "x", 2001)
	h.want("the holder is back too late", h.run(other, holder), "b/x")
}

// A site keeps its name when its folder moves while its path stays, or when the
// operator uses another path to it.
func TestSameSiteByAnotherPath(t *testing.T) {
	h := newTestHost(t)
	job := h.site("disk1/x", "x", 2001)
	link := filepath.Join(h.base, "link")
	if err := os.Symlink("disk1/x", link); err != nil {
		t.Fatal(err)
	}
	byLink := job
	byLink.Place = site.Place{Path: link, Home: link}
	h.want("by its path", h.run(job), "disk1/x")
	h.want("by a link", h.run(byLink), "link")
	h.site("disk2/x", "x", 2002)
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("disk2/x", link); err != nil {
		t.Fatal(err)
	}
	h.want("the operator moved it", h.run(byLink), "link")
	h.want("not the old copy", h.run(job))
}

func TestSitesOfOneFolder(t *testing.T) {
	h := newTestHost(t)
	a := h.site("shared", "a.example", 0)
	b := a
	a.World.HTTPHost, b.World.HTTPHost, b.Name = "a.example", "b.example", "b.example"
	h.want("hosts", h.run(a, b), "shared", "shared")
}

// A site inside another site is left to its own run, if it has one.
func TestNested(t *testing.T) {
	h := newTestHost(t)
	jobs := []Job{
		h.site("u/html", "html", 2001), h.site("u/html/shop", "shop", 2001), h.site("u/html/shop/deep", "deep", 2001),
		h.site("u/html-2", "two", 2001), h.site("u/html/db", "db", 2001), h.site("u/html/clash", "two", 2001),
	}
	jobs[4].Kind = manifest.DB
	jobs[3].Named = true
	c := h.a.resolveNames(t.Context(), jobs, nil)
	got := fmt.Sprint(c.Nested())
	want := fmt.Sprint(map[int][]string{0: {h.base + "/u/html/shop", h.base + "/u/html/shop/deep"}, 1: {h.base + "/u/html/shop/deep"}})
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A site that a search finds without a configuration is left out, unless it was
// backed up before.
func TestLostConfiguration(t *testing.T) {
	h := newTestHost(t)
	bare, lost := h.site("bare", "bare", 2001), h.site("lost", "lost", 2001)
	h.want("before", h.run(lost), "lost")
	bare.Unconfigured, lost.Unconfigured = true, true
	c := h.a.resolveNames(t.Context(), []Job{bare, lost}, nil)
	if !c.Unused(0) || c.Unused(1) || c.Refused(0) != nil || c.Refused(1) != nil {
		t.Errorf("got %+v", c)
	}
}

// Every run of a tenant may take as long as a run may. The sites of other tenants must
// not wait for all of them. Only root backs up several owners.
func TestOwnersTakeTurns(t *testing.T) {
	h := newTestHost(t)
	var jobs []Job
	for i, path := range []string{"alice/1", "alice/2", "alice/3", "bob/1", "bob/2"} {
		uid := map[string]int{"alice": 2001, "bob": 2002}[filepath.Dir(path)]
		jobs = append(jobs, h.site(path, fmt.Sprint("NO NAME ", i), uid)) // refused when its turn comes
	}
	jobs = append(jobs, Job{Place: site.Place{Home: h.base, Path: h.base + "/nowhere/0"}, Name: "NO NAME"})
	var got []string
	h.a.Finished = func(r manifest.SiteReport) {
		rel, err := filepath.Rel(h.base, r.Path)
		if err != nil {
			t.Error(err)
		}
		got = append(got, rel)
	}
	h.a.turn = time.Nanosecond // every site takes longer than a turn
	report := h.a.Backup(t.Context(), jobs)
	want := []string{"alice/1", "bob/1", "nowhere/0", "alice/2", "bob/2", "alice/3"}
	if os.Geteuid() != 0 {
		want = []string{"alice/1", "nowhere/0", "alice/2", "alice/3", "bob/1", "bob/2"}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for i, job := range jobs {
		if report.Sites[i].Path != job.Place.Path {
			t.Errorf("the report names %s where %s was asked for", report.Sites[i].Path, job.Place.Path)
		}
	}
}
