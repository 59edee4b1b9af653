package sinks_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fsouza/fake-gcs-server/fakestorage"

	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

func gcsSink(t *testing.T, g *gcsGate, bucket string) sinks.Sink {
	t.Helper()
	u, err := sinks.Parse("gs://" + bucket + "/host?credentials_file=" + g.Credentials + "&endpoint=" + g.URL)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{PartSize: sinks.BlockSize, Retry: 5 * time.Second, Stall: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func (g *gcsGate) stored(t *testing.T, bucket string) (names []string) {
	t.Helper()
	all, err := g.Fake.ListObjectsWithOptionsPaginated(bucket, fakestorage.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all.Objects {
		names = append(names, strings.TrimPrefix(o.Name, "host/"))
	}
	return names
}

func (g *gcsGate) content(t *testing.T, bucket, name string) []byte {
	t.Helper()
	o, err := g.Fake.GetObject(bucket, "host/"+name)
	if err != nil {
		t.Fatal(err)
	}
	return o.Content
}

func TestGCSKeepsTheContract(t *testing.T) {
	sinktest.Run(t, func(t *testing.T) sinktest.Store {
		g := newGCSGate(t, "vault")
		t.Cleanup(func() {
			if len(g.denied) != 0 {
				t.Errorf("the sink asked for %q", g.denied)
			}
		})
		return sinktest.Store{
			Sink: gcsSink(t, g, "vault"), Part: sinks.BlockSize,
			Names:      func(t *testing.T) []string { return g.stored(t, "vault") },
			Content:    func(t *testing.T, name string) []byte { return g.content(t, "vault", name) },
			Unfinished: func(*testing.T) int { return 0 }, // sessions that are not finished end by themselves
		}
	})
}

// lastLost drops the answer to the last request of a resumable upload, once.
func lastLost() func(*http.Request, int) fault {
	lost := false
	return func(r *http.Request, _ int) fault {
		if span := r.Header.Get("Content-Range"); lost || span == "" || strings.HasSuffix(span, "/*") {
			return none
		}
		lost = true
		return lose
	}
}

func TestGCSSurvivesFaults(t *testing.T) {
	nth := func(k int, f fault) func(*http.Request, int) fault {
		return func(_ *http.Request, n int) fault {
			if n == k {
				return f
			}
			return none
		}
	}
	for name, c := range map[string]struct {
		size int
		rule func(*http.Request, int) fault
		says string // the error's text, "" when there is none
	}{
		"short dropped":      {short, nth(1, drop), ""},
		"short busy":         {short, nth(1, busy), ""},
		"short, answer lost": {short, nth(1, lose), ""},
		"short hangs":        {short, nth(1, hang), ""},
		"part hangs":         {long, nth(3, hang), ""},
		"part, answer lost":  {long, nth(3, lose), ""},
		"last, answer lost":  {long, lastLost(), ""},
		"short corrupted":    {short, nth(1, corrupt), "crc32c"},
		"short denied":       {short, nth(1, refused), "roles/storage.objectCreator"},
		"part busy":          {long, nth(3, busy), ""},
		"part corrupted":     {long, nth(3, corrupt), "hash"},
		"part denied":        {long, nth(3, refused), "roles/storage.objectCreator"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGCSGate(t, "vault")
			g.rule = c.rule
			want := pattern(c.size)
			_, err := gcsSink(t, g, "vault").Put(t.Context(), "name", bytes.NewReader(want))
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) || len(g.stored(t, "vault")) != 0 {
					t.Errorf("error %v, stored %q", err, g.stored(t, "vault"))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(g.content(t, "vault", "name"), want) {
				t.Error("other bytes are stored")
			}
		})
	}
}

func TestGCSErrorsHideSessionURI(t *testing.T) {
	g := newGCSGate(t, "vault")
	g.rule = func(r *http.Request, _ int) fault {
		if r.URL.Query().Has("upload_id") {
			return drop
		}
		return none
	}
	_, err := gcsSink(t, g, "vault").Put(t.Context(), "name", bytes.NewReader(pattern(long)))
	if err == nil {
		t.Fatal("no error")
	}
	for id := range g.sessions {
		if strings.Contains(err.Error(), id) {
			t.Errorf("the error contains the session URI: %v", err)
		}
	}
}

// If the store reports other bytes than were sent, the stream must be sent again. If
// every answer is lost, the result is unknown.
func TestGCSChecksAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		answer  string // instead of the store's own
		unknown bool
		restart bool
		says    string
	}{
		"other checksum": {`{"size":"1000","crc32c":"AAAAAA==","etag":"x","generation":"1"}`, false, true, "differ from those that were sent"},
		"other size":     {`{"size":"999","crc32c":"CRC","etag":"x","generation":"1"}`, false, true, "differ from those that were sent"},
		"no checksum":    {`{"size":"1000","etag":"x","generation":"1"}`, false, true, "differ from those that were sent"},
		"nothing":        {`{}`, false, true, "differ from those that were sent"},
		"no JSON":        {`<html>hello</html>`, true, false, "not known"},
		"cut":            {`{"size":"1000","crc`, true, false, "not known"},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGCSGate(t, "vault")
			want := pattern(short)
			honest := g.Config.Handler
			g.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/token" {
					honest.ServeHTTP(w, r)
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, strings.Replace(c.answer, "CRC", encode32(want), 1))
			})
			_, err := gcsSink(t, g, "vault").Put(t.Context(), "name", bytes.NewReader(want))
			if err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, sinks.ErrUnknown) != c.unknown || errors.Is(err, sinks.ErrRestart) != c.restart {
				t.Errorf("error %v; unknown %v, restart %v", err, errors.Is(err, sinks.ErrUnknown), errors.Is(err, sinks.ErrRestart))
			}
		})
	}
}

// If every answer is lost, the result is unknown; after a refusal it is not.
func TestGCSReportsUnknownResult(t *testing.T) {
	for name, c := range map[string]struct {
		f       fault
		unknown bool
	}{"lost": {lose, false}, "dropped": {drop, true}, "refused": {refused, false}} {
		t.Run(name, func(t *testing.T) {
			g := newGCSGate(t, "vault")
			g.rule = func(*http.Request, int) fault { return c.f }
			_, err := gcsSink(t, g, "vault").Put(t.Context(), "name", bytes.NewReader(pattern(short)))
			if errors.Is(err, sinks.ErrUnknown) != c.unknown || (c.unknown && err == nil) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// Neither the bytes nor the token are sent to a redirect's target.
func TestGCSDoesNotFollowRedirects(t *testing.T) {
	reached := false
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer target.Close()
	g := newGCSGate(t, "vault")
	honest := g.Config.Handler
	g.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			honest.ServeHTTP(w, r)
			return
		}
		http.Redirect(w, r, target.URL+"/x", http.StatusTemporaryRedirect)
	})
	if _, err := gcsSink(t, g, "vault").Put(t.Context(), "name", bytes.NewReader(pattern(short))); err == nil || reached {
		t.Errorf("error %v, reached elsewhere %v", err, reached)
	}
}

// Backups are not sent to an emulator that the environment names.
func TestGCSRefusesEmulatorFromEnvironment(t *testing.T) {
	g := newGCSGate(t, "vault")
	t.Setenv("STORAGE_EMULATOR_HOST", "192.0.2.1:9000")
	u, err := sinks.Parse("gs://vault/host?credentials_file=" + g.Credentials)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sinks.Open(t.Context(), u, sinks.Options{}); err == nil || !strings.Contains(err.Error(), "STORAGE_EMULATOR_HOST") {
		t.Errorf("error %v", err)
	}
}

// A slow connection makes progress: its requests are not cancelled, and the owner of
// the stream sees that progress.
func TestGCSSlowConnection(t *testing.T) {
	g := newGCSGate(t, "vault")
	u, err := sinks.Parse("gs://vault/host?credentials_file=" + g.Credentials + "&endpoint=" + g.URL)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{PartSize: sinks.BlockSize, Stall: 500 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	memory, err := sinks.NewPool(2).Admit(t.Context(), 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	b, err := memory.Get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := pattern(sinks.BlockSize)
	b.Write(want)
	var touched atomic.Int32
	stream := &oneBlock{block: b.View(func() { touched.Add(1) }, func() {})}
	if _, err := throttle(t, sink, sinks.NewLimiter(512<<10)).Put(t.Context(), "name", stream); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(g.content(t, "vault", "name"), want) {
		t.Error("other bytes are stored")
	}
	if g.uploads != 1 {
		t.Errorf("%d requests: one was cancelled", g.uploads)
	}
	if n := touched.Load(); n < 10 {
		t.Errorf("the owner saw progress %d times in two seconds", n)
	}
}

// oneBlock is a stream of one block.
type oneBlock struct {
	*bytes.Reader
	block *sinks.Block
}

func (o *oneBlock) NextBlock(context.Context) (*sinks.Block, error) {
	if o.block == nil {
		return nil, io.EOF
	}
	b := o.block
	o.block = nil
	return b, nil
}
