package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// commitRetry is how a manifest is retried. It is the last object of a run:
// everything else is stored by then, and without it the run is not a backup.
type commitRetry struct {
	patience time.Duration // how long the manifest is retried without a usable answer
	pause    time.Duration // before the second attempt; doubles after each attempt
	grace    time.Duration // how long an attempt may go on after the run was cancelled
}

func defaultCommitRetry() commitRetry {
	return commitRetry{patience: 10 * time.Minute, pause: time.Second, grace: 3 * time.Second}
}

const maxCommitPause = 30 * time.Second

// put stores a manifest under a name that only this run uses. After a lost response
// it puts the same bytes again; if the name is taken then, the first attempt has
// stored them. The error is sinks.ErrUnknown if the manifest may be stored.
func (c commitRetry) put(ctx context.Context, sink sinks.Sink, name string, text []byte, log *slog.Logger) (sinks.Receipt, error) {
	ctx, cancel := c.extend(ctx)
	defer cancel()
	maybeStored := false
	for pause := c.pause; ; pause = min(2*pause, maxCommitPause) {
		receipt, err := sink.Put(ctx, name, bytes.NewReader(text))
		switch {
		case err == nil:
			return receipt, nil
		case errors.Is(err, sinks.ErrExists) && maybeStored:
			return sinks.Receipt{}, nil
		}
		maybeStored = maybeStored || errors.Is(err, sinks.ErrUnknown)
		if !errors.Is(err, sinks.ErrUnknown) && maybeStored {
			err = fmt.Errorf("%w; %w", err, sinks.ErrUnknown)
		}
		if !errors.Is(err, sinks.ErrUnknown) && !errors.Is(err, sinks.ErrUnavailable) {
			return sinks.Receipt{}, err
		}
		log.Warn("retrying the manifest", "to", sink.String(), "err", err)
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return sinks.Receipt{}, err
		}
	}
}

// extend returns a context that ends after the patience, or the grace after ctx.
func (c commitRetry) extend(ctx context.Context) (context.Context, context.CancelFunc) {
	out, end := context.WithCancelCause(context.WithoutCancel(ctx))
	patience := time.AfterFunc(c.patience, func() { end(fmt.Errorf("no answer within %s", c.patience)) })
	stop := context.AfterFunc(ctx, func() {
		grace := time.AfterFunc(c.grace, func() { end(context.Cause(ctx)) })
		context.AfterFunc(out, func() { grace.Stop() })
	})
	return out, func() {
		patience.Stop()
		stop()
		end(nil)
	}
}
