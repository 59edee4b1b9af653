package main

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
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A screen tells people, on standard error, what is going on and how it came
// out. It is silent of success where nobody watches, as cron wants it.
type screen struct {
	io      streams
	quiet   bool
	success bool         // tell of success too
	log     *slog.Logger // instead of people, when logs are JSON; else nil
	bars    *mpb.Progress

	mu   sync.Mutex
	seen map[string]*bar
}

// A bar shows one stream of one site.
type bar struct {
	*mpb.Bar
	stored atomic.Int64
	speed  speed
	told   time.Time
	last   int64
}

func newScreen(io streams, quiet, verbose bool, format string, log *slog.Logger) *screen {
	s := &screen{io: io, quiet: quiet, success: !quiet && (verbose || io.terminal()), seen: map[string]*bar{}}
	if format == "json" {
		s.log = log
		return s
	}
	if io.terminal() && !quiet {
		s.bars = mpb.New(mpb.WithOutput(io.err), mpb.WithRefreshRate(200*time.Millisecond))
	}
	return s
}

// unsealed says once that whoever reads the bucket reads the site.
func (s *screen) unsealed(jobs []agent.Job) {
	const text = "archives are not sealed: who can read the bucket can read the sites; seal them with --recipient age1…"
	for _, j := range jobs {
		switch {
		case j.Seal != nil || !j.Remote() || j.Ignore != "" || s.quiet:
		case s.log != nil:
			s.log.Warn(text)
			return
		default:
			fmt.Fprintf(s.io.err, "wp-oneway: warning: %s\n", text)
			return
		}
	}
}

// unsearched says where sites may be that were not found.
func (s *screen) unsearched(chosen *selection) {
	for _, root := range chosen.missing {
		text := missingRoot(root)
		if s.log != nil {
			s.log.Error(text)
			continue
		}
		fmt.Fprintf(s.io.err, "wp-oneway: %s\n", text)
	}
	if s.quiet {
		return
	}
	if s.log != nil {
		for _, note := range chosen.notes.Items {
			s.log.Warn("not searched", "what", note)
		}
		return
	}
	told(func(format string, args ...any) { fmt.Fprintf(s.io.err, format+"\n", args...) },
		"wp-oneway: warning: not searched: ", &chosen.notes)
}

// progress moves the stream's bar. It is called for every piece of a stream, so it
// passes most of the calls over.
func (s *screen) progress(p agent.Progress) {
	if s.bars == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := p.Site + "/" + p.Stream
	b := s.seen[key]
	if b == nil {
		b = s.newBar(p)
		s.seen[key] = b
	}
	now := time.Now()
	if !p.Done && now.Sub(b.told) < 100*time.Millisecond {
		return
	}
	if p.Stored > 0 {
		b.stored.Store(p.Stored)
	}
	b.speed.add(p.Raw-b.last, now.Sub(b.told))
	b.IncrInt64(p.Raw - b.last)
	b.told, b.last = now, p.Raw
	if p.Done {
		b.SetTotal(p.Raw, true)
		delete(s.seen, key)
	}
}

func (s *screen) newBar(p agent.Progress) *bar {
	b := &bar{told: time.Now()}
	doing := map[string]string{"database": "dumping the database", "files": "archiving the files"}[p.Stream]
	b.Bar = s.bars.New(0, mpb.SpinnerStyle(),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(p.Site+": "+doing, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(
			decor.CurrentKibiByte("% .1f", decor.WCSyncSpace),
			decor.Any(func(decor.Statistics) string { return humanize.IBytes(b.speed.now()) + "/s" }, decor.WCSyncSpace),
			decor.Any(func(decor.Statistics) string {
				return "  stored " + humanize.IBytes(uint64(b.stored.Load()))
			}),
		))
	return b
}

// site tells how a site came out.
func (s *screen) site(r manifest.SiteReport) {
	s.mu.Lock()
	for _, stream := range []string{"/database", "/files"} {
		if b := s.seen[r.Name+stream]; b != nil {
			b.Abort(true)
			delete(s.seen, r.Name+stream)
		}
	}
	s.mu.Unlock()
	if s.log != nil {
		s.record(r)
		return
	}
	text := s.summary(r)
	if text == "" {
		return
	}
	if s.bars != nil {
		fmt.Fprint(s.bars, text)
		return
	}
	fmt.Fprint(s.io.err, text)
}

// close waits until the last bar is drawn.
func (s *screen) close() {
	if s.bars != nil {
		s.bars.Wait()
	}
}

// record logs how a site came out.
func (s *screen) record(r manifest.SiteReport) {
	log := s.log.With("site", r.Name, "path", r.Path, "status", r.Status)
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
	told(fail, "could not be read: ", r.Unreadable)
	told(fail, "not in the dump: ", r.Privileges)
	told(warn, "warning: ", r.Warnings)
	if r.Error == nil {
		log.Info("backup done", "run", r.Run, "duration", r.Finished.Sub(r.Started).String())
	}
}

// summary is what people are told of a site: always what is wrong, and success
// where somebody watches.
func (s *screen) summary(r manifest.SiteReport) string {
	var b strings.Builder
	r.Name, r.Path = wordpress.Printable(r.Name), wordpress.Printable(r.Path)
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	if r.Error != nil {
		line("wp-oneway: %s: %s", r.Name, r.Error.Message)
	}
	for _, d := range r.Destinations {
		if d.Error != nil && r.Error == nil {
			line("wp-oneway: %s: %s: %s", r.Name, d.URL, d.Error.Message)
		}
	}
	if s.success {
		s.succeeded(r, line)
	}
	told(line, "wp-oneway: "+r.Name+": could not be read: ", r.Unreadable)
	told(line, "wp-oneway: "+r.Name+": not in the dump: ", r.Privileges)
	if !s.quiet {
		told(line, "wp-oneway: "+r.Name+": warning: ", r.Warnings)
	}
	return b.String()
}

func (s *screen) succeeded(r manifest.SiteReport, line func(string, ...any)) {
	switch r.Status {
	case manifest.Ignored:
		line("%s: ignored", r.Name)
	case manifest.Planned:
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
	case manifest.OK, manifest.Incomplete, manifest.Failed:
		for _, d := range r.Destinations {
			if d.Status == manifest.OK {
				line("%s: stored in %s", r.Name, d.URL)
				line("  %s", r.Run)
				line("  %s in %s", contents(r, d.Bytes), r.Finished.Sub(r.Started).Round(10*time.Millisecond))
			}
		}
	case manifest.Locked, manifest.Refused: // said already
	}
}

// contents sums a run up.
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

// told lists the first few of many things.
func told(line func(string, ...any), what string, notes *wordpress.Notes) {
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
