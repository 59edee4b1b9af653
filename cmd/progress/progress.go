// Package progress shows the progress of a command, and how the backup of each site ended.
package progress

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/sites"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Printer prints, on standard error, what runs and how it ended. If standard error is not a
// terminal, it prints nothing about success, because cron sends any output as mail.
type Printer struct {
	io      console.Streams
	quiet   bool
	success bool         // print successes too
	log     *slog.Logger // used instead of plain text if logs are JSON; else nil
	bars    *mpb.Progress

	mu     sync.Mutex
	active map[string]*bar
}

// A bar shows one stream of one site.
type bar struct {
	*mpb.Bar
	stored atomic.Int64
	speed  speed
	drawn  time.Time
	raw    int64 // bytes when the bar was last drawn
}

// New returns the Printer of a command. The caller must close it. With verbose, it prints
// successes too.
func New(c *console.Console, verbose bool) *Printer {
	p := &Printer{io: c.Streams, quiet: c.Quiet, success: !c.Quiet && (verbose || c.Terminal()), active: map[string]*bar{}}
	if c.JSON {
		p.log = c.Log
		return p
	}
	if c.Terminal() && !c.Quiet {
		p.bars = mpb.New(mpb.WithOutput(console.Unescaped(c.Err)), mpb.WithRefreshRate(200*time.Millisecond))
	}
	return p
}

// WarnUnsealed warns once if backups are not sealed: everyone who can read the bucket can read
// the sites in it.
func (p *Printer) WarnUnsealed(jobs []agent.Job) {
	const text = "archives are not sealed: everyone who can read the bucket can read the sites; seal them with --recipient age1…"
	for _, j := range jobs {
		switch {
		case j.Seal != nil || !j.Remote() || j.Ignore != "" || p.quiet:
		case p.log != nil:
			p.log.Warn(text)
			return
		default:
			fmt.Fprintf(p.io.Err, "wp-oneway: warning: %s\n", text)
			return
		}
	}
}

// WarnUnsearched names the folders that were not searched for sites.
func (p *Printer) WarnUnsearched(chosen *sites.Selection) {
	for _, root := range chosen.Missing {
		text := sites.MissingRoot(root)
		if p.log != nil {
			p.log.Error(text)
			continue
		}
		fmt.Fprintf(p.io.Err, "wp-oneway: %s\n", wordpress.Printable(text))
	}
	if p.quiet {
		return
	}
	if p.log != nil {
		for _, note := range chosen.Notes.Items {
			p.log.Warn("not searched", "what", note)
		}
		return
	}
	printNotes(func(format string, args ...any) { fmt.Fprintf(p.io.Err, format+"\n", args...) },
		"wp-oneway: warning: not searched: ", &chosen.Notes)
}

// Update advances a stream's bar. It is called for every piece of a stream, and ignores most
// calls.
func (p *Printer) Update(u agent.Progress) {
	if p.bars == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := u.Site + "/" + u.Stream
	b := p.active[key]
	if b == nil {
		b = p.newBar(u)
		p.active[key] = b
	}
	now := time.Now()
	if !u.Done && now.Sub(b.drawn) < 100*time.Millisecond {
		return
	}
	if u.Stored > 0 {
		b.stored.Store(u.Stored)
	}
	b.speed.add(u.Raw-b.raw, now.Sub(b.drawn))
	b.IncrInt64(u.Raw - b.raw)
	b.drawn, b.raw = now, u.Raw
	if u.Done {
		b.SetTotal(u.Raw, true)
		delete(p.active, key)
	}
}

func (p *Printer) newBar(u agent.Progress) *bar {
	b := &bar{drawn: time.Now()}
	action := map[string]string{"database": "dumping the database", "files": "archiving the files"}[u.Stream]
	b.Bar = p.bars.New(0, mpb.SpinnerStyle(),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(u.Site+": "+action, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(
			decor.CurrentKibiByte("% .1f", decor.WCSyncSpace),
			decor.Any(func(decor.Statistics) string { return humanize.IBytes(b.speed.now()) + "/s" }, decor.WCSyncSpace),
			decor.Any(func(decor.Statistics) string {
				return "  stored " + humanize.IBytes(uint64(b.stored.Load()))
			}),
		))
	return b
}

// SiteDone prints how a site ended.
func (p *Printer) SiteDone(r manifest.SiteReport) {
	p.mu.Lock()
	for _, stream := range []string{"/database", "/files"} {
		if b := p.active[r.Name+stream]; b != nil {
			b.Abort(true)
			delete(p.active, r.Name+stream)
		}
	}
	p.mu.Unlock()
	if p.log != nil {
		p.record(r)
		return
	}
	text := p.summary(r)
	if text == "" {
		return
	}
	if p.bars != nil {
		fmt.Fprint(p.bars, text)
		return
	}
	fmt.Fprint(p.io.Err, text)
}

// Close waits until the last bar is drawn.
func (p *Printer) Close() {
	if p.bars != nil {
		p.bars.Wait()
	}
}

// record logs how a site ended.
func (p *Printer) record(r manifest.SiteReport) {
	log := p.log.With("site", r.Name, "path", r.Path, "status", r.Status)
	if r.Error != nil {
		log.Error("backup failed", "err", r.Error.Message)
	}
	for _, d := range r.Destinations {
		if d.Error != nil && r.Error == nil {
			log.Error("destination failed", "to", d.URL, "err", d.Error.Message)
		}
	}
	for _, what := range r.Shrunk {
		log.Warn("the site shrank", "what", what)
	}
	fail := func(format string, args ...any) { log.Error(fmt.Sprintf(format, args...)) }
	warn := func(format string, args ...any) { log.Warn(fmt.Sprintf(format, args...)) }
	printNotes(fail, "could not be read: ", r.Unreadable)
	printNotes(fail, "not in the dump: ", r.Privileges)
	printNotes(warn, "warning: ", r.Warnings)
	if r.Error == nil {
		log.Info("backup done", "run", r.Run, "duration", r.Finished.Sub(r.Started).String())
	}
}

// summary returns the text about a site. It always contains what is wrong. It contains success
// only on a terminal or with --verbose.
func (p *Printer) summary(r manifest.SiteReport) string {
	var b strings.Builder
	line := func(format string, args ...any) {
		b.WriteString(wordpress.Printable(fmt.Sprintf(format, args...)) + "\n")
	}
	if r.Error != nil {
		line("wp-oneway: %s: %s", r.Name, r.Error.Message)
	}
	for _, d := range r.Destinations {
		if d.Error != nil && r.Error == nil {
			line("wp-oneway: %s: %s: %s", r.Name, sinks.Short(d.URL), d.Error.Message)
		}
	}
	if p.success {
		p.writeSuccess(r, line)
	}
	printNotes(line, "wp-oneway: "+r.Name+": could not be read: ", r.Unreadable)
	printNotes(line, "wp-oneway: "+r.Name+": not in the dump: ", r.Privileges)
	if !p.quiet {
		printNotes(line, "wp-oneway: "+r.Name+": warning: ", r.Warnings)
	}
	return b.String()
}

// writePlan writes the findings of a dry run.
func writePlan(r manifest.SiteReport, line func(string, ...any)) {
	line("%s: a backup (%s) of %s would hold", r.Name, r.Kind, r.Path)
	if r.Kind != manifest.Files {
		line("  %d tables", r.Plan.Tables)
	}
	if r.Kind != manifest.DB {
		line("  %s files, %s", humanize.Comma(r.Plan.Files), humanize.IBytes(uint64(r.Plan.FileBytes)))
	}
	for _, o := range r.Plan.Objects {
		line("  %s", o)
	}
}

func (p *Printer) writeSuccess(r manifest.SiteReport, line func(string, ...any)) {
	if r.Plan != nil && r.Status != manifest.Failed {
		writePlan(r, line)
		return
	}
	switch r.Status {
	case manifest.Ignored:
		line("%s: ignored", r.Name)
	case manifest.OK, manifest.Incomplete, manifest.Failed:
		for _, d := range r.Destinations {
			if d.Status == manifest.OK {
				line("%s: stored in %s", r.Name, d.URL)
				line("  %s", r.Run)
				line("  %s in %s", contents(r, d.Bytes), r.Finished.Sub(r.Started).Round(10*time.Millisecond))
			}
		}
	case manifest.Locked, manifest.Refused, manifest.Planned, manifest.Running: // the error already says so; a site never ends as Running
	}
}

// contents returns the size of a run, as text.
func contents(r manifest.SiteReport, stored int64) string {
	var what []string
	if r.Kind != manifest.Files {
		what = append(what, fmt.Sprintf("%d tables with %s rows", r.Counts.Tables, humanize.Comma(r.Counts.Rows)))
	}
	if r.Kind != manifest.DB {
		what = append(what, humanize.Comma(r.Counts.Files)+" files")
	}
	var raw int64
	for _, s := range r.Streams {
		raw += s.RawBytes
	}
	return fmt.Sprintf("%s: %s, stored as %s", strings.Join(what, ", "), humanize.IBytes(uint64(raw)), humanize.IBytes(uint64(stored)))
}

// printNotes prints the first few of many notes.
func printNotes(line func(string, ...any), what string, notes *wordpress.Notes) {
	const most = 20
	if notes == nil {
		return
	}
	for _, item := range notes.Items[:min(most, len(notes.Items))] {
		line("%s%s", what, wordpress.Printable(item))
	}
	if notes.Total > most {
		line("%sand %d more, listed by --json and in the run's details", what, notes.Total-most)
	}
}
