// Package status reports, for people and for monitoring, when each site was last backed up and
// whether this backup is recent and complete.
package status

import (
	"fmt"
	"slices"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
)

// A Report is what `status --json` prints; see docs/status.schema.json.
type Report struct {
	Version int       `json:"version"`
	Agent   string    `json:"agent"`
	Host    string    `json:"host"`
	Time    time.Time `json:"time"`
	Level   Level     `json:"level"` // the gravest of the backups
	Backups []Backup  `json:"backups"`
	// Missing are roots that were to be searched for sites and do not exist.
	Missing []string `json:"missing,omitempty"`
}

// A Level rates a backup. Its numbers are the exit statuses of monitoring plugins.
type Level string

// The levels.
const (
	OK       Level = "ok"
	Warning  Level = "warning"
	Critical Level = "critical"
	Unknown  Level = "unknown" // the state cannot be read
)

// ExitCode is the exit status of a monitoring plugin.
func (l Level) ExitCode() int { return slices.Index([]Level{OK, Warning, Critical, Unknown}, l) }

// A Backup is the last results of one kind of backup of a site at one destination, or a site
// without any.
type Backup struct {
	Site        string `json:"site"`
	Path        string `json:"path"`
	Kind        string `json:"kind,omitempty"` // as in the history; "" if the site was never backed up
	Destination string `json:"destination,omitempty"`
	Level       Level  `json:"level"`
	Reason      string `json:"reason,omitempty"` // why it is not ok
	Gone        bool   `json:"gone,omitempty"`   // the site's folder does not exist

	LastSuccess *time.Time      `json:"last_success,omitempty"` // end of the last run that is a backup there
	LastAttempt *time.Time      `json:"last_attempt,omitempty"`
	LastStatus  manifest.Status `json:"last_status,omitempty"`
	Error       string          `json:"error,omitempty"` // of the last attempt
	// Credential is the end of the sink's credential, as the last run found it.
	Credential *manifest.CredentialEnd `json:"credential,omitempty"`
	// The following are those of the last success.
	Seconds     float64 `json:"duration_seconds,omitempty"`
	StoredBytes int64   `json:"stored_bytes,omitempty"`
	state.Contents

	Interval float64    `json:"schedule_interval_seconds,omitempty"`
	Next     *time.Time `json:"next_run,omitempty"`
}

// A Site is a site of this host that is to be backed up.
type Site struct {
	ID, Name, Path string
	// Problem is why no backup is possible, such as another site with its name; "" for none.
	Problem string
	// Destinations are the names of the sinks that are configured for it; empty if none are.
	Destinations []string
}

// New returns the report of the series, and of the sites and destinations without one.
func New(series []state.Series, sites []Site, now time.Time) *Report {
	r := &Report{Version: manifest.Version, Time: now.UTC(), Backups: []Backup{}}
	known := map[string][]string{} // the destinations of each site, by its ID
	for i := range series {
		s := &series[i]
		known[s.ID] = append(known[s.ID], s.Destination)
		known["path "+s.Path] = known[s.ID]
		r.Backups = append(r.Backups, newBackup(s))
	}
	for _, s := range sites {
		id := s.ID
		if id == "" { // it is not there any more
			id = "path " + s.Path
		}
		if len(known[id]) == 0 {
			r.Backups = append(r.Backups, Backup{Site: s.Name, Path: s.Path, Reason: s.Problem})
			continue
		}
		for _, name := range s.Destinations {
			if !slices.Contains(known[id], name) {
				r.Backups = append(r.Backups, Backup{Site: s.Name, Path: s.Path, Destination: name, Reason: s.Problem})
			}
		}
	}
	return r
}

func newBackup(s *state.Series) Backup {
	b := Backup{
		Site: s.Site, Path: s.Path, Kind: s.Kind, Destination: s.Destination, Gone: s.Gone,
		Credential: s.Credential, LastAttempt: &s.Last.Finished, LastStatus: s.Last.Status, Error: s.Last.Error, Interval: s.Interval.Seconds(),
	}
	if !s.Next.IsZero() {
		b.Next = &s.Next
	}
	if run := s.Stored; run != nil {
		b.LastSuccess, b.Seconds = &run.Finished, max(run.Finished.Sub(run.Started).Seconds(), 0)
		b.StoredBytes, b.Contents = run.Bytes, run.Contents
	}
	return b
}

// Public removes details that readers of the status file do not need: errors name databases,
// accounts and folders.
func (r *Report) Public() {
	for i := range r.Backups {
		b := &r.Backups[i]
		b.Path, b.Error, b.Reason = "", "", ""
	}
	r.Judge(0)
}

// Only keeps the backups of the sites with those names or paths. It returns the first one that
// is not there.
func (r *Report) Only(names []string) error {
	if len(names) == 0 {
		return nil
	}
	for _, name := range names {
		if !slices.ContainsFunc(r.Backups, func(b Backup) bool { return b.is(name) }) {
			return fmt.Errorf("site %q is not known; see wp-oneway status for the names", name)
		}
	}
	r.Backups = slices.DeleteFunc(r.Backups, func(b Backup) bool { return !slices.ContainsFunc(names, b.is) })
	return nil
}

func (b *Backup) is(name string) bool { return b.Site == name || b.Path == name && name != "" }

// clockSkew is how far in the future a run may be dated: clocks are corrected by seconds.
const clockSkew = 5 * time.Minute

// Judge sets the levels at the time of the report. maxAge is the highest age of the last
// success; with 0, it is two intervals of the schedule, if one is known.
func (r *Report) Judge(maxAge time.Duration) {
	r.Level = OK
	for i := range r.Backups {
		b := &r.Backups[i]
		b.judge(r.Time, maxAge)
		if b.Level.ExitCode() > r.Level.ExitCode() {
			r.Level = b.Level
		}
	}
	if len(r.Missing) > 0 {
		r.Level = Critical
	}
}

func (b *Backup) judge(now time.Time, maxAge time.Duration) {
	if maxAge == 0 {
		maxAge = 2 * time.Duration(b.Interval*float64(time.Second))
	}
	gone := ""
	if b.Gone {
		gone = "; the site's folder does not exist"
	}
	switch {
	case b.LastSuccess == nil && b.LastAttempt == nil:
		b.Level, b.Reason = Critical, withCause("never backed up", b.Reason)
	case b.LastSuccess == nil:
		b.Level, b.Reason = Critical, withCause("never backed up, last run "+string(b.LastStatus), b.Error)
	case b.LastSuccess.Sub(now) > clockSkew:
		b.Level, b.Reason = Warning, "last backup is dated "+b.LastSuccess.Format(time.RFC3339)+", which is in the future: check the clock and back up again"
	case maxAge > 0 && now.Sub(*b.LastSuccess) > maxAge:
		b.Level, b.Reason = Critical, fmt.Sprintf("last backup %s ago, more than %s%s%s", Age(now.Sub(*b.LastSuccess)), Age(maxAge), b.failure(), gone)
	case b.LastStatus == manifest.Failed || b.LastStatus == manifest.Refused:
		b.Level, b.Reason = Warning, "last run "+withCause(string(b.LastStatus), b.Error)
	case b.Credential != nil && now.After(b.Credential.Expires):
		b.Level, b.Reason = Warning, "the sink's credential has expired on "+b.Credential.Expires.Format(time.RFC3339)+", as far as the last run knows: replace it, or back up if you have"
	case b.Credential != nil && now.After(b.Credential.Renew):
		b.Level, b.Reason = Warning, fmt.Sprintf("the sink's credential expires in %s: replace it; the next run reads the new one", Age(b.Credential.Expires.Sub(now)))
	case b.Unreadable > 0:
		b.Level, b.Reason = Warning, fmt.Sprintf("last backup is partial: unreadable: %d", b.Unreadable)
	default:
		b.Level, b.Reason = OK, ""
	}
}

// failure is the error of the last attempt, after a semicolon.
func (b *Backup) failure() string {
	if b.Error == "" {
		return ""
	}
	return "; " + b.Error
}

// withCause adds a cause that is not empty.
func withCause(text, cause string) string {
	if cause == "" || cause == text {
		return text
	}
	return text + ": " + cause
}

// Age is a duration in its largest unit, such as 26h.
func Age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(d, 0)/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 72*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}
