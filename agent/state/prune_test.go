package state

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// saveSites saves n sites of an owner, the first one with the latest run.
func saveSites(t *testing.T, d Dirs, uid uint32, n int, published bool, latest time.Time) {
	t.Helper()
	for i := range n {
		s, err := d.LoadSite(fmt.Sprintf("/home/%d/%v/%d", uid, published, i))
		if err != nil {
			t.Fatal(err)
		}
		report := &manifest.SiteReport{Path: t.TempDir(), Name: fmt.Sprint(i), Kind: manifest.Files, Status: manifest.Failed}
		if published {
			report.Status, s.Previous["x"] = manifest.OK, manifest.Previous{}
		}
		s.UID = uid
		s.Record(report, false, latest.Add(-time.Duration(i)*time.Second))
		if err := d.SaveSite(s); err != nil {
			t.Fatal(err)
		}
	}
}

func countSites(t *testing.T, d Dirs) (byOwner map[uint32]int) {
	t.Helper()
	byOwner = map[uint32]int{}
	for _, s := range d.storedSites(t.Context()) {
		byOwner[s.uid]++
	}
	return byOwner
}

// A tenant with thousands of empty sites fills neither the state of the host, nor takes
// the room of other tenants.
func TestPruneBoundsUnpublishedSites(t *testing.T) {
	d, now := Dirs{State: t.TempDir()}, time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	saveSites(t, d, 2001, 3*maxUnpublished, false, now)
	saveSites(t, d, 2002, 3, false, now)
	saveSites(t, d, 2001, maxUnpublished+1, true, now.Add(-time.Hour))
	if err := d.Prune(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if got := countSites(t, d); got[2001] != maxUnpublished+maxUnpublished+1 || got[2002] != 3 {
		t.Errorf("sites by owner: %v", got)
	}
	if !d.HasSite("/home/2001/false/0") || d.HasSite(fmt.Sprintf("/home/2001/false/%d", maxUnpublished)) {
		t.Error("not the latest sites are kept")
	}
}

func TestPruneForgetsOldSites(t *testing.T) {
	d, now := Dirs{State: t.TempDir()}, time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	saveSites(t, d, 2001, 1, false, now.Add(-forgetAfter))
	saveSites(t, d, 2002, 1, true, now.Add(-forgetAfter)) // it still exists
	saveSites(t, d, 2003, 1, true, now.Add(-forgetAfter))
	gone, err := d.LoadSite("/home/2003/true/0")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(gone.Path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(d.State, "sites", "broken.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(d.State, "sites", "broken.json"), now, now.Add(-forgetAfter)); err != nil {
		t.Fatal(err)
	}
	if err := d.Prune(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if got := countSites(t, d); len(got) != 1 || got[2002] != 1 {
		t.Errorf("sites by owner: %v", got)
	}
}

// The name of a site that is missing for long becomes free, and not before.
func TestPruneFreesNamesOfMissingSites(t *testing.T) {
	d, now := Dirs{State: t.TempDir()}, time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)
	if err := register(t, d, Candidate{Name: "a.example", Path: "/nowhere/a", ID: "/nowhere/a"}); err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct {
		after time.Duration
		free  bool
	}{{0, false}, {forgetAfter - time.Hour, false}, {forgetAfter, true}} {
		if err := d.Prune(t.Context(), now.Add(at.after)); err != nil {
			t.Fatal(err)
		}
		if o, err := d.nameOwner("a.example"); err != nil || (o == nil) != at.free {
			t.Errorf("after %s: %+v, %v", at.after, o, err)
		}
	}
}

// Beyond their number, names of one owner are not reserved, except by the operator.
func TestNamesOfOneOwnerAreBounded(t *testing.T) {
	d := Dirs{State: t.TempDir()}
	if err := os.MkdirAll(filepath.Join(d.State, "names"), 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range maxNames {
		name := fmt.Sprint("a", i)
		if err := os.WriteFile(d.namePath(name), fmt.Appendf(nil, `{"version":1,"name":"%s","path":"/srv","id":"/srv","uid":2001}`, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	one := Candidate{Name: "one", Path: "/srv/one", ID: "/srv/one", UID: 2001}
	if err := register(t, d, one); err != ErrTooManyNames { //nolint:errorlint // it is not wrapped
		t.Errorf("one more: %v", err)
	}
	r := ResolveNames(d, []*Candidate{&one}, time.Now(), nil)
	again := testing.AllocsPerRun(2, func() {
		if err := d.Register(t.Context(), &one, r, time.Now()); err != ErrTooManyNames { //nolint:errorlint // it is not wrapped
			t.Errorf("again: %v", err)
		}
	})
	if again > 500 {
		t.Errorf("each site reads all names: %v allocations", again)
	}
	other := one
	other.UID = 2002
	if err := register(t, d, other); err != nil {
		t.Errorf("another owner's: %v", err)
	}
	named := Candidate{Name: "named", Named: true, Path: "/srv/two", ID: "/srv/two", UID: 2001}
	if err := register(t, d, named); err != nil {
		t.Errorf("the operator's: %v", err)
	}
}

// Pruning is due before the next daily run, and after the clock was set back.
func TestPruneDue(t *testing.T) {
	d := Dirs{State: t.TempDir()}
	now := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC)
	if !d.PruneDue(now) {
		t.Error("not due without a state")
	}
	if err := d.Prune(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]bool{0: false, time.Hour: false, 23*time.Hour + 50*time.Minute: true, -time.Hour: true} {
		if got := d.PruneDue(now.Add(after)); got != want {
			t.Errorf("%s later: due: %v", after, got)
		}
	}
}
