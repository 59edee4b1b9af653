package state

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

func TestSeries(t *testing.T) {
	now, day := time.Date(2026, 11, 30, 3, 0, 0, 0, time.UTC), 24*time.Hour
	here := t.TempDir()
	run := func(age time.Duration, status manifest.Status) Delivery {
		return Delivery{Last: LastRun{Finished: now.Add(-age), Status: status}}
	}
	backup := func(age time.Duration) Delivery {
		at := run(age, manifest.OK)
		at.Stored = &StoredRun{LastRun: at.Last}
		return at
	}
	sites := []Site{
		{Name: "daily", Path: here, Runs: map[string]History{
			"db":   {Last: LastRun{Finished: now}, Destinations: map[string]Delivery{"nas": backup(0), "cloud": run(89*day, manifest.Failed), "unused": backup(91 * day)}},
			"full": {Last: LastRun{Finished: now.Add(-91 * day)}, Destinations: map[string]Delivery{"nas": backup(91 * day)}},
		}},
		// Nothing runs any more: the series of a site that is there stay for ever.
		{Name: "dead", Path: here, Runs: map[string]History{"db": {Last: LastRun{Finished: now.Add(-400 * day)}, Destinations: map[string]Delivery{"nas": backup(400 * day)}}}},
		{Name: "removed", Path: here + "/none", Runs: map[string]History{"db": {Last: LastRun{Finished: now.Add(-29 * day)}, Destinations: map[string]Delivery{"nas": backup(29 * day)}}}},
		{Name: "long-removed", Path: here + "/none", Runs: map[string]History{"db": {Last: LastRun{Finished: now.Add(-31 * day)}, Destinations: map[string]Delivery{"nas": backup(31 * day)}}}},
		// Two sites have used one name: the one with a backup is shown.
		{Name: "twice", Path: here, Runs: map[string]History{"db": {Last: LastRun{Finished: now}, Destinations: map[string]Delivery{"nas": run(0, manifest.Failed)}}}},
		{Name: "twice", Path: here, Runs: map[string]History{"db": {Last: LastRun{Finished: now}, Destinations: map[string]Delivery{"nas": backup(day)}}}},
	}
	d := Dirs{State: t.TempDir()}
	for i := range sites {
		sites[i].Version, sites[i].ID, sites[i].Previous = manifest.Version, fmt.Sprint(i), map[string]manifest.Previous{}
		if err := d.SaveSite(&sites[i]); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	series, err := d.Series(now)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range series {
		got = append(got, fmt.Sprintf("%s/%s/%s %s gone=%v", s.Site, s.Kind, s.Destination, s.Last.Status, s.Gone))
	}
	want := []string{
		"daily/db/cloud failed gone=false", "daily/db/nas ok gone=false", "dead/db/nas ok gone=false",
		"removed/db/nas ok gone=true", "twice/db/nas ok gone=false",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
