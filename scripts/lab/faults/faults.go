// Package faults causes failures of the network and the store between a client and a server of
// the test library. A Proxy makes requests fail; StartToxiproxy makes connections fail.
package faults

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"sync"
	"time"
)

// A Fault is a failure of one request.
type Fault int

// The faults.
const (
	None    Fault = iota
	Drop          // the request does not arrive
	Lose          // the request takes effect, but its response is lost
	Corrupt       // a byte of the body changes
	Hang          // the request does not arrive, and the connection stays open
	Busy          // 503 SlowDown, without effect
	Limited       // 429, without effect
	Broken        // 500 InternalError, without effect
	Unsure        // 500 InternalError, although it took effect
	Refused       // 403 AccessDenied
	Clash         // 409 ConditionalRequestConflict
	Late          // 403 RequestTimeTooSkewed by a store whose clock is an hour ahead
	Expire        // 403 ExpiredToken
)

// A Proxy forwards requests to an S3 server, records them, and applies the faults
// that Rule chooses.
type Proxy struct {
	*httptest.Server
	To    *httputil.ReverseProxy
	Toxic string // address of the toxiproxy in front of this proxy, or ""
	// Rule chooses the fault of a request. nth is the number of the request among those with the
	// same operation, from 1.
	Rule func(op string, nth int) Fault

	mu       sync.Mutex
	ops      []string
	uploadID string // the upload ID of the last request that had one
}

// NewProxy starts a proxy in front of the server at endpoint.
func NewProxy(endpoint string, rule func(op string, nth int) Fault) (*Proxy, error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("start a proxy: %w", err)
	}
	p := &Proxy{Rule: rule}
	p.To = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { // the Host header stays, because it is signed
			r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
		},
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
	p.Server = httptest.NewServer(p)
	return p, nil
}

// Operation returns the name of an S3 request. If a backup never sends such a request, it returns
// its method and URL.
func Operation(r *http.Request) string {
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPut && q.Has("partNumber"):
		return "UploadPart"
	case r.Method == http.MethodPut && (len(q) == 0 || q.Get("x-id") == "PutObject"):
		return "PutObject"
	case r.Method == http.MethodPost && q.Has("uploads"):
		return "CreateMultipartUpload"
	case r.Method == http.MethodPost && q.Has("uploadId"):
		return "CompleteMultipartUpload"
	case r.Method == http.MethodDelete && q.Has("uploadId"):
		return "AbortMultipartUpload"
	}
	return r.Method + " " + r.URL.String()
}

// Ops returns the operations so far, in order.
func (p *Proxy) Ops() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.ops)
}

// UploadID returns the ID of the last multipart upload that a request named. Only Rule may call
// it.
func (p *Proxy) UploadID() string { return p.uploadID }

// record stores a request, and returns its fault.
func (p *Proxy) record(r *http.Request) Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	op := Operation(r)
	p.ops = append(p.ops, op)
	nth := 0
	for _, o := range p.ops {
		if o == op {
			nth++
		}
	}
	if id := r.URL.Query().Get("uploadId"); id != "" {
		p.uploadID = id
	}
	return p.Rule(op, nth)
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch p.record(r) {
	case None:
		p.To.ServeHTTP(w, r)
	case Drop:
		panic(http.ErrAbortHandler)
	case Lose:
		p.To.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	case Unsure:
		p.To.ServeHTTP(httptest.NewRecorder(), r)
		refuse(w, r, http.StatusInternalServerError, "InternalError")
	case Corrupt:
		b, _ := io.ReadAll(r.Body) // a body that is too short is also a fault
		if len(b) > 0 {
			b[len(b)/2] ^= 1
		}
		r.Body = io.NopCloser(bytes.NewReader(b))
		p.To.ServeHTTP(w, r)
	case Hang:
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	case Busy:
		refuse(w, r, http.StatusServiceUnavailable, "SlowDown")
	case Limited:
		refuse(w, r, http.StatusTooManyRequests, "TooManyRequests")
	case Broken:
		refuse(w, r, http.StatusInternalServerError, "InternalError")
	case Refused:
		refuse(w, r, http.StatusForbidden, "AccessDenied")
	case Clash:
		refuse(w, r, http.StatusConflict, "ConditionalRequestConflict")
	case Late:
		w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		refuse(w, r, http.StatusForbidden, "RequestTimeTooSkewed")
	case Expire:
		refuse(w, r, http.StatusForbidden, "ExpiredToken")
	}
}

func refuse(w http.ResponseWriter, r *http.Request, status int, code string) {
	_, _ = io.Copy(io.Discard, r.Body) // the client only needs the response
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>injected fault</Message></Error>", code)
}
