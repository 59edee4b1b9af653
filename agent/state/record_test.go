package state

import (
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// record saves the result of a run of /site that reached the destinations with those
// statuses, and returns the site as it was saved.
func record(t *testing.T, d Dirs, kind manifest.Kind, now time.Time, at map[string]manifest.Status) *Site {
	t.Helper()
	s, err := d.LoadSite("/site")
	if err != nil {
		t.Fatal(err)
	}
	report := &manifest.SiteReport{
		Path: "/site", Name: "shop", Kind: kind, Run: "run", Status: manifest.OK, Started: now.Add(-time.Minute),
		Counts:  &manifest.Counts{Tables: 3, Files: 4, Warnings: 5},
		Streams: []manifest.Stream{{Name: manifest.DatabaseStream, RawBytes: 100}, {Name: manifest.DetailsStream, RawBytes: 7}},
	}
	for name, status := range at {
		r := manifest.DestinationReport{Name: name, Status: status, Bytes: 50}
		if status != manifest.OK {
			report.Status, r.Error = manifest.Failed, &manifest.ReportError{Message: name + " is down"}
		}
		report.Destinations = append(report.Destinations, r)
	}
	s.Record(report, false, now)
	if err := d.SaveSite(s); err != nil {
		t.Fatal(err)
	}
	if s, err = d.LoadSite("/site"); err != nil {
		t.Fatal(err)
	}
	return s
}

// A destination that fails does not change what is known of the others.
func TestRecordKeepsTheResultOfEachDestination(t *testing.T) {
	d, first := Dirs{State: t.TempDir()}, time.Date(2026, 11, 1, 3, 0, 0, 0, time.UTC)
	record(t, d, manifest.DB, first, map[string]manifest.Status{"nas": manifest.OK, "cloud": manifest.OK})
	h := record(t, d, manifest.DB, first.Add(time.Hour), map[string]manifest.Status{"nas": manifest.Failed, "cloud": manifest.OK}).Runs["db"]
	nas, cloud := h.Destinations["nas"], h.Destinations["cloud"]
	if h.Last.Status != manifest.Failed || h.Last.Error != ": nas is down" || !h.Published.Finished.Equal(first) {
		t.Errorf("the kind: %+v", h)
	}
	if nas.Last.Status != manifest.Failed || nas.Last.Error != "nas is down" || !nas.Stored.Finished.Equal(first) {
		t.Errorf("the failed destination: %+v", nas)
	}
	if cloud.Last.Status != manifest.OK || cloud.Last.Error != "" || !cloud.Stored.Finished.Equal(first.Add(time.Hour)) {
		t.Errorf("the other destination: %+v", cloud)
	}
	if want := (Contents{RawBytes: 100, Tables: 3, Files: 4, Warnings: 5}); cloud.Stored.Contents != want || cloud.Stored.Bytes != 50 {
		t.Errorf("contents %+v, bytes %d", cloud.Stored.Contents, cloud.Stored.Bytes)
	}
}

// A run that did not get the lock is recorded, although another run saves its own state
// afterwards. It is not recorded for a site that the host does not know.
func TestRecordAttemptSurvivesTheRunThatHeldTheLock(t *testing.T) {
	d, now := Dirs{State: t.TempDir()}, time.Date(2026, 11, 1, 3, 0, 0, 0, time.UTC)
	locked := &manifest.SiteReport{Path: "/other", Name: "other", Kind: manifest.Full, Status: manifest.Locked, Error: &manifest.ReportError{Message: "locked"}}
	locked.Destinations = []manifest.DestinationReport{{Name: "nas", Status: manifest.Locked, Error: locked.Error}}
	if err := d.RecordAttempt(t.Context(), "/site", locked, false, now); err != nil || d.HasSite("/site") {
		t.Fatalf("an unknown site: %v, recorded %v", err, d.HasSite("/site"))
	}
	holder := record(t, d, manifest.Full, now, map[string]manifest.Status{"nas": manifest.OK})
	if err := d.RecordAttempt(t.Context(), "/site", locked, false, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	holder.Record(&manifest.SiteReport{Path: "/site", Name: "shop", Kind: manifest.DB, Status: manifest.OK}, false, now.Add(2*time.Hour))
	if err := d.SaveSite(holder); err != nil {
		t.Fatal(err)
	}
	s, err := d.LoadSite("/site")
	if err != nil {
		t.Fatal(err)
	}
	nas := s.Runs["full"].Destinations["nas"]
	if nas.Last.Status != manifest.Locked || nas.Stored == nil || !nas.Stored.Finished.Equal(now) {
		t.Errorf("the attempt: %+v", nas)
	}
	if s.Runs["db"].Published == nil || s.Path != "/site" || s.Name != "shop" {
		t.Errorf("the run that held the lock: %+v", s)
	}
}

// A clock that was set back does not freeze the state.
func TestRecordReplacesARunOfTheFuture(t *testing.T) {
	d, now := Dirs{State: t.TempDir()}, time.Date(2026, 11, 1, 3, 0, 0, 0, time.UTC)
	record(t, d, manifest.DB, now.AddDate(10, 0, 0), map[string]manifest.Status{"nas": manifest.OK})
	s := record(t, d, manifest.DB, now, map[string]manifest.Status{"nas": manifest.OK})
	if at := s.Runs["db"].Destinations["nas"].Stored; !at.Finished.Equal(now) {
		t.Errorf("the last run is of %s", at.Finished)
	}
}

func TestOldDestinationsAreForgotten(t *testing.T) {
	d, now := Dirs{State: t.TempDir()}, time.Date(2026, 11, 1, 3, 0, 0, 0, time.UTC)
	var s *Site
	for i := range maxDestinations + 3 {
		s = record(t, d, manifest.DB, now.Add(time.Duration(i)*time.Hour), map[string]manifest.Status{string(rune('A' + i)): manifest.OK})
	}
	at := s.Runs["db"].Destinations
	if _, last := at[string(rune('A'+maxDestinations+2))]; len(at) != maxDestinations || !last {
		t.Errorf("%d destinations, the last one among them: %v", len(at), last)
	}
}
