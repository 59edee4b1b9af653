package source

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// testStall makes limits short. The tests check that there is an end, not when.
const testStall = 50 * time.Millisecond

// openHostile opens a site whose worker has a behaviour.
func openHostile(t *testing.T, name string, patience *Patience) (Site, error) {
	t.Helper()
	needRoot(t)
	req := Request{Path: hostile + name, Kind: manifest.Files, Stall: testStall, Patience: patience}
	return Open(t.Context(), req, tenant, slog.New(slog.DiscardHandler))
}

func TestSilentWorkerIsStopped(t *testing.T) {
	if _, err := openHostile(t, "silence", nil); !errors.Is(err, ErrStalled) {
		t.Errorf("a site that does not open: %v", err)
	}
	for name, read := range map[string]func(Site) error{
		"part":     func(s Site) error { return s.Part(manifest.FilesStream).Write(t.Context(), io.Discard) },
		"findings": func(s Site) error { _, err := s.Findings(t.Context()); return err },
	} {
		s, err := openHostile(t, "silence after the facts", nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := read(s); !errors.Is(err, ErrStalled) {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A worker that sends a byte now and then makes no progress.
func TestTricklingWorkerIsStopped(t *testing.T) {
	s, err := openHostile(t, "a trickle", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var received countingWriter
	received.w = io.Discard
	if err := s.Part(manifest.FilesStream).Write(t.Context(), &received); !errors.Is(err, ErrStalled) || received.n == 0 {
		t.Errorf("after %d bytes: %v", received.n, err)
	}
}

// The owner stops the worker, and lets it run for a moment now and then.
func TestPulsingWorkerIsStopped(t *testing.T) {
	s, err := openHostile(t, "a flood", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	pulses := make(chan struct{})
	go func() {
		defer close(pulses)
		pid := s.(*watchedSite).Site.(*remoteSite).process.cmd.Process.Pid
		for ctx.Err() == nil {
			_ = syscall.Kill(pid, syscall.SIGSTOP) // it may have been given up
			time.Sleep(20 * time.Millisecond)
			_ = syscall.Kill(pid, syscall.SIGCONT)
			time.Sleep(100 * time.Microsecond)
		}
	}()
	err = s.Part(manifest.FilesStream).Write(t.Context(), io.Discard)
	cancel()
	<-pulses
	if !errors.Is(err, ErrStalled) {
		t.Errorf("the error is %v", err)
	}
}

// slowWriter takes longer than the limit for a write.
type slowWriter struct{}

func (slowWriter) Write(p []byte) (int, error) {
	time.Sleep(2 * stallFactor * testStall)
	return len(p), nil
}

// Time in which the site waits for a destination does not count.
func TestSiteOfASlowDestinationIsNotStopped(t *testing.T) {
	s, err := openHostile(t, "honest", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Part(manifest.FilesStream).Write(t.Context(), slowWriter{}); err != nil {
		t.Error(err)
	}
}

// ticks advances a watchdog that has no limit of its own, and reports whether it has
// given up.
func ticks(w *watchdog, n int, period time.Duration) bool {
	for range n {
		w.tick(period)
	}
	return errors.Is(context.Cause(w.life), ErrStalled)
}

// newTestWatchdog returns a watchdog that the test advances, with one wait.
func newTestWatchdog(t *testing.T, lockWait time.Duration) (*watchdog, *wait) {
	t.Helper()
	w, each := newWatchdog(t.Context(), 0, lockWait), &wait{}
	w.limit, w.waits[each] = time.Minute, true
	return w, each
}

func TestWatchdogCountsOnlyWaiting(t *testing.T) {
	w, each := newTestWatchdog(t, 0)
	each.busy.Store(true)
	if ticks(w, 1000, time.Second) {
		t.Error("a site that waits for a destination was given up")
	}
	each.busy.Store(false)
	if ticks(w, 59, time.Second) {
		t.Error("given up before the limit")
	}
	if !ticks(w, 1, time.Second) {
		t.Error("not given up at the limit")
	}
}

// A slow site goes on. What it sent early gives it no time later.
func TestWatchdogMeasuresARate(t *testing.T) {
	for _, tt := range []struct {
		each    int64 // bytes per second
		first   int64
		stopped bool
		want    bool
	}{
		{each: minRate}, {each: minRate / 4, want: true}, {each: 1, first: 1 << 40, want: true}, {each: 1 << 40, stopped: true, want: true},
	} {
		w, each := newTestWatchdog(t, 0)
		w.watchWorker(func() bool { return tt.stopped })
		each.bytes.Add(tt.first)
		given := false
		for range 100 {
			given = given || ticks(w, 1, time.Second)
			each.bytes.Add(tt.each)
		}
		if given != tt.want {
			t.Errorf("%+v: given up: %v", tt, given)
		}
		if reason := context.Cause(w.life); given && strings.Contains(reason.Error(), "SIGSTOP") != tt.stopped {
			t.Errorf("%+v: the reason is %v", tt, reason)
		}
	}
}

// Lock waits that are announced do not count, up to their own limit, and not while the
// worker is stopped.
func TestAnnouncedLockWaits(t *testing.T) {
	for _, tt := range []struct {
		seconds int
		stopped bool
		want    bool
	}{{seconds: 100 + 59}, {seconds: 100 + 60, want: true}, {seconds: 60, stopped: true, want: true}} {
		w, _ := newTestWatchdog(t, 100*time.Second)
		w.watchWorker(func() bool { return tt.stopped })
		if err := w.announce(true); err != nil {
			t.Fatal(err)
		}
		if got := ticks(w, tt.seconds, time.Second); got != tt.want {
			t.Errorf("%+v: given up: %v", tt, got)
		}
	}
	w, _ := newTestWatchdog(t, time.Hour)
	for range 2 { // an end without a beginning gives no credit
		if err := w.announce(false); err != nil {
			t.Fatal(err)
		}
	}
	if !ticks(w, 60, time.Second) {
		t.Error("time without an announced lock wait does not count")
	}
	for range maxAnnouncements {
		_ = w.announce(true)
	}
	if w.announce(true) == nil {
		t.Error("a worker may announce any number of lock waits")
	}
}

// The worker's announcements reach the watchdog.
func TestWorkerAnnouncesLockWaits(t *testing.T) {
	s, err := openHostile(t, "lock waits", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Findings(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := s.(*watchedSite).watchdog
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.announced != 1 || w.announcements != 2 {
		t.Errorf("%d of %d announced lock waits go on, want 1 of 2", w.announced, w.announcements)
	}
}

// An owner with many sites that stall keeps the others waiting for two limits, not for
// as many as there are sites.
func TestOwnerWithManyStalledSites(t *testing.T) {
	p := &Patience{}
	if _, err := openHostile(t, "silence", p); !errors.Is(err, ErrStalled) {
		t.Fatal(err)
	}
	if got := p.limit(tenant.UID, time.Hour); got != time.Hour/2 {
		t.Errorf("the next site of the owner has %s", got)
	}
	if got := p.limit(tenant.UID+1, time.Hour); got != time.Hour {
		t.Errorf("a site of another owner has %s", got)
	}
	for range 1000 {
		p.count(tenant.UID)
	}
	if got := p.limit(tenant.UID, time.Hour); got != leastPatience {
		t.Errorf("after a thousand sites: %s", got)
	}
	if got := p.limit(tenant.UID, time.Second); got != time.Second {
		t.Errorf("a lower limit is raised to %s", got)
	}
}
