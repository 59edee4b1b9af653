package sinks_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// spaces sends only spaces for some time, and then forwards an honest answer, as AWS
// does when it joins many parts.
func spaces(pause, whole time.Duration) lie {
	return func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
		rec := httptest.NewRecorder()
		honest.ServeHTTP(rec, r)
		w.Header().Set("Content-Type", "application/xml")
		for start := time.Now(); time.Since(start) < whole && r.Context().Err() == nil; time.Sleep(pause) {
			_, _ = io.WriteString(w, " ")
			_ = http.NewResponseController(w).Flush()
		}
		_, _ = w.Write(rec.Body.Bytes())
	}
}

// A completion is awaited as long as the store sends progress.
func TestS3WaitsForSlowCompletion(t *testing.T) {
	t.Parallel()
	minio := shared.plain(t)
	const stall = 700 * time.Millisecond
	bucket := newBucket(t, minio, true)
	p := lying(t, minio, "CompleteMultipartUpload", 1, spaces(20*time.Millisecond, 6*stall))
	sink := through(t, p, minio, bucket, "", sinks.Options{Stall: stall})
	want := pattern(long)
	rec, err := sink.Put(t.Context(), "name", bytes.NewReader(want))
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Notes) > 0 || !bytes.Equal(content(t, minio, bucket, "host/name"), want) {
		t.Errorf("the completion was not awaited: notes %q", rec.Notes)
	}
}

// watched is a stream of blocks that reports each use of a block to its owner.
type watched struct {
	io.Reader
	memory *sinks.Share
	looked func()
}

func (w *watched) NextBlock(ctx context.Context) (*sinks.Block, error) {
	b, err := w.memory.Get(ctx)
	if err != nil {
		return nil, err
	}
	if n, err := b.ReadFrom(w); n == 0 {
		b.Release()
		return nil, err
	}
	return b.View(w.looked, func() {}), nil
}

// The owner of a stream sees progress while the store joins the parts, and can
// distinguish that from a stalled destination.
func TestS3ReportsProgressDuringCompletion(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	var completing atomic.Bool
	looked, once := make(chan struct{}), sync.Once{}
	p := lying(t, minio, "CompleteMultipartUpload", 1, func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
		completing.Store(true)
		select {
		case <-looked:
		case <-time.After(20 * time.Second):
			t.Error("no progress was reported for 20 s")
		}
		honest.ServeHTTP(w, r)
	})
	pool := sinks.NewPool(32)
	sink := through(t, p, minio, bucket, "", sinks.Options{Pool: pool})
	memory, err := pool.Admit(t.Context(), 32, 32)
	if err != nil {
		t.Fatal(err)
	}
	stream := &watched{Reader: bytes.NewReader(pattern(long)), memory: memory, looked: func() {
		if completing.Load() {
			once.Do(func() { close(looked) })
		}
	}}
	if _, err := sink.Put(t.Context(), "name", stream); err != nil {
		t.Fatal(err)
	}
	for range 32 { // every block is back
		if _, err := memory.Get(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Retry-After is honoured, but leaves time for another attempt.
func TestS3HonoursRetryAfter(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		after  string
		date   time.Duration // of the answer's clock, ahead
		least  time.Duration
		most   time.Duration
	}{
		"seconds":     {http.StatusServiceUnavailable, "1", 0, time.Second, 0},
		"too many":    {http.StatusTooManyRequests, "1", 0, time.Second, 0},
		"a date":      {http.StatusServiceUnavailable, "3s", time.Hour, time.Second, 0},
		"a day":       {http.StatusServiceUnavailable, "86400", 0, 2 * time.Second, time.Minute},
		"no number":   {http.StatusServiceUnavailable, "soon", 0, 0, time.Minute},
		"below zero":  {http.StatusServiceUnavailable, "-5", 0, 0, time.Minute},
		"of 500":      {http.StatusInternalServerError, "86400", 0, 0, time.Minute},
		"a date past": {http.StatusServiceUnavailable, "-1h", 0, 0, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var first, second atomic.Int64
			store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !first.CompareAndSwap(0, time.Now().UnixNano()) {
					second.Store(time.Now().UnixNano())
					echo(w, r, nil)
					return
				}
				now := time.Now().Add(c.date)
				w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
				after := c.after
				if d, err := time.ParseDuration(after); err == nil {
					after = now.Add(d).UTC().Format(http.TimeFormat)
				}
				says(c.status, "Retry-After: "+after, "<Error><Code>SlowDown</Code></Error>")(w, r, nil)
			}))
			defer store.Close()
			sink := openLocal(t, store.URL, sinks.Options{Retry: 4 * time.Second})
			if _, err := sink.Put(t.Context(), "name", strings.NewReader("text")); err != nil {
				t.Fatal(err)
			}
			if waited := time.Duration(second.Load() - first.Load()); waited < c.least || (c.most > 0 && waited > c.most) {
				t.Errorf("retried after %v, want %v to %v", waited, c.least, c.most)
			}
		})
	}
}

// openLocal opens a sink at a store that accepts every key.
func openLocal(t *testing.T, endpoint string, o sinks.Options) sinks.Sink {
	t.Helper()
	file := t.TempDir() + "/credentials"
	writeFile(t, file, "[default]\naws_access_key_id = k\naws_secret_access_key = s\n")
	u, err := sinks.Parse("s3://vault/host?region=us-east-1&endpoint=" + endpoint + "&credentials_file=" + file)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, o)
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
