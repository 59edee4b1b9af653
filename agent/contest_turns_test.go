package agent

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

func TestTurns(t *testing.T) {
	for _, tt := range []struct {
		owners []uint32 // 0: the site was not found
		want   []int
	}{
		{nil, []int{}},
		{[]uint32{7, 7, 7}, []int{0, 1, 2}},
		{[]uint32{7, 7, 7, 8, 9, 9}, []int{0, 3, 4, 1, 5, 2}},
		{[]uint32{7, 0, 7, 0, 8}, []int{0, 1, 3, 4, 2}},
	} {
		c := contest{found: map[int]claimant{}}
		for i, uid := range tt.owners {
			if uid != 0 {
				c.found[i] = claimant{uid: uid}
			}
		}
		if got := c.turns(len(tt.owners)); !slices.Equal(got, tt.want) {
			t.Errorf("%v: got %v, want %v", tt.owners, got, tt.want)
		}
	}
}

// Each of a tenant's runs may take as long as a run may; the sites of others must
// not wait for all of them. Only root serves several owners.
func TestNoOwnerKeepsTheOthersWaiting(t *testing.T) {
	w := newTown(t)
	var jobs []Job
	for _, path := range []string{"alice/1", "alice/2", "alice/3", "bob/1", "bob/2"} {
		uid := map[string]int{"alice": 2001, "bob": 2002}[filepath.Dir(path)]
		jobs = append(jobs, w.site(path, "NO NAME", uid)) // refused when its turn comes
	}
	jobs = append(jobs, Job{Place: site.Place{Home: w.base, Path: w.base + "/nowhere/0"}, Name: "NO NAME"})
	var got []string
	w.a.Finished = func(r SiteReport) {
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
