// Package notify sends messages about the result of a backup by mail, chat and push services,
// and signals to dead man's switches, which raise an alarm if no backup succeeds in time. A
// channel that fails or hangs has no effect on the backup or on the other channels.
package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/crash"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/secret"
)

// timeLimit is how long a channel may take.
const timeLimit = 10 * time.Second

// maxMail is the longest body of a mail in bytes.
const maxMail = 64 << 10

// A Notifier reports the result of a backup. Its zero value sends nothing.
type Notifier struct {
	Services     []Service
	Email        *Email        // nil for none
	Healthchecks *Healthchecks // nil for none
	UptimeKuma   *UptimeKuma   // nil for none
	Level        Level         // of messages; dead man's switches get every signal
	Templates    Templates

	limit time.Duration // set by tests
}

// A channel is one way to report. tell returns nil if the channel does not report the event.
type channel interface {
	name() string // where it is configured
	secrets() []secret.Text
	tell(ctx context.Context, e *event) error
}

// An event is a fact to report.
type event struct {
	signal signal
	report *manifest.Report // of signals other than started
	log    string
	test   bool
	// warning is what failed after the backup.
	warning string

	level, least Level // of the result, and that of Notifier
	templates    Templates
	redactor     redactor
}

// wanted reports whether the event is worth a message.
func (e *event) wanted() bool { return e.signal != started && (e.test || e.level <= e.least) }

// render returns the message about the event.
func (e *event) render(esc escape) (subject, body string) {
	m := newMessage(e.report, e.warning, e.test, esc)
	return e.redactor.text(e.templates.subject(m)), e.redactor.text(e.templates.body(m))
}

// A Result says whether one channel was used: Err is nil if the event was sent, or need not be
// sent.
type Result struct {
	Channel string
	Err     error
}

// Start signals that a backup begins.
func (n *Notifier) Start(ctx context.Context) []Result {
	return n.tell(ctx, &event{signal: started})
}

// Finish reports the result of a backup. log is what it printed.
func (n *Notifier) Finish(ctx context.Context, report *manifest.Report, log string) []Result {
	return n.tell(ctx, &event{signal: signalOf(report.Status), level: levelOf(report), report: report, log: log})
}

// Warn reports a failure after a backup whose result was already reported.
func (n *Notifier) Warn(ctx context.Context, report *manifest.Report, warning string) []Result {
	about := *report
	about.Sites, about.Errors = nil, nil
	return n.tell(ctx, &event{signal: logged, level: Warning, report: &about, warning: warning})
}

// Test sends a test message to each channel. It does not change the state of a check on
// Healthchecks.
func (n *Notifier) Test(ctx context.Context, host, agent string) []Result {
	report := example(time.Now())
	report.Host, report.Agent = host, agent
	return n.tell(ctx, &event{signal: logged, report: report, test: true})
}

// channels returns all configured channels.
func (n *Notifier) channels() (all []channel) {
	for _, s := range n.Services {
		all = append(all, s)
	}
	if n.Email != nil {
		all = append(all, n.Email)
	}
	if n.Healthchecks != nil {
		all = append(all, n.Healthchecks)
	}
	if n.UptimeKuma != nil {
		all = append(all, n.UptimeKuma)
	}
	return all
}

// tell reports an event to all channels in parallel.
func (n *Notifier) tell(ctx context.Context, e *event) []Result {
	channels := n.channels()
	var secrets []secret.Text
	for _, c := range channels {
		secrets = append(secrets, c.secrets()...)
	}
	e.redactor, e.least, e.templates = newRedactor(secrets), n.Level, n.Templates
	results := make([]Result, len(channels))
	var group sync.WaitGroup
	for i, c := range channels {
		group.Go(func() { results[i] = Result{c.name(), e.redactor.error(n.within(ctx, c, e))} })
	}
	group.Wait()
	return results
}

// within reports an event to a channel, and stops waiting for the channel after the time limit.
func (n *Notifier) within(ctx context.Context, c channel, e *event) error {
	limit := timeLimit
	if n.limit > 0 {
		limit = n.limit
	}
	late := fmt.Errorf("no answer within %s; check that the server is reachable from this host", limit)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, late)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- tellSafely(ctx, c, e) }()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = context.Cause(ctx)
	}
	return err
}

// tellSafely turns a panic of a library into an error.
func tellSafely(ctx context.Context, c channel, e *event) (err error) {
	defer crash.Recover(&err)
	return c.tell(ctx, e)
}
