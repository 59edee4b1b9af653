package sinks

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A request is one call to the store that may have to be made more than once.
type request struct {
	op       string
	patience time.Duration // how long it may stand still
	longest  time.Duration // how long one attempt may take although it moves; 0 is no limit
	// send makes one attempt and calls moved whenever it gets on. When it fails,
	// maybe tells that it may have taken effect all the same.
	send func(ctx context.Context, moved func()) (maybe bool, err error)
	// settle, when not nil, may decide what a failure means; maybe tells that an
	// earlier attempt may have taken effect.
	settle func(err error, maybe bool) (over bool, result error)
}

// A verdict is a failure of our own finding, which no further attempt changes.
type verdict struct {
	cause   error
	restart bool
}

func (v *verdict) Error() string { return v.cause.Error() }

func (v *verdict) Unwrap() []error {
	if v.restart {
		return []error{v.cause, ErrRestart}
	}
	return []error{v.cause}
}

// retry sends r until it succeeds, is settled, fails for good, or has failed for
// o.Retry. The error it returns says what to do.
func (s *s3Sink) retry(ctx context.Context, r request) error {
	var failing time.Time // since when
	maybe, renewed, skewed, eager := false, false, false, false
	for n := 0; ; n++ {
		applied, err := attempt(ctx, r)
		if err == nil {
			s.reached.Store(true)
			return nil
		}
		lost := applied && unanswered(err)
		if ctx.Err() != nil {
			return inDoubt(context.Cause(ctx), maybe || lost)
		}
		var v *verdict
		if errors.As(err, &v) {
			return v
		}
		if r.settle != nil {
			if over, result := r.settle(err, maybe); over {
				return result
			}
		}
		if failing.IsZero() {
			failing = time.Now()
		}
		switch {
		case renewable(err) && !renewed:
			renewed = s.renew()
		case skew(err) != 0 && !skewed: // the client corrects its clock by the answer's
			skewed = true
			s.o.Logger.Warn("this host's clock is off; signing by the store's", "off_by", skew(err).Round(time.Second))
		case statusOf(err) == http.StatusExpectationFailed && !eager: // once more, without asking first
			eager = true
			s.eager.Store(true)
		case !passing(err) && !(s.reached.Load() && nameless(err)):
			return inDoubt(explain(err, r.op, s.c), maybe || lost)
		case time.Since(failing) > s.o.Retry:
			return inDoubt(unavailable(explain(err, r.op, s.c)), maybe || lost)
		}
		maybe = maybe || lost
		s.o.Logger.Debug("a request failed and is sent again", "operation", r.op, "attempt", n+1, "error", oneLine(err))
		if err := pause(ctx, n, s.asked(err)); err != nil {
			return inDoubt(err, maybe)
		}
	}
}

// errEndless is why a request was given up that moved, and came to no end.
var errEndless = errors.New("the answer has no end")

// attempt gives a request up when it stands still, or comes to no end.
func attempt(ctx context.Context, r request) (maybe bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := time.AfterFunc(r.patience, func() { cancel(errStalled) })
	defer watch.Stop()
	if r.longest > 0 {
		end := time.AfterFunc(r.longest, func() { cancel(errEndless) })
		defer end.Stop()
	}
	maybe, err = r.send(ctx, func() { watch.Reset(r.patience) })
	switch cause := context.Cause(ctx); {
	case err == nil:
	case errors.Is(cause, errStalled):
		err = fmt.Errorf("%w (%v)", errStalled, r.patience)
	case errors.Is(cause, errEndless):
		err = fmt.Errorf("%w (%v)", errEndless, r.longest)
	}
	return maybe, err
}

// longestAsked is how long a store is left alone at most because it asks for it.
const longestAsked = time.Minute

// asked is how long the store wants to be left alone, as its Retry-After says: no
// longer than leaves time for another attempt.
func (s *s3Sink) asked(err error) time.Duration {
	text := headerOf(err, "Retry-After")
	if status := statusOf(err); text == "" || (status != http.StatusTooManyRequests && status != http.StatusServiceUnavailable) {
		return 0
	}
	var d time.Duration
	if n, bad := strconv.ParseUint(text, 10, 32); bad == nil {
		d = time.Duration(n) * time.Second
	} else if at, bad := http.ParseTime(text); bad == nil { // by the store's clock
		now, bad := http.ParseTime(headerOf(err, "Date"))
		if bad != nil {
			now = time.Now()
		}
		d = at.Sub(now)
	}
	return max(0, min(d, longestAsked, s.o.Retry/2))
}

// pause waits before the next attempt, longer each time, at random within bounds,
// and no shorter than the store asked for.
func pause(ctx context.Context, n int, asked time.Duration) error {
	d := min(15*time.Second, 200*time.Millisecond<<min(n, 10))
	t := time.NewTimer(max(asked, d/2) + rand.N(d/2))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// renew makes the client ask for credentials again, false when they never change.
func (s *s3Sink) renew() bool {
	cache, ok := s.client.Options().Credentials.(*aws.CredentialsCache)
	if ok {
		cache.Invalidate()
	}
	return ok
}

func expired(err error) bool {
	switch codeOf(err) {
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired":
		return true
	}
	return false
}

// renewable tells whether another credential may do: a session that has ended is
// called expired by some stores, and unknown by others.
func renewable(err error) bool {
	switch codeOf(err) {
	case "InvalidToken", "InvalidTokenId", "InvalidAccessKeyId":
		return true
	}
	return expired(err)
}

// unanswered tells whether the store may have acted on a request although it
// failed. It has not when it was not reached, nor when the request could not be
// written to its end: a store that refuses a name at once closes the connection,
// and its answer is lost to the broken write.
func unanswered(err error) bool {
	if unsent(err) {
		return false
	}
	switch status := statusOf(err); status {
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	default:
		return status == 0 || status >= 500 || status/100 == 2
	}
}

// unsent tells whether a request broke before all of it was on its way.
func unsent(err error) bool {
	var broken *net.OpError
	if errors.As(err, &broken) {
		switch broken.Op {
		case "dial", "proxyconnect", "write", "readfrom":
			return true
		}
	}
	return hopeless(err)
}

// passing tells whether the same request may succeed later.
func passing(err error) bool {
	switch codeOf(err) {
	case "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "IncompleteBody", "RequestTimeout",
		"SlowDown", "OperationAborted", "ConditionalRequestConflict", "InternalError", "ServiceUnavailable":
		return true
	}
	switch status := statusOf(err); {
	case status == 501, status == 505:
		return false
	case status == 408, status == 409, status == 425, status == 429, status >= 500:
		return true
	case status != 0 && status/100 != 2:
		return false
	}
	return !hopeless(err)
}

// hopeless tells whether a connection cannot come about as things are set up.
func hopeless(err error) bool {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
	)
	return errors.As(err, &unknown) || errors.As(err, &hostname) || errors.As(err, &invalid) || errors.Is(err, http.ErrSchemeMismatch) || nameless(err)
}

// nameless tells whether nobody knows the store's name: a mistake at first, and a
// resolver's trouble later.
func nameless(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}
