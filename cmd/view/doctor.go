// Package view shows results: as text for people, and as the JSON of docs/*.schema.json.
package view

import (
	"slices"
	"time"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A DoctorReport is the output of doctor --json: docs/doctor.schema.json describes it.
type DoctorReport struct {
	Version int          `json:"version"`
	Agent   string       `json:"agent"`
	Host    string       `json:"host"`
	At      time.Time    `json:"at"`
	OK      bool         `json:"ok"` // every required check passed
	Sites   []DoctorSite `json:"sites"`
	Sinks   []DoctorSink `json:"sinks"`
}

// A DoctorSite holds the findings about one site.
type DoctorSite struct {
	Path string          `json:"path"`
	Name string          `json:"name"`
	Kind manifest.Kind   `json:"kind"`
	OK   bool            `json:"ok"`
	Rows []sinks.Finding `json:"rows"`
}

// A DoctorSink holds the findings about one sink.
type DoctorSink struct {
	URL        string          `json:"url"`
	Store      string          `json:"store,omitempty"`
	Credential string          `json:"credential,omitempty"` // the credential's fingerprint on this host
	Folders    []string        `json:"folders"`
	Folder     bool            `json:"folder"`  // the sink is a folder, which cannot be one-way
	Reached    bool            `json:"reached"` // a canary could be created
	OneWay     bool            `json:"one_way"`
	Policy     string          `json:"policy,omitempty"` // the command that prints the credential's policy
	OK         bool            `json:"ok"`
	Rows       []sinks.Finding `json:"rows"`

	At time.Time `json:"-"`
}

// AddSite adds the findings about a site.
func (r *DoctorReport) AddSite(e agent.Examination) {
	s := DoctorSite{Path: e.Path, Name: e.Name, Kind: e.Kind, OK: true, Rows: e.Rows}
	for _, row := range e.Rows {
		s.OK = s.OK && row.OK()
	}
	r.OK = r.OK && s.OK
	r.Sites = append(r.Sites, s)
}

// AddSink adds the findings about a sink.
func (r *DoctorReport) AddSink(s DoctorSink) {
	r.OK = r.OK && s.OK
	r.Sinks = append(r.Sinks, s)
}

// Failing returns the failed checks, by the name of their permission if they have one.
func (s *DoctorSink) Failing() []string { return failing(s.Rows) }

func failing(rows []sinks.Finding) (names []string) {
	for _, row := range rows {
		name := row.Verb
		if name == "" {
			name = row.Check
		}
		if !row.OK() && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
