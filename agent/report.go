package agent

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Status is how a site, or a whole invocation, came out.
type Status string

// The statuses; an invocation has the gravest of its sites'.
const (
	OK         Status = "ok"         // published everywhere, completely
	Incomplete Status = "incomplete" // published, but something the site has could not be read
	Failed     Status = "failed"     // the site or a destination failed
	Locked     Status = "locked"     // another run of the site was under way
	Refused    Status = "refused"    // bad usage or configuration: nothing was tried
	Planned    Status = "planned"    // a dry run
	Ignored    Status = "ignored"    // the configuration says to leave it out
)

// ExitCode is the exit status of an invocation that came out so.
func (s Status) ExitCode() int {
	switch s {
	case Refused:
		return 2
	case Failed:
		return 1
	case Incomplete:
		return 3
	case Locked:
		return 75
	case OK, Planned, Ignored:
	}
	return 0
}

// gravity orders statuses: an invocation has the gravest of its sites'.
func (s Status) gravity() int {
	for i, t := range []Status{Locked, Incomplete, Failed, Refused} {
		if s == t {
			return i + 1
		}
	}
	return 0
}

// A Report is what `backup --json` prints: docs/report.schema.json describes it.
type Report struct {
	Version  int          `json:"version"`
	Agent    string       `json:"agent"`
	Host     string       `json:"host"`
	Started  time.Time    `json:"started"`
	Finished time.Time    `json:"finished"`
	Status   Status       `json:"status"`
	Sites    []SiteReport `json:"sites"`
	// Errors are what went wrong beside the sites: where some were to be found.
	Errors []ReportError `json:"errors,omitempty"`
}

// Fail notes an error that is no site's: the invocation has failed by it.
func (r *Report) Fail(err error) {
	r.Errors = append(r.Errors, *reportError(err))
	if Failed.gravity() > r.Status.gravity() {
		r.Status = Failed
	}
}

// A SiteReport is how one site came out.
type SiteReport struct {
	Path         string              `json:"path"`
	Name         string              `json:"name"`
	Kind         Kind                `json:"kind"`
	Status       Status              `json:"status"`
	Error        *ReportError        `json:"error,omitempty"`
	Run          string              `json:"run,omitempty"` // the manifest's name without .manifest.json
	Started      time.Time           `json:"started"`
	Finished     time.Time           `json:"finished"`
	WordPress    string              `json:"wordpress,omitempty"`
	Server       *Server             `json:"server,omitempty"`
	Streams      []ManifestStream    `json:"streams,omitempty"`
	Counts       *Counts             `json:"counts,omitempty"`
	Plan         *Plan               `json:"plan,omitempty"`
	Shrunk       []string            `json:"shrunk,omitempty"` // what holds less than half of what it did; warnings too
	Warnings     *wordpress.Notes    `json:"warnings,omitempty"`
	Unreadable   *wordpress.Notes    `json:"unreadable,omitempty"`
	Privileges   *wordpress.Notes    `json:"privileges,omitempty"`
	Destinations []DestinationReport `json:"destinations,omitempty"`
}

// A Plan is what a dry run found.
type Plan struct {
	Objects   []string `json:"objects"` // the names it would have stored
	Tables    int      `json:"tables"`
	Files     int64    `json:"files"`
	FileBytes int64    `json:"file_bytes"`
}

// A DestinationReport is how one site came out at one destination.
type DestinationReport struct {
	URL      string           `json:"url"`
	Status   Status           `json:"status"` // ok or failed
	Error    *ReportError     `json:"error,omitempty"`
	Manifest string           `json:"manifest,omitempty"` // its name, without the sink's prefix; with failed: it may be stored
	Bytes    int64            `json:"bytes"`
	Objects  []ManifestObject `json:"objects,omitempty"`
}

// A ReportError is what went wrong, on one line.
type ReportError struct {
	Class   wordpress.Class `json:"class,omitempty"` // when it is about the site's configuration
	Message string          `json:"message"`
}

func reportError(err error) *ReportError {
	if err == nil {
		return nil
	}
	r := &ReportError{Message: Printable(oneLine(err))}
	var config *wordpress.ConfigError
	if errors.As(err, &config) {
		r.Class = config.Class
	}
	return r
}

// oneLine flattens errors.Join, whose parts stand on lines of their own.
func oneLine(err error) string {
	out := make([]byte, 0, 128)
	for _, c := range []byte(err.Error()) {
		if c == '\n' {
			out = append(out, "; "...)
			continue
		}
		out = append(out, c)
	}
	return string(out)
}

// JSON is the report as `backup --json` prints it.
func (r *Report) JSON() ([]byte, error) {
	return json.MarshalIndent(r, "", "  ")
}

// settle gives the invocation the gravest of its sites' statuses.
func (r *Report) settle() {
	r.Status = OK
	for _, s := range r.Sites {
		if s.Status.gravity() > r.Status.gravity() {
			r.Status = s.Status
		}
	}
}
