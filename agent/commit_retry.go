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

// commitRetry says how storing a manifest is retried. The manifest is the last object of a run:
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

// put stores a manifest under a name that only this run uses. After a lost response it stores
// the same bytes again; if the name exists then, the first attempt has stored them. The error
// is sinks.ErrUnknown if the manifest may be stored.
func (c commitRetry) put(ctx context.Context, sink sinks.Sink, name string, text []byte, log *slog.Logger) (sinks.Receipt, error) {
	ctx, cancel := c.extend(ctx)
	defer cancel()
	maybeStored := false
	var receipt sinks.Receipt
	err := sinks.Retry(ctx, sinks.Pauses{First: c.pause, Longest: maxCommitPause}, func() sinks.Attempt {
		var err error
		receipt, err = sink.Put(ctx, name, bytes.NewReader(text))
		if errors.Is(err, sinks.ErrExists) && maybeStored {
			receipt, err = sinks.Receipt{}, nil
		}
		if err == nil {
			return sinks.Attempt{}
		}
		maybeStored = maybeStored || errors.Is(err, sinks.ErrUnknown)
		if !errors.Is(err, sinks.ErrUnknown) && maybeStored {
			err = fmt.Errorf("%w; %w", err, sinks.ErrUnknown)
		}
		again := errors.Is(err, sinks.ErrUnknown) || errors.Is(err, sinks.ErrUnavailable)
		if again {
			log.Warn("retrying the manifest", "to", sink.String(), "err", err)
		}
		return sinks.Attempt{Err: err, Again: again}
	})
	if err != nil {
		return sinks.Receipt{}, err
	}
	return receipt, nil
}

// extend returns a context that ends after the time for retries, or, if ctx ends earlier, after
// the grace time.
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
