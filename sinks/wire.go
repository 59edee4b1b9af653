package sinks

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// maxAnswer is the most that is read of an answer's body, in bytes: what is sent
// here is answered with a few lines of XML or JSON.
const maxAnswer = 1 << 20

// maxAnswerHeader is the most that is read of an answer's header, in bytes.
const maxAnswerHeader = 256 << 10

// A wire is the transport to a bucket. It keeps to a stream's budget of bytes, and
// takes no more of an answer than an answer can hold: the client would read all of
// it into memory.
type wire struct {
	next  http.RoundTripper
	stall time.Duration // how long a request may stand still; 0 when its sender watches it
}

// RoundTrip is http.RoundTripper's.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(r.Context())
	m := &movement{told: hearOf(ctx, movementKey{}), stall: w.stall, done: cancel}
	if w.stall > 0 {
		m.watch = time.AfterFunc(w.stall, func() { cancel(errStalled) })
	}
	res, err := w.next.RoundTrip(m.watched(throttled(r.WithContext(ctx))))
	if err != nil {
		if w.stall > 0 && errors.Is(context.Cause(ctx), errStalled) {
			err = errStalled
		}
		m.end()
		return nil, err
	}
	res.Body = &answer{ReadCloser: res.Body, left: maxAnswer, m: m, heard: hearOf(ctx, hearingKey{})}
	return res, nil
}

type (
	movementKey struct{}
	hearingKey  struct{}
)

// withMovement has moved called whenever a request of ctx gets on.
func withMovement(ctx context.Context, moved func()) context.Context {
	return context.WithValue(ctx, movementKey{}, moved)
}

// withHearing has heard called whenever something of an answer's body arrives: a
// store that works for long says so, by spaces before what it has to say. Who
// listens must bound the whole, for a byte now and then is cheap.
func withHearing(ctx context.Context, heard func()) context.Context {
	return context.WithValue(ctx, hearingKey{}, heard)
}

func hearOf(ctx context.Context, key any) func() {
	if f, ok := ctx.Value(key).(func()); ok {
		return f
	}
	return func() {}
}

// A movement is what is seen of a request on its way.
type movement struct {
	told  func()
	stall time.Duration
	watch *time.Timer // nil for none
	done  context.CancelCauseFunc
}

func (m *movement) moved() {
	if m.watch != nil {
		m.watch.Reset(m.stall)
	}
	m.told()
}

func (m *movement) end() {
	if m.watch != nil {
		m.watch.Stop()
	}
	m.done(nil)
}

// watched is r, a copy already, with a body that tells of its movement.
func (m *movement) watched(r *http.Request) *http.Request {
	if r.Body == nil || r.Body == http.NoBody {
		return r
	}
	r.Body = &movingBody{ReadCloser: r.Body, moved: m.moved}
	if again := r.GetBody; again != nil {
		r.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			return &movingBody{ReadCloser: body, moved: m.moved}, err
		}
	}
	return r
}

type movingBody struct {
	io.ReadCloser
	moved func()
}

func (b *movingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.moved()
	return n, err
}

// An answer is a response's body, as far as it is read.
type answer struct {
	io.ReadCloser
	left  int64
	m     *movement
	heard func()
}

var errLongAnswer = errors.New("the answer is longer than any the store has to give")

func (a *answer) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, errLongAnswer
	}
	n, err := a.ReadCloser.Read(p[:min(int64(len(p)), a.left)])
	a.left -= int64(n)
	if n > 0 {
		a.heard()
	}
	return n, err
}

// Close ends the request.
func (a *answer) Close() error {
	defer a.m.end()
	return a.ReadCloser.Close()
}

// A standstill is the error of a request that was given up because nothing moved.
type standstill struct{}

var errStalled error = standstill{}

func (standstill) Error() string { return "nothing moved for too long" }

// Temporary has Google's client send the request again.
func (standstill) Temporary() bool { return true }

// wireClient is an HTTP client that follows no redirect: a backup goes where the
// URL says, and its next hop could be in the clear.
func wireClient(t http.RoundTripper) *http.Client {
	return &http.Client{Transport: wire{next: t}, CheckRedirect: noRedirect}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
