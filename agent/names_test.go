package agent

import (
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

// A town is a host with sites that ask for the same names.
type town struct {
	t    *testing.T
	base string
	now  time.Time
	a    *Agent
}

func newTown(t *testing.T) *town {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &town{t: t, base: base, now: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)}
	w.a = &Agent{Dirs: state.Dirs{State: t.TempDir(), Run: t.TempDir()}, Now: func() time.Time { return w.now }}
	w.a.init()
	return w
}

// site creates a site of a user, and returns its job.
func (w *town) site(path, name string, uid int) Job {
	w.t.Helper()
	root := filepath.Join(w.base, path)
	if err := os.MkdirAll(root, 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "wp-config.php"), []byte("<?php"), 0o600); err != nil {
		w.t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(root, uid, uid); err != nil {
			w.t.Fatal(err)
		}
	}
	place, err := site.PlaceOf(root, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return Job{Place: place, Name: name, Kind: manifest.Files}
}

// run is one invocation. It registers the names of the sites that get them, and
// returns their paths.
func (w *town) run(jobs ...Job) (won []string) {
	w.t.Helper()
	c := w.a.resolveNames(jobs)
	w.a.recordMissing(c, jobs)
	for i := range jobs {
		job := &jobs[i]
		if job.Ignore != "" || c.Refused(i) != nil || c.candidates[i] == nil {
			continue
		}
		candidate := c.candidates[i]
		if err := w.a.Dirs.Register(candidate, c.Resolution, w.now); err != nil {
			w.t.Errorf("%s: gets the name %s, but cannot register it: %v", job.Place.Path, job.Name, err)
			continue
		}
		site, err := w.a.Dirs.LoadSite(candidate.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		site.Record(&manifest.SiteReport{Path: job.Place.Path, Name: job.Name, Kind: job.Kind, Status: manifest.OK}, false, w.now)
		if err := w.a.Dirs.SaveSite(site); err != nil {
			w.t.Fatal(err)
		}
		rel, err := filepath.Rel(w.base, job.Place.Path)
		if err != nil {
			w.t.Fatal(err)
		}
		won = append(won, rel)
	}
	return won
}

func (w *town) want(what string, got []string, want ...string) {
	w.t.Helper()
	if !slices.Equal(got, want) {
		w.t.Errorf("%s: %q go by their names, want %q", what, got, want)
	}
}

// Creating a folder with the name of another site neither stops the backups of that
// site nor adds to them.
func TestNameOwnerKeepsItsName(t *testing.T) {
	w := newTown(t)
	victim, thief := w.site("victim/sites/v.example/public", "v.example", 2001), w.site("a-thief/sites/v.example/public", "v.example", 2002)
	w.want("alone", w.run(victim), "victim/sites/v.example/public")
	w.want("both", w.run(thief, victim), "victim/sites/v.example/public")
	w.want("the thief alone", w.run(thief))
	named := thief
	named.Named = true
	w.want("by the operator's mistake", w.run(named, victim), "victim/sites/v.example/public")

	c := w.a.resolveNames([]Job{thief, victim, named})
	for i, usage := range map[int]bool{0: false, 2: true} {
		err := c.Refused(i)
		if err == nil || !strings.Contains(err.Error(), thief.Place.Path) || !strings.Contains(err.Error(), victim.Place.Path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error: %v; want it to name both on one line", err)
		}
		var report manifest.SiteReport
		if report.Fail(err); (report.Status == manifest.Refused) != usage {
			t.Errorf("%v: the status is %s", err, report.Status)
		}
	}
}

// If nobody owns a name that two sites ask for, only a site that the operator gave
// the name gets it.
func TestFreeName(t *testing.T) {
	w := newTown(t)
	one, two := w.site("one/blog", "blog", 2001), w.site("two/blog", "blog", 2002)
	other := w.site("three/shop", "shop", 2003)
	w.want("two", w.run(one, two, other), "three/shop")
	two.Named = true
	w.want("one is named so", w.run(one, two), "two/blog")
	w.want("and keeps it", w.run(one, w.site("two/blog", "blog", 2002)), "two/blog")

	w = newTown(t)
	one, two = w.site("one/blog", "blog", 2001), w.site("two/blog", "blog", 2002)
	one.Named, two.Named = true, true
	w.want("both are named so", w.run(one, two))
	if err := w.a.resolveNames([]Job{one, two}).Refused(0); !errors.Is(err, manifest.ErrUsage) {
		t.Errorf("got %v, want it to be usage", err)
	}
	w.want("the same site twice", w.run(one, one), "one/blog", "one/blog")
	missing := Job{Place: site.Place{Path: w.base + "/none/new", Home: w.base}, Name: "new"}
	w.want("one is not there", w.run(missing, w.site("four/new", "new", 2004)), "four/new")
}

// The operator takes a name away by giving its owner another name, or by leaving
// that site out.
func TestNameIsReleased(t *testing.T) {
	for _, how := range []string{"renamed", "renamed before", "ignored"} {
		w := newTown(t)
		squatter, newcomer := w.site("a/sites/v.example/public", "v.example", 2001), w.site("b/sites/v.example/public", "v.example", 2002)
		w.want(how, w.run(squatter, newcomer))
		w.want(how, w.run(squatter), "a/sites/v.example/public")
		switch how {
		case "renamed":
			squatter.Name, squatter.Named = "squatter", true
			w.want(how, w.run(newcomer, squatter), "b/sites/v.example/public", "a/sites/v.example/public")
		case "renamed before":
			squatter.Name, squatter.Named = "squatter", true
			w.want(how, w.run(squatter), "a/sites/v.example/public")
			w.want(how, w.run(newcomer), "b/sites/v.example/public")
		case "ignored":
			squatter.Ignore = "squats"
			w.want(how, w.run(newcomer, squatter), "b/sites/v.example/public")
		}
	}
}

// A site that is missing loses its name: at once to a site of the same owner, or to
// one that the operator gave the name; to a site of another owner after missingTime.
func TestMissingNameOwner(t *testing.T) {
	gone := func(w *town) Job {
		holder := w.site("old/x", "x", 2001)
		w.want("the holder", w.run(holder), "old/x")
		if err := os.RemoveAll(filepath.Join(w.base, "old")); err != nil {
			t.Fatal(err)
		}
		return holder
	}
	w := newTown(t)
	gone(w)
	w.want("the same owner", w.run(w.site("moved/x", "x", 2001)), "moved/x")

	w = newTown(t)
	gone(w)
	named := w.site("b/x", "x", 2002)
	named.Named = true
	w.want("by name", w.run(named), "b/x")

	if os.Geteuid() != 0 {
		t.Skip("giving files to others needs root")
	}
	w = newTown(t)
	holder := gone(w)
	other := w.site("b/x", "x", 2002)
	w.want("another's, at once", w.run(other))
	w.now = w.now.Add(missingTime / 2)
	w.want("another's, soon", w.run(other))
	w.site("old/x", "x", 2001)
	w.want("it is back", w.run(other, holder), "old/x")
	if err := os.RemoveAll(filepath.Join(w.base, "old")); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(2 * missingTime)
	w.want("gone anew", w.run(other))
	w.now = w.now.Add(missingTime)
	w.want("gone for good", w.run(other), "b/x")
	w.site("old/x", "x", 2001)
	w.want("too late", w.run(other, holder), "b/x")
}

// A site keeps its name when its folder moves while its path stays, or when the
// operator uses another path to it.
func TestSameSiteByAnotherPath(t *testing.T) {
	w := newTown(t)
	job := w.site("disk1/x", "x", 2001)
	link := filepath.Join(w.base, "link")
	if err := os.Symlink("disk1/x", link); err != nil {
		t.Fatal(err)
	}
	byLink := job
	byLink.Place = site.Place{Path: link, Home: link}
	w.want("by its path", w.run(job), "disk1/x")
	w.want("by a link", w.run(byLink), "link")
	w.site("disk2/x", "x", 2002)
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("disk2/x", link); err != nil {
		t.Fatal(err)
	}
	w.want("the operator moved it", w.run(byLink), "link")
	w.want("not the old copy", w.run(job))
}

func TestSitesOfOneFolder(t *testing.T) {
	w := newTown(t)
	a := w.site("shared", "a.example", 0)
	b := a
	a.World.HTTPHost, b.World.HTTPHost, b.Name = "a.example", "b.example", "b.example"
	w.want("hosts", w.run(a, b), "shared", "shared")
}

// A site inside another site is left to its own run, if it has one.
func TestNested(t *testing.T) {
	w := newTown(t)
	jobs := []Job{
		w.site("u/html", "html", 2001), w.site("u/html/shop", "shop", 2001), w.site("u/html/shop/deep", "deep", 2001),
		w.site("u/html-2", "two", 2001), w.site("u/html/db", "db", 2001), w.site("u/html/clash", "two", 2001),
	}
	jobs[4].Kind = manifest.DB
	jobs[3].Named = true
	c := w.a.resolveNames(jobs)
	got := fmt.Sprint(c.Nested())
	want := fmt.Sprint(map[int][]string{0: {w.base + "/u/html/shop", w.base + "/u/html/shop/deep"}, 1: {w.base + "/u/html/shop/deep"}})
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A site that a search finds without a configuration is left out, unless it was
// backed up before.
func TestLostConfiguration(t *testing.T) {
	w := newTown(t)
	bare, lost := w.site("bare", "bare", 2001), w.site("lost", "lost", 2001)
	w.want("before", w.run(lost), "lost")
	bare.Unconfigured, lost.Unconfigured = true, true
	c := w.a.resolveNames([]Job{bare, lost})
	if !c.Unused(0) || c.Unused(1) || c.Refused(0) != nil || c.Refused(1) != nil {
		t.Errorf("got %+v", c)
	}
}

// Every run of a tenant may take as long as a run may. The sites of other tenants must
// not wait for all of them. Only root backs up several owners.
func TestOwnersTakeTurns(t *testing.T) {
	w := newTown(t)
	var jobs []Job
	for _, path := range []string{"alice/1", "alice/2", "alice/3", "bob/1", "bob/2"} {
		uid := map[string]int{"alice": 2001, "bob": 2002}[filepath.Dir(path)]
		jobs = append(jobs, w.site(path, "NO NAME", uid)) // refused when its turn comes
	}
	jobs = append(jobs, Job{Place: site.Place{Home: w.base, Path: w.base + "/nowhere/0"}, Name: "NO NAME"})
	var got []string
	w.a.Finished = func(r manifest.SiteReport) {
		rel, err := filepath.Rel(w.base, r.Path)
		if err != nil {
			t.Error(err)
		}
		got = append(got, rel)
	}
	report := w.a.Backup(t.Context(), jobs)
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
