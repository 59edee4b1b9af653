package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// ErrStalled is the error of a site that made no progress.
var ErrStalled = errors.New("the site makes no progress")

const (
	// stallFactor is how much longer than a destination a site may make no progress: a
	// dump writes nothing while it copies a locked table to the spool, and a walk writes
	// nothing while it skips excluded files.
	stallFactor = 12
	// minRate is the lowest rate that counts as progress, in bytes per second. Otherwise a
	// tenant could send single bytes slowly, and make the other sites wait forever.
	minRate = 4 << 10
	// maxAnnouncements is how many lock waits a worker may announce.
	maxAnnouncements = 100_000
	// leastPatience is the lowest limit that Patience returns.
	leastPatience = 10 * time.Second
)

// Patience counts the stalled sites of each owner, for all sites that an agent opens. Each
// stalled site halves the limit for the owner's other sites, so that an owner with a thousand
// sites cannot delay the others by a thousand limits.
type Patience struct {
	mu      sync.Mutex
	stalled map[uint32]int // by uid
}

// limit is how long a site of the user may make no progress.
func (p *Patience) limit(uid uint32, limit time.Duration) time.Duration {
	if p == nil {
		return limit
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(limit, max(limit>>p.stalled[uid], leastPatience))
}

func (p *Patience) count(uid uint32) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stalled == nil {
		p.stalled = map[uint32]int{}
	}
	p.stalled[uid] = min(p.stalled[uid]+1, 62)
}

// A watchdog stops a site that makes no progress: its owner has stopped the worker, a file
// system hangs, or a server sends single bytes slowly. The watchdog adds the time in which
// something waits for the site, and subtracts the time that the received bytes may take at
// minRate. The site fails when the sum reaches the limit.
//
// It counts its own ticks instead of reading a clock, so that a suspended host or a stopped
// agent does not make a run fail.
type watchdog struct {
	limit  time.Duration
	giveUp context.CancelCauseFunc
	life   context.Context // ends when the site is given up or closed

	mu            sync.Mutex
	waits         map[*wait]bool
	stopped       func() bool // reports whether the worker is stopped by a signal; nil without a worker
	stoppedFor    time.Duration
	announced     int // lock waits that go on
	announcements int
	lockWait      time.Duration // what is left of the time for lock waits
}

// A wait is one operation that the site must complete.
type wait struct {
	busy  atomic.Bool  // the site's stream waits for its reader
	bytes atomic.Int64 // received since the last tick
	debt  time.Duration
	// frozen is the time in which the worker was stopped by a signal. Received bytes do not
	// reduce it; only time in which the worker runs does. Otherwise its owner could let it run
	// for short moments, and never reach the limit.
	frozen time.Duration
}

// newWatchdog starts a watchdog. Without a limit, it does nothing.
func newWatchdog(ctx context.Context, limit, lockWait time.Duration) *watchdog {
	if lockWait <= 0 {
		lockWait = dump.DefaultLockWait
	}
	w := &watchdog{limit: limit, lockWait: lockWait, waits: map[*wait]bool{}}
	w.life, w.giveUp = context.WithCancelCause(ctx)
	if limit > 0 {
		go w.run(min(max(limit/64, 5*time.Millisecond), 10*time.Second))
	}
	return w
}

func (w *watchdog) run(period time.Duration) {
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		select {
		case <-w.life.Done():
			return
		case <-ticker.C:
			w.tick(period)
		}
	}
}

// tick counts one period.
func (w *watchdog) tick(period time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	stopped := w.stopped != nil && w.stopped()
	if stopped {
		w.stoppedFor += period
	}
	if w.announced > 0 && !stopped {
		excused := min(period, w.lockWait)
		w.lockWait -= excused
		period -= excused
	}
	for each := range w.waits {
		each.count(period, stopped)
		if each.debt+each.frozen >= w.limit {
			w.giveUp(w.reason())
		}
	}
}

func (w *watchdog) reason() error {
	if w.stoppedFor >= w.limit/2 {
		return fmt.Errorf("%w: its worker is stopped by a signal (SIGSTOP) that its owner may have sent; no progress for %s", ErrStalled, w.limit)
	}
	return fmt.Errorf("%w: less than %d bytes per second for %s; if the site is only slow, raise limits.stall", ErrStalled, minRate, w.limit)
}

// count counts one period.
func (w *wait) count(period time.Duration, stopped bool) {
	received := w.bytes.Swap(0)
	waiting := !w.busy.Load()
	switch {
	case stopped && waiting:
		w.frozen += period
	case !stopped:
		w.frozen = max(0, w.frozen-period)
		w.debt = max(0, w.debt-time.Duration(float64(received)/minRate*float64(time.Second)))
		if waiting {
			w.debt += period
		}
	}
}

// watchWorker sets how to find out that the worker is stopped.
func (w *watchdog) watchWorker(stopped func() bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = stopped
}

// announce says that a lock wait of the dump begins or ends. Announced waits are not
// counted, up to their own limit.
func (w *watchdog) announce(waiting bool) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !waiting {
		w.announced = max(0, w.announced-1)
		return nil
	}
	w.announced++
	if w.announcements++; w.announcements > maxAnnouncements {
		return errors.New("worker announced too many lock waits")
	}
	return nil
}

// await calls f, and counts its time as time spent waiting for the site.
func (w *watchdog) await(ctx context.Context, f func(context.Context) error) error {
	return w.watch(ctx, &wait{}, f)
}

// guard returns write with its time counted as time spent waiting for the site,
// except while its writer is busy.
func (w *watchdog) guard(write func(context.Context, io.Writer) error) func(context.Context, io.Writer) error {
	return func(ctx context.Context, out io.Writer) error {
		stream := &wait{}
		return w.watch(ctx, stream, func(ctx context.Context) error { return write(ctx, watchedWriter{out, stream}) })
	}
}

// watch calls f with a context that also ends when the site is given up.
//
//nolint:contextcheck // the life of the watchdog is derived from the context of Open
func (w *watchdog) watch(ctx context.Context, each *wait, f func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(w.life, func() { cancel(context.Cause(w.life)) })()
	w.mu.Lock()
	w.waits[each] = true
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.waits, each)
	}()
	err := f(ctx)
	if cause := context.Cause(w.life); err != nil && errors.Is(cause, ErrStalled) {
		return cause
	}
	return err
}

// A watchedWriter reports to its wait how much it writes, and when it is busy.
type watchedWriter struct {
	w    io.Writer
	wait *wait
}

func (g watchedWriter) Write(p []byte) (int, error) {
	g.wait.bytes.Add(int64(len(p)))
	g.wait.busy.Store(true)
	defer g.wait.busy.Store(false)
	return g.w.Write(p)
}

// ReadFrom has w read r, if it can.
func (g watchedWriter) ReadFrom(r io.Reader) (int64, error) {
	g.wait.busy.Store(true)
	defer g.wait.busy.Store(false)
	return io.Copy(g.w, watchedReader{r, g.wait})
}

// A watchedReader reports to its wait how much it reads. Its reader is busy except during Read.
type watchedReader struct {
	r    io.Reader
	wait *wait
}

func (g watchedReader) Read(p []byte) (int, error) {
	g.wait.busy.Store(false)
	defer g.wait.busy.Store(true)
	n, err := g.r.Read(p)
	g.wait.bytes.Add(int64(n))
	return n, err
}

// A watchedSite is a site with a watchdog.
type watchedSite struct {
	Site
	watchdog *watchdog
}

func (s *watchedSite) Part(name string) Part {
	part := s.Site.Part(name)
	part.Write = s.watchdog.guard(part.Write)
	return part
}

func (s *watchedSite) Findings(ctx context.Context) (f Findings, err error) {
	err = s.watchdog.await(ctx, func(ctx context.Context) error {
		f, err = s.Site.Findings(ctx)
		return err
	})
	return f, err
}

func (s *watchedSite) Close() error {
	defer s.watchdog.giveUp(nil)
	return s.Site.Close()
}
