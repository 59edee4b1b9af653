package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/reading"
	"github.com/wp-oneway/wp-oneway/cmd/view"
)

// listOptions are the flags of list.
type listOptions struct {
	reading.Runs
	since      string
	incomplete bool
	json       bool
}

func (a *app) listCommand() *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list --from URL [SITE]",
		Short: "List the backups in a sink, with a credential that may read",
		Long: `List the runs that hosts have stored, by site and kind, the newest last. --from is the
URL of the sink. It needs a credential that may list and read. A host's own credential can
only create objects; do not put the reading credential on a host. A placeholder such as
{host} in the URL stands for all folders at this position.

The time is that of the store; for a folder, it is the time in the run's name. A run is
suspect if the time in its name is more than an hour after the store's time; --latest
skips it, with a message. A run is damaged if an object that its manifest names is missing
or has another size; verify checks the contents. Runs without a manifest are not backups:
they are still in progress, or they failed.

Exit status: 0 there are runs; 1 there are none, or the store cannot be read; 2 wrong
usage.`,
		Example: `  wp-oneway list --from 's3://vault/{host}?region=eu-central-1&profile=restore'
  wp-oneway list --from /var/backups/wp example.com --since 7d --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return exit.Usage(fmt.Errorf("list takes one SITE, not %d; see wp-oneway list --help", len(args)))
			}
			if len(args) == 1 && o.Site != "" {
				return exit.Usage(errors.New("SITE and --site are the same; give one of them"))
			}
			if len(args) == 1 {
				o.Site = args[0]
			}
			return a.list(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	o.Flags(f)
	f.Lookup("latest").Usage = "list only the newest run of each site and kind that can be restored"
	f.StringVar(&o.since, "since", "", "only runs of this `duration` before now, such as 36h or 7d, or since a date such as 2026-11-23")
	f.BoolVar(&o.incomplete, "incomplete", false, "also list runs without a manifest")
	f.BoolVar(&o.json, "json", false, "print JSON; see docs/list.schema.json")
	return cmd
}

// parseSince reads a date, or a duration before now.
func parseSince(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, time.UTC); err == nil {
			return t, nil
		}
	}
	days := 0
	if n, err := fmt.Sscanf(text, "%dd", &days); n == 1 && err == nil && text == fmt.Sprintf("%dd", days) && days >= 0 {
		return now.AddDate(0, 0, -days), nil
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	return time.Time{}, exit.Usage(fmt.Errorf("--since %q: give a duration such as 36h or 7d, or a date such as 2026-11-23", text))
}

func (a *app) list(ctx context.Context, o listOptions) error {
	q, err := o.Query()
	if err != nil {
		return err
	}
	if q.Since, err = parseSince(o.since, time.Now()); err != nil {
		return err
	}
	q.Incomplete, q.Latest = o.incomplete, o.Latest
	q.Skipped, q.Progress = reading.TellSkipped(ctx, a.Console), a.countNames("objects listed")
	reader, err := o.Open(ctx)
	if err != nil {
		return err
	}
	s := reader.Store
	var out runPrinter = &runTable{w: a.Out, screen: console.ScreenOf(a.Out), now: time.Now()}
	if o.json {
		out = &runJSON{w: a.Out, from: s.String()}
	}
	runs := 0
	err = catalog.Find(ctx, s, q, func(r *catalog.Run) error {
		runs++
		return out.add(r)
	})
	if err == nil || runs > 0 { // after an error, an empty list would say that there are no backups
		err = errors.Join(err, out.close())
	}
	if err != nil {
		return err
	}
	if runs == 0 {
		return fmt.Errorf("list %s: there is no backup%s; correct --from, or look for unfinished runs with --incomplete", s, o.what())
	}
	return nil
}

// what describes the backups that were asked for.
func (o *listOptions) what() string {
	var b strings.Builder
	if o.Site != "" {
		fmt.Fprintf(&b, " of site %s", o.Site)
	}
	if o.Kind != "" {
		fmt.Fprintf(&b, " of kind %s", o.Kind)
	}
	if o.since != "" {
		fmt.Fprintf(&b, " since %s", o.since)
	}
	return b.String()
}

// countNames returns a function that shows a count on a terminal.
func (a *app) countNames(what string) func(int) {
	if !a.Terminal() || a.config.Quiet || a.JSON {
		return nil
	}
	return func(n int) {
		if n%5000 == 0 {
			fmt.Fprintf(console.Unescaped(a.Err), "\r%d %s…\x1b[K\r", n, what)
		}
	}
}

// A runPrinter prints runs one by one.
type runPrinter interface {
	add(r *catalog.Run) error
	close() error
}

// runStatus returns the state of a run in one word, and the reason.
func runStatus(r *catalog.Run) (status, reason string) {
	switch {
	case r.Manifest == nil && r.ManifestObject().Name == "":
		return "incomplete", r.Problem
	case r.Problem != "":
		return "damaged", r.Problem
	case r.Suspect != "":
		return "suspect", r.Suspect
	case !r.Manifest.Complete:
		return "partial", "part of the site could not be read; the run's details name it"
	}
	return "complete", ""
}

// sealOf returns how a run is sealed, or "" if it is not sealed.
func sealOf(r *catalog.Run) string {
	if r.Manifest == nil || r.Manifest.Seal == nil {
		return ""
	}
	return r.Manifest.Seal.Type
}

// A runTable prints runs as a table, in groups of several hundred lines.
type runTable struct {
	w       io.Writer
	screen  console.Screen
	now     time.Time
	table   *console.Table
	began   bool
	reasons []string
}

const tableLines = 500

func (t *runTable) add(r *catalog.Run) error {
	if t.table == nil {
		t.table = &console.Table{Gap: 2, Fold: true, Columns: []console.Column{{Width: 12, Limit: 24}, {Width: 4}, {Width: 16, Optional: true}, {Width: 8}, {Width: 8}, {Width: 4}, {Width: 8}, {}}}
		if !t.began {
			t.table.Add("SITE", "KIND", "STORED (UTC)", "AGE", "SIZE", "SEAL", "STATUS", "RUN")
			t.began = true
		}
	}
	status, reason := runStatus(r)
	if reason != "" {
		t.reasons = append(t.reasons, r.Path()+": "+status+": "+reason)
	}
	seal := sealOf(r)
	if seal == "" {
		seal = "-"
	}
	kind := string(r.Kind)
	if r.NoUploads {
		kind += " (no uploads)"
	}
	t.table.Add(path.Join(r.Folder, r.Site), kind, r.Stored.UTC().Format("2006-01-02 15:04"), strings.TrimSuffix(view.Age(t.now.Sub(r.Stored)), " ago"),
		view.Size(r.Bytes()), seal, status, r.ID)
	if len(t.table.Rows) >= tableLines {
		return t.flush()
	}
	return nil
}

func (t *runTable) flush() error {
	if t.table == nil {
		return nil
	}
	var b strings.Builder
	t.table.Write(&b, t.screen)
	t.table = nil
	_, err := io.WriteString(t.w, b.String())
	return err
}

func (t *runTable) close() error {
	if err := t.flush(); err != nil {
		return fmt.Errorf("print the runs: %w", err)
	}
	for _, reason := range t.reasons {
		if _, err := fmt.Fprintln(t.w, reason); err != nil {
			return fmt.Errorf("print the runs: %w", err)
		}
	}
	return nil
}

// A runJSON prints runs as one JSON document.
type runJSON struct {
	w    io.Writer
	from string
	runs int
}

// A listedRun is a run as list prints it; see docs/list.schema.json.
type listedRun struct {
	Run       string           `json:"run"` // its path with the folder, for verify, get and restore
	Site      string           `json:"site"`
	Kind      manifest.Kind    `json:"kind"`
	NoUploads bool             `json:"no_uploads"`
	Started   time.Time        `json:"started"`
	Stored    time.Time        `json:"stored"`
	Bytes     int64            `json:"bytes"`
	Status    string           `json:"status"`
	Reason    string           `json:"reason,omitempty"`
	Seal      string           `json:"seal,omitempty"`
	Host      string           `json:"host,omitempty"`
	Agent     string           `json:"agent,omitempty"`
	WordPress string           `json:"wordpress,omitempty"`
	Counts    *manifest.Counts `json:"counts,omitempty"`
}

func (p *runJSON) add(r *catalog.Run) error {
	status, reason := runStatus(r)
	entry := listedRun{
		Run: r.Path(), Site: r.Site, Kind: r.Kind, NoUploads: r.NoUploads, Started: r.Start, Stored: r.Stored.UTC(), Bytes: r.Bytes(),
		Status: status, Reason: reason, Seal: sealOf(r),
	}
	if m := r.Manifest; m != nil {
		entry.Host, entry.Agent, entry.WordPress, entry.Counts = m.Host, m.Agent, m.WordPress, &m.Counts
	}
	text, err := json.Marshal(entry)
	if err != nil {
		return err
	}
	if err := p.open(); err != nil {
		return err
	}
	separator := ",\n    "
	if p.runs++; p.runs == 1 {
		separator = "\n    "
	}
	_, err = fmt.Fprintf(p.w, "%s%s", separator, text)
	return err
}

// open prints the text before the first run.
func (p *runJSON) open() error {
	if p.runs > 0 {
		return nil
	}
	from, err := json.Marshal(p.from)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.w, "{\n  \"version\": %d,\n  \"from\": %s,\n  \"runs\": [", manifest.Version, from)
	return err
}

func (p *runJSON) close() error {
	if err := p.open(); err != nil {
		return err
	}
	_, err := fmt.Fprint(p.w, "\n  ]\n}\n")
	return err
}
