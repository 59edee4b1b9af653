package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// A part is the rest of an object, read over one connection.
type part struct {
	body io.ReadCloser
	end  int64  // length of the whole object in bytes
	tag  string // identifies the content, such as an ETag
}

// stall is how long a connection may send nothing before it is closed.
const stall = time.Minute

// patience is how many connections in a row may break without sending anything.
const patience = 8

// resume opens an object. If a connection breaks, the returned reader opens a new one and
// continues at the same position, unless the content has changed.
func resume(ctx context.Context, open func(ctx context.Context, from int64, tag string) (part, error)) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	r := &resumed{ctx: ctx, cancel: cancel, open: open, pauses: backoff.NewExponentialBackOff()}
	r.pauses.MaxInterval = 20 * time.Second
	if err := r.connect(); err != nil { //nolint:contextcheck // the reader keeps it
		cancel(nil)
		return nil, err
	}
	return r, nil
}

// A resumed reader reads an object over as many connections as it needs.
type resumed struct {
	ctx    context.Context //nolint:containedctx // of the call that opened it
	cancel context.CancelCauseFunc
	open   func(ctx context.Context, from int64, tag string) (part, error)
	pauses *backoff.ExponentialBackOff

	part
	hangUp context.CancelFunc // ends the connection
	timer  *time.Timer        // calls hangUp when nothing arrives for the duration stall
	at     int64
	broken int // number of connections in a row that sent nothing
}

func (r *resumed) connect() error {
	ctx, hangUp := context.WithCancel(r.ctx)
	timer := time.AfterFunc(stall, hangUp)
	p, err := r.open(ctx, r.at, r.tag)
	if err != nil {
		timer.Stop()
		hangUp()
		return err
	}
	r.part, r.hangUp, r.timer = p, hangUp, timer
	return nil
}

// Read implements io.Reader.
func (r *resumed) Read(p []byte) (int, error) {
	for {
		if r.ctx.Err() != nil {
			return 0, context.Cause(r.ctx)
		}
		if r.body == nil {
			if err := r.reconnect(); err != nil {
				return 0, err
			}
		}
		r.timer.Reset(stall)
		n, err := r.body.Read(p)
		r.timer.Stop()
		r.at += int64(n)
		if n > 0 {
			r.broken = 0
			r.pauses.Reset()
		}
		switch {
		case err == nil:
			return n, nil
		case errors.Is(err, io.EOF) && r.at >= r.end:
			return n, io.EOF
		case r.ctx.Err() != nil:
			return n, context.Cause(r.ctx)
		}
		r.disconnect()
		if n > 0 {
			return n, nil
		}
		if r.broken++; r.broken >= patience {
			return 0, fmt.Errorf("the connection broke at byte %d of %d, %d times in a row: %w", r.at, r.end, patience, err)
		}
	}
}

// reconnect opens the connection again after a pause.
func (r *resumed) reconnect() error {
	for {
		select {
		case <-r.ctx.Done():
			return context.Cause(r.ctx)
		case <-time.After(r.pauses.NextBackOff()):
		}
		err := r.connect()
		if err == nil || errors.Is(err, ErrNotExist) || errors.Is(err, ErrDenied) || errors.Is(err, errNoRange) || r.ctx.Err() != nil {
			return err
		}
		if r.broken++; r.broken >= patience {
			return fmt.Errorf("the connection broke at byte %d of %d: %w", r.at, r.end, err)
		}
	}
}

func (r *resumed) disconnect() {
	r.hangUp()
	_ = r.body.Close() // it is broken already
	r.body = nil
}

// Close implements io.Closer.
func (r *resumed) Close() error {
	r.cancel(nil)
	if r.body == nil {
		return nil
	}
	r.timer.Stop()
	r.hangUp()
	err := r.body.Close()
	r.body = nil
	return err
}

var errNoRange = errors.New("the connection broke, and this store cannot send the rest of an object")
