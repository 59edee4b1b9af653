package sinks

import (
	"errors"
	"io"
	"net/http"
)

// maxAnswer is the most that is read of an answer's body, in bytes: what is sent
// here is answered with a few lines of XML or JSON.
const maxAnswer = 1 << 20

// maxAnswerHeader is the most that is read of an answer's header, in bytes.
const maxAnswerHeader = 256 << 10

// A wire is the transport to a bucket. It keeps to a stream's budget of bytes,
// and takes no more of an answer than an answer can hold: the client would read
// all of it into memory.
type wire struct{ next http.RoundTripper }

// RoundTrip is http.RoundTripper's.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := w.next.RoundTrip(throttled(r))
	if res != nil && res.Body != nil {
		res.Body = &answer{ReadCloser: res.Body, left: maxAnswer}
	}
	return res, err
}

type answer struct {
	io.ReadCloser
	left int64
}

var errLongAnswer = errors.New("the answer is longer than any the store has to give")

func (a *answer) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, errLongAnswer
	}
	n, err := a.ReadCloser.Read(p[:min(int64(len(p)), a.left)])
	a.left -= int64(n)
	return n, err
}

// wireClient is an HTTP client that follows no redirect: a backup goes where the
// URL says, and its next hop could be in the clear.
func wireClient(t http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     wire{t},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
