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

	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// A town is a host with sites that compete for names.
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
	w.a = &Agent{Dirs: Dirs{State: t.TempDir(), Run: t.TempDir()}, Now: func() time.Time { return w.now }}
	w.a.init()
	return w
}

// site makes a site of a user's, and its job.
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
	return Job{Place: place, Name: name, Kind: Files}
}

// run is one invocation: it says which of the jobs may have their names, and has
// those take them.
func (w *town) run(jobs ...Job) (won []string) {
	w.t.Helper()
	c := w.a.contest(jobs)
	for _, name := range c.wanted {
		if err := w.a.Dirs.witness(name, w.now); err != nil {
			w.t.Fatal(err)
		}
	}
	for i := range jobs {
		job := &jobs[i]
		if job.Ignore != "" || c.refused[i] != nil {
			continue
		}
		site, err := job.locate()
		if err != nil {
			continue
		}
		err = w.a.Dirs.claim(claimant{job: job, id: site.identity, uid: site.owner.UID}, c.names, w.now)
		if err != nil {
			w.t.Errorf("%s: may have the name %s, and then not: %v", job.Place.Path, job.Name, err)
			continue
		}
		state, err := w.a.Dirs.load(site.identity)
		if err != nil {
			w.t.Fatal(err)
		}
		if err := w.a.Dirs.remember(state, job, &SiteReport{Status: OK}, w.now); err != nil {
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

// Whoever makes a folder of a site's name cannot keep that site from its backups,
// nor put his own among them.
func TestWhoHoldsANameKeepsIt(t *testing.T) {
	w := newTown(t)
	victim, thief := w.site("victim/sites/v.example/public", "v.example", 2001), w.site("a-thief/sites/v.example/public", "v.example", 2002)
	w.want("alone", w.run(victim), "victim/sites/v.example/public")
	w.want("both", w.run(thief, victim), "victim/sites/v.example/public")
	w.want("the thief alone", w.run(thief))
	named := thief
	named.Named = true
	w.want("by the operator's mistake", w.run(named, victim), "victim/sites/v.example/public")

	c := w.a.contest([]Job{thief, victim, named})
	for i, usage := range map[int]bool{0: false, 2: true} {
		err := c.refused[i]
		if err == nil || !strings.Contains(err.Error(), thief.Place.Path) || !strings.Contains(err.Error(), victim.Place.Path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("the error: %v; want it to name both on one line", err)
		}
		var report SiteReport
		if report.fail(err); (report.Status == Refused) != usage {
			t.Errorf("%v: the status is %s", err, report.Status)
		}
	}
}

// Without a holder, nobody has a name that two come to, but for one that the
// operator gave it.
func TestNobodyHoldsTheNameYet(t *testing.T) {
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
	if err := w.a.contest([]Job{one, two}).refused[0]; !errors.Is(err, errUsage) {
		t.Errorf("got %v, want it to be usage", err)
	}
	w.want("the same site twice", w.run(one, one), "one/blog", "one/blog")
	missing := Job{Place: site.Place{Path: w.base + "/none/new", Home: w.base}, Name: "new"}
	w.want("one is not there", w.run(missing, w.site("four/new", "new", 2004)), "four/new")
}

// The operator takes a name away by calling its holder something else, or by
// leaving that out.
func TestANameIsReleased(t *testing.T) {
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

// A site that has gone loses its name: to one of the same owner's, or that the
// operator names so, at once; to another's only when it stays away.
func TestAHolderThatIsGone(t *testing.T) {
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
	w.now = w.now.Add(letGo / 2)
	w.want("another's, soon", w.run(other))
	w.site("old/x", "x", 2001)
	w.want("it is back", w.run(other, holder), "old/x")
	if err := os.RemoveAll(filepath.Join(w.base, "old")); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(2 * letGo)
	w.want("gone anew", w.run(other))
	w.now = w.now.Add(letGo)
	w.want("gone for good", w.run(other), "b/x")
	w.site("old/x", "x", 2001)
	w.want("too late", w.run(other, holder), "b/x")
}

// A site keeps its name when it moves behind the path that it is called by, or
// when it is called by another path.
func TestTheSameSiteByAnotherWay(t *testing.T) {
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
	h, err := w.a.Dirs.holderOf("b.example")
	if err != nil || h == nil || h.Host != "b.example" {
		t.Errorf("got %+v, %v", h, err)
	}
	for text, want := range map[string]string{"": "remove it", "{}": "remove it", `{"version":2,"name":"a.example"}`: "remove it"} {
		if err := os.WriteFile(w.a.Dirs.holderPath("a.example"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := w.a.contest([]Job{a}).refused[0]; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

// What lies inside another site is left to its own run, if it has one.
func TestInnerSites(t *testing.T) {
	w := newTown(t)
	jobs := []Job{
		w.site("u/html", "html", 2001), w.site("u/html/shop", "shop", 2001), w.site("u/html/shop/deep", "deep", 2001),
		w.site("u/html-2", "two", 2001), w.site("u/html/db", "db", 2001), w.site("u/html/clash", "two", 2001),
	}
	jobs[4].Kind = DB
	jobs[3].Named = true
	c := w.a.contest(jobs)
	got := fmt.Sprint(c.inner(jobs))
	want := fmt.Sprint(map[int][]string{0: {w.base + "/u/html/shop", w.base + "/u/html/shop/deep"}, 1: {w.base + "/u/html/shop/deep"}})
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A search's find without configuration is left out, unless it had one.
func TestAConfigurationThatIsLost(t *testing.T) {
	w := newTown(t)
	bare, lost := w.site("bare", "bare", 2001), w.site("lost", "lost", 2001)
	w.want("before", w.run(lost), "lost")
	bare.Unconfigured, lost.Unconfigured = true, true
	c := w.a.contest([]Job{bare, lost})
	if !c.unused[0] || c.unused[1] || len(c.refused) > 0 {
		t.Errorf("got %+v", c)
	}
}
