package state

import (
	"context"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// Record adds the result of a run that finished at now.
func (s *Site) Record(report *manifest.SiteReport, noUploads bool, now time.Time) {
	last := lastRun(report, now)
	label := RunLabel(report.Kind, noUploads)
	history := s.Runs[label]
	history.Last = last
	if report.Status == manifest.OK || report.Status == manifest.Incomplete {
		history.Published = &last
	}
	for _, d := range report.Destinations {
		history.deliver(d, last, contents(report))
	}
	if s.Runs == nil {
		s.Runs = map[string]History{}
	}
	s.Runs[label], s.recorded = history, label
	s.Path, s.Name = report.Path, report.Name
}

// lastRun is the entry of a run in the state.
func lastRun(report *manifest.SiteReport, now time.Time) LastRun {
	last := LastRun{Run: report.Run, Started: report.Started, Finished: now.UTC(), Status: report.Status}
	if report.Error != nil {
		last.Error = report.Error.Message
	}
	for _, d := range report.Destinations {
		if d.Error != nil && last.Error == "" {
			last.Error = d.URL + ": " + d.Error.Message
		}
	}
	return last
}

// contents are those of the run of a report.
func contents(report *manifest.SiteReport) (c Contents) {
	for _, s := range report.Streams {
		if s.Name != manifest.DetailsStream {
			c.RawBytes += s.RawBytes
		}
	}
	if n := report.Counts; n != nil {
		c.Tables, c.Files, c.Warnings, c.Unreadable = n.Tables, n.Files, n.Warnings, n.Unreadable
	}
	return c
}

// maxDestinations is the number of destinations of a kind that are remembered.
const maxDestinations = 32

// deliver adds the result of a run at one destination. The run can be a failure because
// of another destination.
func (h *History) deliver(d manifest.DestinationReport, run LastRun, c Contents) {
	if d.Name == "" {
		return
	}
	if h.Destinations == nil {
		h.Destinations = map[string]Delivery{}
	}
	at := h.Destinations[d.Name]
	if d.URL != "" { // else the run did not get as far as opening the sink
		at.Credential = d.Credential
	}
	if d.Status == manifest.OK {
		run.Status, run.Error = manifest.OK, ""
		if c.Unreadable > 0 {
			run.Status = manifest.Incomplete
		}
		at.Stored = &StoredRun{LastRun: run, Contents: c, Bytes: d.Bytes}
	} else if d.Error != nil {
		run.Error = d.Error.Message
	}
	at.Last = run
	h.Destinations[d.Name] = at
	for len(h.Destinations) > maxDestinations {
		oldest := d.Name
		for name, at := range h.Destinations {
			if at.Last.Finished.Before(h.Destinations[oldest].Last.Finished) {
				oldest = name
			}
		}
		delete(h.Destinations, oldest)
	}
}

// RecordAttempt adds the result of a run that did not get the site's lock. If there is no state
// of the site yet, none is created: its path may be mistyped.
func (d Dirs) RecordAttempt(ctx context.Context, id string, report *manifest.SiteReport, noUploads bool, now time.Time) error {
	if !d.HasSite(id) {
		return nil
	}
	unlock, err := d.Exclusive(ctx, "sites")
	if err != nil {
		return err
	}
	defer unlock()
	s, err := d.LoadSite(id)
	if err != nil {
		return err
	}
	path, name := s.Path, s.Name
	s.Record(report, noUploads, now)
	s.Path, s.Name = path, name // those of the last run that was made
	return d.writeSite(s)
}

// RunLabel is the key of a kind in Site.Runs.
func RunLabel(kind manifest.Kind, noUploads bool) string {
	if noUploads && kind != manifest.DB {
		return string(kind) + "-no_uploads"
	}
	return string(kind)
}
