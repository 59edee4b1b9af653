package manifest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Status is the result of a site or of a whole invocation.
type Status string

// The statuses.
const (
	OK         Status = "ok"         // stored at every destination, completely
	Incomplete Status = "incomplete" // stored, but something of the site could not be read
	Running    Status = "running"    // in progress; only in reports that hooks get
	Failed     Status = "failed"     // the site or a destination failed
	Locked     Status = "locked"     // another run of the site was in progress
	Refused    Status = "refused"    // wrong usage or configuration; nothing was tried
	Planned    Status = "planned"    // a dry run
	Ignored    Status = "ignored"    // the configuration leaves the site out
)

// ExitCode is the exit status of an invocation with this status.
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
	case OK, Planned, Ignored, Running:
	}
	return 0
}

// severity orders statuses; those that are not a problem have severity -1.
func (s Status) severity() int {
	return slices.Index([]Status{Locked, Incomplete, Failed, Refused}, s)
}

// A Report is what `backup --json` prints; see docs/report.schema.json.
type Report struct {
	Version  int          `json:"version"`
	Agent    string       `json:"agent"`
	Host     string       `json:"host"`
	Started  time.Time    `json:"started"`
	Finished time.Time    `json:"finished"`
	Status   Status       `json:"status"`
	Sites    []SiteReport `json:"sites"`
	// Errors are failures outside of the sites, such as in the search for sites.
	Errors []ReportError `json:"errors,omitempty"`
}

// Fail adds an error that belongs to no site.
func (r *Report) Fail(err error) {
	r.Errors = append(r.Errors, *NewReportError(err))
	if Failed.severity() > r.Status.severity() {
		r.Status = Failed
	}
}

// SetStatus sets the status to the most severe of the sites.
func (r *Report) SetStatus() {
	r.Status = OK
	for _, s := range r.Sites {
		if s.Status.severity() > r.Status.severity() {
			r.Status = s.Status
		}
	}
}

// JSON encodes the report as `backup --json` prints it.
func (r *Report) JSON() ([]byte, error) {
	return json.MarshalIndent(r, "", "  ")
}

// A SiteReport is the result of one site.
type SiteReport struct {
	Path         string              `json:"path"`
	Name         string              `json:"name"`
	Kind         Kind                `json:"kind"`
	Status       Status              `json:"status"`
	Error        *ReportError        `json:"error,omitempty"`
	Run          string              `json:"run,omitempty"` // the manifest's name without .manifest.json
	Started      time.Time           `json:"started"`
	Finished     time.Time           `json:"finished"`
	LastSuccess  *time.Time          `json:"last_success,omitempty"` // of a site that failed: when it was last backed up
	WordPress    string              `json:"wordpress,omitempty"`
	Server       *Server             `json:"server,omitempty"`
	Source       string              `json:"source,omitempty"` // how the configuration was read: static, or php
	Streams      []Stream            `json:"streams,omitempty"`
	Counts       *Counts             `json:"counts,omitempty"`
	Plan         *Plan               `json:"plan,omitempty"`
	Shrunk       []string            `json:"shrunk,omitempty"` // parts of less than half their last size; also in Warnings
	Warnings     *wordpress.Notes    `json:"warnings,omitempty"`
	Unreadable   *wordpress.Notes    `json:"unreadable,omitempty"`
	Privileges   *wordpress.Notes    `json:"privileges,omitempty"`
	Destinations []DestinationReport `json:"destinations,omitempty"`
}

// Fail sets the error of the site, and the status that belongs to it.
func (r *SiteReport) Fail(err error) {
	r.Error = NewReportError(err)
	switch {
	case errors.Is(err, ErrUsage):
		r.Status = Refused
	case errors.Is(err, ErrLocked):
		r.Status = Locked
	default:
		r.Status = Failed
	}
}

// ErrLocked is the error of a site with the status Locked.
var ErrLocked = errors.New("another run of this site is in progress")

// ErrUsage is in the chain of the error of a site with the status Refused: the
// operator must change something before a run can start.
var ErrUsage = errors.New("wrong usage")

// Usagef returns an ErrUsage with the given message.
func Usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

type usageError struct{ message string }

func (e *usageError) Error() string { return e.message }

func (e *usageError) Is(target error) bool { return target == ErrUsage }

// A Plan is the result of a dry run.
type Plan struct {
	Objects   []string `json:"objects"` // the names of the objects that would be stored
	Tables    int      `json:"tables"`
	Files     int64    `json:"files"`
	FileBytes int64    `json:"file_bytes"`
}

// A DestinationReport is the result of one site at one destination.
type DestinationReport struct {
	Name     string       `json:"name"` // the sink's name in the configuration
	URL      string       `json:"url"`
	Status   Status       `json:"status"` // ok or failed
	Error    *ReportError `json:"error,omitempty"`
	Manifest string       `json:"manifest,omitempty"` // its name without the sink's prefix; with failed: it may be stored
	Bytes    int64        `json:"bytes"`
	Objects  []Object     `json:"objects,omitempty"`
	Pruned   int          `json:"pruned,omitempty"` // number of old runs that were removed there
	// Credential is the end of a credential that nobody renews by itself.
	Credential *CredentialEnd `json:"credential,omitempty"`
}

// A CredentialEnd is when a credential expires.
type CredentialEnd struct {
	Expires time.Time `json:"expires"`
	Renew   time.Time `json:"renew"` // from then on, it should be replaced
}

// A ReportError is an error on one line.
type ReportError struct {
	Class   wordpress.Class `json:"class,omitempty"` // of an error in the site's configuration
	Message string          `json:"message"`
}

// NewReportError returns err for a report, or nil for nil. errors.Join puts each
// error on a separate line; they are joined with semicolons.
func NewReportError(err error) *ReportError {
	if err == nil {
		return nil
	}
	r := &ReportError{Message: wordpress.Printable(strings.ReplaceAll(err.Error(), "\n", "; "))}
	var config *wordpress.ConfigError
	if errors.As(err, &config) {
		r.Class = config.Class
	}
	return r
}
