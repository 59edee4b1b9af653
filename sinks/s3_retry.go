package sinks

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A request is one call to the store that may have to be repeated.
type request struct {
	op      string
	stall   time.Duration // limit of an attempt without progress
	longest time.Duration // limit of an attempt that makes progress; 0 for none
	// send makes one attempt and calls progress whenever bytes move. If it fails,
	// maybe reports that it may have taken effect nevertheless.
	send func(ctx context.Context, progress func()) (maybe bool, err error)
	// resolve, if not nil, may decide what a failure means; maybe reports that an
	// earlier attempt may have taken effect.
	resolve func(err error, maybe bool) (over bool, result error)
}

// A requestState is what the earlier attempts of a request have shown.
type requestState struct {
	failing time.Time // of the first failure
	maybe   bool      // an attempt may have taken effect
	over    bool      // the result is final
	renewed bool      // the credential was renewed
	skewed  bool      // the clock was corrected
}

// retry sends r until it succeeds, is resolved, fails for good, or has failed for
// o.Retry. The error it returns says what to do.
func (s *s3Sink) retry(ctx context.Context, r request) error {
	state := &requestState{}
	n := 0
	err := Retry(ctx, requestPauses(), func() Attempt {
		n++
		err := s.attempt(ctx, r, state)
		if err == nil || state.over {
			return Attempt{Err: err}
		}
		s.o.Logger.Debug("a request failed and is sent again", "operation", r.op, "attempt", n, "error", oneLine(err))
		return Attempt{Err: err, Again: true, After: s.retryAfter(err)}
	})
	if err != nil && !state.over {
		return inDoubt(context.Cause(ctx), state.maybe)
	}
	return err
}

// attempt makes one attempt, and decides whether its error is final.
func (s *s3Sink) attempt(ctx context.Context, r request, state *requestState) error {
	applied, err := send(ctx, r)
	if err == nil {
		s.reached.Store(true)
		return nil
	}
	lost := applied && unanswered(err)
	final := func(err error) error {
		state.over = true
		return err
	}
	if ctx.Err() != nil {
		return final(inDoubt(context.Cause(ctx), state.maybe || lost))
	}
	var f *failure
	if errors.As(err, &f) {
		return final(f)
	}
	if r.resolve != nil {
		if over, result := r.resolve(err, state.maybe); over {
			return final(result)
		}
	}
	if state.failing.IsZero() {
		state.failing = time.Now()
	}
	switch {
	case renewable(err) && !state.renewed:
		state.renewed = s.renew()
	case skew(err) != 0 && !state.skewed: // the client corrects its clock by the store's
		state.skewed = true
		s.o.Logger.Warn("this host's clock is off; signing with the store's time", "off_by", skew(err).Round(time.Second))
	case !temporary(err) && !(s.reached.Load() && unknownHost(err)):
		return final(inDoubt(explain(err, r.op, s.c), state.maybe || lost))
	case time.Since(state.failing) > s.o.Retry:
		return final(inDoubt(unavailable(explain(err, r.op, s.c)), state.maybe || lost))
	}
	state.maybe = state.maybe || lost
	return err
}

// errEndless is why a request was cancelled that made progress and did not end.
var errEndless = errors.New("the response is incomplete")

// send makes one attempt, and cancels it when it makes no progress or does not end.
func send(ctx context.Context, r request) (maybe bool, err error) {
	ctx, dog, cancel := watch(ctx, r.stall)
	defer cancel(nil)
	if r.longest > 0 {
		end := time.AfterFunc(r.longest, func() { cancel(errEndless) })
		defer end.Stop()
	}
	maybe, err = r.send(ctx, dog.progress)
	switch cause := context.Cause(ctx); {
	case err == nil:
	case errors.Is(cause, errStalled):
		err = fmt.Errorf("%w (%v)", errStalled, r.stall)
	case errors.Is(cause, errEndless):
		err = fmt.Errorf("%w (%v)", errEndless, r.longest)
	}
	return maybe, err
}

// longestRetryAfter is the longest Retry-After that is honoured.
const longestRetryAfter = time.Minute

// retryAfter is the pause that the store asks for with Retry-After on 503 and 429,
// up to one minute, and leaving time for another attempt.
func (s *s3Sink) retryAfter(err error) time.Duration {
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
	return max(0, min(d, longestRetryAfter, s.o.Retry/2))
}

// renew makes the client load its credentials again, false when they never change.
func (s *s3Sink) renew() bool {
	cache, ok := s.client.Options().Credentials.(*aws.CredentialsCache)
	if ok {
		cache.Invalidate()
	}
	return ok
}

// renewable tells whether a new credential may help: stores call an ended session
// expired or unknown.
func renewable(err error) bool {
	switch codeOf(err) {
	case "InvalidToken", "InvalidTokenId", "InvalidAccessKeyId", "Unauthorized": // the last one is R2's
		return true
	}
	return expired(err)
}

// unanswered tells whether the store may have acted on a request that failed. It has
// not if it was not reached, or if the request could not be written completely: a
// store that refuses a name early closes the connection, and the failed write hides
// its answer.
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

// unsent tells whether a request failed before all of it was sent.
func unsent(err error) bool {
	var broken *net.OpError
	if errors.As(err, &broken) {
		switch broken.Op {
		case "dial", "proxyconnect", "write", "readfrom":
			return true
		}
	}
	return misconfigured(err)
}

// temporary tells whether the same request may succeed later.
func temporary(err error) bool {
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
	return !misconfigured(err)
}

// misconfigured tells whether no connection is possible with these settings.
func misconfigured(err error) bool {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
	)
	return errors.As(err, &unknown) || errors.As(err, &hostname) || errors.As(err, &invalid) || errors.Is(err, http.ErrSchemeMismatch) || unknownHost(err)
}

// unknownHost tells whether the store's host name does not resolve: a mistake in the
// URL at first, and a failure of the resolver after the store has answered once.
func unknownHost(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}
