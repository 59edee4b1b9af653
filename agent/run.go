package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/agent/transfer"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A run is one backup of one site at one moment; it is complete or it did not happen.
type run struct {
	agent *Agent
	job   Job
	mu    sync.Mutex // guards state and report while manifests are put
	located
	targets []target
	report  *SiteReport
	log     *slog.Logger

	state    *siteState
	id       string // start and random characters
	name     string // what every object's name begins with
	started  time.Time
	dests    []*destination
	streams  *transfer.Transfer
	watchdog *transfer.SiteWatchdog
}

// backup runs once and, where a stream was spoilt in a way that only sending it
// anew from the site can mend, once more under a new name.
func (r *run) backup(ctx context.Context) error {
	var err error
	if r.state, err = r.agent.Dirs.load(r.identity); err != nil {
		r.log.Warn("state lost", "err", err)
	}
	usable := r.open()
	if len(usable) == 0 {
		return r.noneLeft(r.all())
	}
	pending, err := r.attempt(ctx, usable)
	if len(pending) > 0 && ctx.Err() == nil {
		r.log.Warn("the run starts again", "destinations", len(pending), "err", r.noneLeft(pending))
		_, err = r.attempt(ctx, pending)
	}
	r.conclude()
	return err
}

// open lists the targets to send to; those that could not be opened are reported.
func (r *run) open() []int {
	var usable []int
	r.report.Destinations = make([]DestinationReport, len(r.targets))
	for i, t := range r.targets {
		r.report.Destinations[i] = DestinationReport{URL: t.url}
		if t.err != nil {
			r.lost(i, t.err)
			continue
		}
		usable = append(usable, i)
	}
	return usable
}

// all are the indices of all targets.
func (r *run) all() []int {
	list := make([]int, len(r.targets))
	for i := range list {
		list[i] = i
	}
	return list
}

func (r *run) lost(target int, err error) {
	d := &r.report.Destinations[target]
	d.Status, d.Error = Failed, reportError(err)
}

// attempt sends the site to the targets of those indices. It returns the targets
// that are worth another attempt, and an error if the site itself failed.
func (r *run) attempt(ctx context.Context, to []int) (again []int, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r.started = r.agent.Now().UTC()
	if r.id, err = runID(r.started, r.agent.Random); err != nil {
		return nil, err
	}
	r.name = runName(r.job.Name, r.job.Kind, r.job.Selection.NoUploads, r.id)
	r.report.Run = r.name
	r.dests = make([]*destination, len(to))
	r.streams = &transfer.Transfer{Pool: r.agent.pool, Filters: r.job.Filters}
	r.watchdog = &transfer.SiteWatchdog{}
	for i, target := range to {
		r.dests[i] = &destination{Destination: transfer.NewDestination(ctx, r.targets[target].sink, r.targets[target].limited), target: target}
		defer r.dests[i].Close()
		r.streams.Destinations = append(r.streams.Destinations, r.dests[i].Destination)
	}
	if r.job.Stall > 0 {
		go r.streams.WatchDestinations(ctx, r.job.Stall)
		go r.watchdog.Watch(ctx, r.job.Stall, cancel)
	}
	err = r.send(ctx)
	if err != nil && ctx.Err() != nil && !errors.Is(err, sinks.ErrUnknown) {
		err = context.Cause(ctx)
	}
	for i, d := range r.dests {
		lost := d.lost
		switch {
		case d.committed: // whatever happened since
			continue
		case lost != nil:
		case err != nil && !errors.Is(err, transfer.ErrNoDestination):
			lost = err
		default:
			lost = d.Err()
		}
		if lost != nil {
			if restartable(lost) {
				again = append(again, to[i])
			}
			r.lost(to[i], lost)
			if errors.Is(lost, sinks.ErrUnknown) {
				r.report.Destinations[to[i]].Manifest = r.name + manifestSuffix
			}
		}
	}
	if errors.Is(err, transfer.ErrNoDestination) && len(again) == 0 {
		return nil, r.noneLeft(to)
	}
	return again, err
}

// noneLeft is the error of a run that failed at all of those destinations, or at
// every one if none was usable.
func (r *run) noneLeft(to []int) error {
	var why []string
	for i, d := range r.report.Destinations {
		if d.Error != nil && (len(to) == 0 || slices.Contains(to, i)) {
			why = append(why, fmt.Sprintf("%s: %s", d.URL, d.Error.Message))
		}
	}
	if len(why) == 0 {
		return transfer.ErrNoDestination
	}
	return errors.New(strings.Join(why, "; "))
}

// send carries both parts at once, then the details, then the manifest.
func (r *run) send(ctx context.Context) error {
	var (
		site source
		err  error
	)
	r.watchdog.Await(func() { site, err = openSource(ctx, r.request(ctx, false), r.owner, r.log) })
	if err != nil {
		return err
	}
	defer site.Close()
	facts := site.Facts()
	facts.tame()
	r.report.WordPress, r.report.Server = facts.WordPress, facts.Server
	if err := r.keepOut(facts); err != nil {
		return err
	}
	streams, err := r.parts(ctx, site)
	if err != nil {
		return err
	}
	var findings Findings
	r.watchdog.Await(func() { findings, err = site.Findings(ctx) })
	if err != nil {
		return err
	}
	held, err := r.sizes(findings, streams)
	if err != nil {
		return err
	}
	r.noteShrunk(&findings, held)
	details, err := r.sendDetails(ctx, facts, findings)
	if err != nil {
		return err
	}
	r.report.Streams = streams
	return r.commit(ctx, facts, findings, append(streams, details), held)
}

// sendStream sends a part to all destinations.
func (r *run) sendStream(ctx context.Context, part Part, progress func(raw, stored int64)) (ManifestStream, error) {
	stream := ManifestStream{Name: part.Name, Filters: archive.Names(r.job.Filters...)}
	var err error
	stream.RawBytes, err = r.streams.Send(ctx, transfer.Stream{
		Name: part.Name, Object: r.name + streamSuffix[part.Name], Write: part.Write, Progress: progress,
		Limited: part.Name == filesStream, // a dump that is slowed down would keep the site's tables locked
	})
	return stream, err
}

// parts streams what the kind asks for, side by side; the first failure stops the other.
func (r *run) parts(ctx context.Context, site source) ([]ManifestStream, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		group   sync.WaitGroup
		results [2]ManifestStream
		errs    [2]error
		streams []ManifestStream
	)
	for i, name := range []string{databaseStream, filesStream} {
		if !r.job.Kind.has(name) {
			continue
		}
		group.Go(func() {
			part := site.Part(name)
			part.Write = r.watchdog.Guard(part.Write)
			results[i], errs[i] = r.sendStream(ctx, part, func(raw, stored int64) {
				r.agent.Progress(Progress{Site: r.job.Name, Stream: name, Raw: raw, Stored: stored})
			})
			if errs[i] != nil {
				cancel(errs[i])
				return
			}
			r.agent.Progress(Progress{Site: r.job.Name, Stream: name, Raw: results[i].RawBytes, Done: true})
		})
	}
	group.Wait()
	for i := range results {
		if r.job.Kind.has([]string{databaseStream, filesStream}[i]) {
			streams = append(streams, results[i])
		}
	}
	if errs[0] == nil && errs[1] == nil {
		return streams, nil
	}
	return nil, context.Cause(ctx) // the first one: the other only followed
}

// conclude sums the destinations up.
func (r *run) conclude() {
	status := OK
	if c := r.report.Counts; c != nil && c.Unreadable > 0 {
		status = Incomplete
	}
	for i := range r.report.Destinations {
		d := &r.report.Destinations[i]
		if d.Status == OK {
			continue
		}
		status = Failed
		if d.Status != Failed { // it must not pass for one that worked because nobody says so
			r.lost(i, errors.New("it was not brought to an end"))
		}
	}
	r.report.Status = status
}
