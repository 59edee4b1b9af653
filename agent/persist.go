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

// A persistence is how long a run insists on its last object: everything else is
// stored by then, and whether the run is a backup hangs on this one.
type persistence struct {
	patience time.Duration // how long the manifest is put again while the store gives no usable answer
	pause    time.Duration // before the second time; it doubles from there
	grace    time.Duration // how long a put that is under way may last once the run is to end
}

func persistent() persistence {
	return persistence{patience: 10 * time.Minute, pause: time.Second, grace: 3 * time.Second}
}

const longestPause = 30 * time.Second

// put stores a manifest under a name that is the run's alone. When an answer was
// lost, the same bytes are put once more: a name that is taken then was taken by
// the first time. An error is sinks.ErrUnknown if the manifest may be stored.
func (p persistence) put(ctx context.Context, sink sinks.Sink, name string, text []byte, log *slog.Logger) (sinks.Receipt, error) {
	ctx, cancel := p.outlive(ctx)
	defer cancel()
	doubt := false
	for pause := p.pause; ; pause = min(2*pause, longestPause) {
		receipt, err := sink.Put(ctx, name, bytes.NewReader(text))
		switch {
		case err == nil:
			return receipt, nil
		case errors.Is(err, sinks.ErrExists) && doubt:
			return sinks.Receipt{}, nil
		}
		doubt = doubt || errors.Is(err, sinks.ErrUnknown)
		if !errors.Is(err, sinks.ErrUnknown) && doubt {
			err = fmt.Errorf("%w; %w", err, sinks.ErrUnknown)
		}
		if !errors.Is(err, sinks.ErrUnknown) && !errors.Is(err, sinks.ErrUnavailable) {
			return sinks.Receipt{}, err
		}
		log.Warn("the manifest is put again", "to", sink.String(), "err", err)
		wait := time.NewTimer(pause)
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return sinks.Receipt{}, err
		}
	}
}

// outlive is a context that ends when the patience does, or the grace after ctx.
func (p persistence) outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	out, end := context.WithCancelCause(context.WithoutCancel(ctx))
	patience := time.AfterFunc(p.patience, func() { end(fmt.Errorf("no answer within %s", p.patience)) })
	stop := context.AfterFunc(ctx, func() {
		grace := time.AfterFunc(p.grace, func() { end(context.Cause(ctx)) })
		context.AfterFunc(out, func() { grace.Stop() })
	})
	return out, func() {
		patience.Stop()
		stop()
		end(nil)
	}
}
