package sinks

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"sync"
	"time"
)

// maxAnswer is the maximum length of a response body, in bytes: our requests are
// answered with a few lines of XML or JSON.
const maxAnswer = 1 << 20

// maxAnswerHeader is the maximum length of a response header, in bytes.
const maxAnswerHeader = 256 << 10

// A watchdog cancels a request that makes no progress for its limit.
type watchdog struct {
	limit  time.Duration
	timer  *time.Timer // nil without limit
	mu     sync.Mutex
	paused bool
}

// watch returns a context that the watchdog cancels with errStalled. A limit of 0
// is none.
func watch(ctx context.Context, limit time.Duration) (context.Context, *watchdog, context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{limit: limit}
	if limit > 0 {
		w.timer = time.AfterFunc(limit, func() { cancel(errStalled) })
	}
	return ctx, w, func(err error) {
		if w.timer != nil {
			w.timer.Stop()
		}
		cancel(err)
	}
}

// progress starts the limit again, unless the watchdog is paused.
func (w *watchdog) progress() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.timer != nil && !w.paused {
		w.timer.Reset(w.limit)
	}
}

// pause stops the limit until resume, for a request that waits for its stream.
func (w *watchdog) pause() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.paused = true
	if w.timer != nil {
		w.timer.Stop()
	}
}

func (w *watchdog) resume() {
	w.mu.Lock()
	w.paused = false
	w.mu.Unlock()
	w.progress()
}

// A stalled error is that of a request which was cancelled by a watchdog.
type stalled struct{}

var errStalled error = stalled{}

func (stalled) Error() string { return "no progress for too long" }

// Temporary makes Google's client send the request again.
func (stalled) Temporary() bool { return true }

// A transport sends requests to a bucket. It reports and watches their progress,
// and limits the length of responses, which the clients read into memory.
type transport struct {
	next  http.RoundTripper
	stall time.Duration // limit of a request without progress; 0 when the sender has its own watchdog
}

// RoundTrip is http.RoundTripper's.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, dog, cancel := watch(r.Context(), t.stall)
	report := callback(ctx, bodyProgressKey{})
	r = r.WithContext(ctx)
	if r.Body != nil && r.Body != http.NoBody {
		r = withBody(r, func(body io.ReadCloser) io.ReadCloser {
			return &progressBody{body, func() {
				dog.progress()
				report()
			}}
		})
	}
	res, err := t.next.RoundTrip(r)
	if err != nil {
		if errors.Is(context.Cause(ctx), errStalled) && t.stall > 0 {
			err = errStalled
		}
		cancel(nil)
		return nil, err
	}
	answer := &response{ReadCloser: res.Body, left: maxAnswer, cancel: cancel, progress: callback(ctx, responseProgressKey{})}
	if r.Context().Value(longAnswerKey{}) != nil {
		answer.left, answer.progress = math.MaxInt64, dog.progress
	}
	res.Body = answer
	return res, nil
}

type (
	bodyProgressKey     struct{}
	responseProgressKey struct{}
	longAnswerKey       struct{}
)

// WithLongAnswer has the responses to the requests of ctx arrive whole, whatever their
// length: those that return a stored object.
func WithLongAnswer(ctx context.Context) context.Context {
	return context.WithValue(ctx, longAnswerKey{}, true)
}

// withBodyProgress has f called whenever a request of ctx sends something.
func withBodyProgress(ctx context.Context, f func()) context.Context {
	return context.WithValue(ctx, bodyProgressKey{}, f)
}

// withResponseProgress has f called whenever bytes of a response body arrive: a store that
// works for a long time shows it by sending spaces first. The caller must limit the total time,
// because a store could send single bytes forever.
func withResponseProgress(ctx context.Context, f func()) context.Context {
	return context.WithValue(ctx, responseProgressKey{}, f)
}

func callback(ctx context.Context, key any) func() {
	if f, ok := ctx.Value(key).(func()); ok {
		return f
	}
	return func() {}
}

// A progressBody reports every read of a request's body.
type progressBody struct {
	io.ReadCloser
	report func()
}

func (b *progressBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.report()
	return n, err
}

// A response is a response body of limited length.
type response struct {
	io.ReadCloser
	left     int64
	cancel   context.CancelCauseFunc
	progress func()
}

var errLongAnswer = errors.New("the response is too long for a store's response")

func (r *response) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errLongAnswer
	}
	n, err := r.ReadCloser.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	if n > 0 {
		r.progress()
	}
	return n, err
}

// Close ends the request.
func (r *response) Close() error {
	defer r.cancel(nil)
	return r.ReadCloser.Close()
}

// newHTTPClient returns a client that follows no redirect: backups go to the host
// of the URL only, and a redirect could lead to an unencrypted connection.
func newHTTPClient(next http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport{next: next}, CheckRedirect: noRedirect}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
