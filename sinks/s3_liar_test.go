package sinks_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/scripts/lab/faults"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A lie changes the answers to one operation, as a faulty store or proxy does.
type lie func(w http.ResponseWriter, r *http.Request, honest http.Handler)

// lying starts a proxy before a store that changes answers.
func lying(t *testing.T, minio *lab.MinIO, op string, times int32, tell lie) *faults.Proxy {
	t.Helper()
	p := newFaultyProxy(t, minio, func(string, int) fault { return none })
	honest := p.Config.Handler
	var told atomic.Int32
	p.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if faults.Operation(r) == op && told.Add(1) <= times {
			tell(w, r, honest)
			return
		}
		honest.ServeHTTP(w, r)
	})
	return p
}

// says answers without forwarding the request to the store.
func says(status int, header, body string) lie {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body) // the answer counts, not what was sent
		for line := range strings.Lines(header) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// echo acknowledges a body as an honest store does, but stores nothing.
func echo(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Etag", `"abc"`)
	w.Header().Set("X-Amz-Checksum-Crc64nvme", r.Header.Get("X-Amz-Checksum-Crc64nvme"))
}

// cut forwards the first half of an honest answer, as if it were complete.
func cut(w http.ResponseWriter, r *http.Request, honest http.Handler) {
	rec := httptest.NewRecorder()
	honest.ServeHTTP(rec, r)
	w.Header().Set("Content-Type", "application/xml")
	_, _ = w.Write(rec.Body.Bytes()[:rec.Body.Len()/2])
}

// silent forwards only the status of an honest answer.
func silent(w http.ResponseWriter, r *http.Request, honest http.Handler) {
	rec := httptest.NewRecorder()
	honest.ServeHTTP(rec, r)
	w.WriteHeader(rec.Code)
}

const (
	always        = 1 << 30
	internalError = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>InternalError</Code><Message>try again</Message></Error>`
	takenError    = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>PreconditionFailed</Code><Message>no</Message></Error>`
	conflictError = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>ConditionalRequestConflict</Code><Message>no</Message></Error>`
	deniedError   = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>no</Message></Error>`
)

// An object counts as stored only if the answer acknowledges the bytes that were sent.
func TestS3ChecksAnswers(t *testing.T) {
	minio := shared.plain(t)
	for name, c := range map[string]struct {
		size  int
		op    string
		query string
		tell  lie
		says  string
	}{
		"put: 200 with an error in it":    {short, "PutObject", "", says(200, "", internalError), "whether it is stored is not known"},
		"put: 200 and no ETag, md5":       {short, "PutObject", "&checksum=md5", says(200, "", ""), "without an ETag"},
		"begin: 200 and no upload":        {long, "CreateMultipartUpload", "", says(200, "", "<InitiateMultipartUploadResult/>"), "without an upload ID"},
		"begin: 200 with an error in it":  {long, "CreateMultipartUpload", "", says(200, "", internalError), "InternalError"},
		"part: 200 and no ETag":           {long, "UploadPart", "&checksum=md5", says(200, "", ""), "without an ETag"},
		"part: not kept":                  {long, "UploadPart", "", echo, "InvalidPart"},
		"complete: 200, error in it":      {long, "CompleteMultipartUpload", "", says(200, "", internalError), "InternalError"},
		"complete: 200, error, md5":       {long, "CompleteMultipartUpload", "&checksum=md5", says(200, "", internalError), "InternalError"},
		"complete: 200, denied in it":     {long, "CompleteMultipartUpload", "", says(200, "", deniedError), "AccessDenied"},
		"complete: 200, taken in it":      {long, "CompleteMultipartUpload", "", says(200, "", "  \n"+takenError), "an object of this name exists"},
		"complete: 200, conflict in it":   {long, "CompleteMultipartUpload", "", says(200, "", conflictError), "under a new name"},
		"complete: 200, nothing, md5":     {long, "CompleteMultipartUpload", "&checksum=md5", says(200, "", ""), "200 without an ETag"},
		"complete: 200, another document": {long, "CompleteMultipartUpload", "&checksum=md5", says(200, "", "<html>hello</html>"), "200 without an ETag"},
		"complete: 204":                   {long, "CompleteMultipartUpload", "&checksum=md5", says(204, "", ""), "without an ETag"},
		"put: sent elsewhere":             {short, "PutObject", "", says(302, "Location: http://192.0.2.1/", ""), "a redirect to"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bucket := newBucket(t, minio, true)
			sink := through(t, lying(t, minio, c.op, always, c.tell), minio, bucket, c.query, sinks.Options{Stall: 20 * time.Second, Retry: time.Second})
			_, err := sink.Put(t.Context(), "name", bytes.NewReader(pattern(c.size)))
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v, want one line that says %q", err, c.says)
			}
			if all := objects(t, minio, bucket); len(all) != 0 {
				t.Errorf("stored are %+v", all)
			}
		})
	}
}

// A truncated or empty answer to the completion counts as lost: the request is sent
// again, and the next answer decides.
func TestS3RetriesTruncatedAnswers(t *testing.T) {
	minio := shared.plain(t)
	for name, tell := range map[string]lie{"cut": cut, "silent": silent} {
		for _, query := range []string{"", "&checksum=md5"} {
			t.Run(name+query, func(t *testing.T) {
				bucket := newBucket(t, minio, true)
				sink := through(t, lying(t, minio, "CompleteMultipartUpload", 1, tell), minio, bucket, query, sinks.Options{})
				want := pattern(long)
				if _, err := sink.Put(t.Context(), "name", bytes.NewReader(want)); err != nil {
					t.Fatal(err)
				}
				if all := objects(t, minio, bucket); len(all) != 1 || !bytes.Equal(content(t, minio, bucket, "host/name"), want) {
					t.Errorf("stored are %+v", all)
				}
			})
		}
	}
}

// Redirects are not followed: neither the data nor the signature are sent to another
// host than the URL's.
func TestS3DoesNotFollowRedirects(t *testing.T) {
	minio := shared.plain(t)
	var reached atomic.Int32
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		echo(w, r, nil)
	}))
	defer target.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, region := range []string{"", "eu-central-1"} {
			t.Run(fmt.Sprint(status, region), func(t *testing.T) {
				bucket := newBucket(t, minio, true)
				header := "Location: " + target.URL + "/" + bucket + "/host/name"
				want := "a redirect to"
				if region != "" {
					header, want = header+"\nX-Amz-Bucket-Region: "+region, "add region="+region
				}
				sink := through(t, lying(t, minio, "PutObject", always, says(status, header, "")), minio, bucket, "", sinks.Options{Retry: time.Second})
				_, err := sink.Put(t.Context(), "name", strings.NewReader("text"))
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error %v does not say %q", err, want)
				}
			})
		}
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("%d requests followed the redirect", n)
	}
}

// endlessAnswer answers with an endless body, as fast as it is read.
func endlessAnswer(status int) lie {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(status)
		junk := bytes.Repeat([]byte("x"), 1<<20)
		for r.Context().Err() == nil {
			if _, err := w.Write(junk); err != nil {
				return
			}
		}
	}
}

// endlessHeader answers with an endless header.
func endlessHeader(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	conn, buffer, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = buffer.WriteString("HTTP/1.1 200 OK\r\n")
	for i := 0; ; i++ {
		if _, err := fmt.Fprintf(buffer, "X-Junk-%d: %s\r\n", i, strings.Repeat("y", 1000)); err != nil {
			return
		}
	}
}

// trickle answers with single bytes and pauses, and never ends.
func trickle(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.WriteHeader(http.StatusForbidden)
	for r.Context().Err() == nil {
		_, _ = io.WriteString(w, " ") // until the client closes the connection
		_ = http.NewResponseController(w).Flush()
		time.Sleep(50 * time.Millisecond)
	}
}

// Endless answers take limited memory and time.
func TestS3LimitsEndlessAnswers(t *testing.T) {
	minio := shared.plain(t)
	for name, tell := range map[string]lie{
		"error": endlessAnswer(400), "success": endlessAnswer(200), "busy": endlessAnswer(503), "header": endlessHeader, "trickle": trickle,
	} {
		for _, op := range []string{"PutObject", "CompleteMultipartUpload"} {
			t.Run(name+"/"+op, func(t *testing.T) {
				bucket := newBucket(t, minio, true)
				sink := through(t, lying(t, minio, op, always, tell), minio, bucket, "", sinks.Options{Stall: 300 * time.Millisecond, Retry: time.Second})
				size := short
				if op != "PutObject" {
					size = long
				}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, err := sink.Put(t.Context(), "name", bytes.NewReader(pattern(size)))
				runtime.ReadMemStats(&after)
				if err == nil {
					t.Error("no error")
				}
				if err != nil && len(err.Error()) > 5000 {
					t.Errorf("an error of %d bytes", len(err.Error()))
				}
				// The total of all allocations: parts, the test's own pattern, and several
				// answers of a megabyte. Reading an endless answer would exceed any limit.
				if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 200 {
					t.Errorf("%d MiB were allocated", took)
				}
			})
		}
	}
}

// A request never waits for 100 Continue. Its body is sent to servers that send it several times,
// to servers that do not, and to servers that refuse such requests.
func TestS3ExpectContinue(t *testing.T) {
	minio := shared.plain(t)
	for name, tell := range map[string]lie{
		"several 1xx": func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
			for range 3 {
				w.WriteHeader(http.StatusContinue)
				w.WriteHeader(http.StatusEarlyHints)
			}
			honest.ServeHTTP(w, r)
		},
		"none, late": func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
			time.Sleep(100 * time.Millisecond)
			honest.ServeHTTP(w, r)
		},
		"refused": func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
			if r.Header.Get("Expect") == "" {
				honest.ServeHTTP(w, r)
				return
			}
			w.WriteHeader(http.StatusExpectationFailed)
		},
	} {
		for op, size := range map[string]int{"PutObject": 3 * sinks.BlockSize, "UploadPart": long} {
			t.Run(name+", "+op, func(t *testing.T) {
				t.Parallel()
				bucket := newBucket(t, minio, true)
				var requests atomic.Int32
				sink := through(t, lying(t, minio, op, 3, func(w http.ResponseWriter, r *http.Request, honest http.Handler) {
					requests.Add(1)
					if r.Header.Get("Expect") != "" {
						t.Errorf("%s waits for 100 Continue", op)
					}
					tell(w, r, honest)
				}), minio, bucket, "", sinks.Options{})
				want := pattern(size)
				if _, err := sink.Put(t.Context(), "name", bytes.NewReader(want)); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(content(t, minio, bucket, "host/name"), want) || requests.Load() == 0 {
					t.Errorf("other bytes are stored, after %d requests", requests.Load())
				}
			})
		}
	}
}

// A host that cannot be reached has stored nothing. If the name then exists, another
// writer created it.
func TestS3UnreachableHostStoredNothing(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	p := newFaultyProxy(t, minio, first(1, "PutObject", drop))
	sink := through(t, p, minio, bucket, "", sinks.Options{Retry: 30 * time.Second})
	if _, err := sink.Put(t.Context(), "name", strings.NewReader("another's")); err != nil {
		t.Fatal(err)
	}
	addr := p.Listener.Addr().String()
	p.Listener.Close()
	p.CloseClientConnections()
	result := make(chan error, 1)
	go func() {
		_, err := sink.Put(t.Context(), "name", strings.NewReader("ours"))
		result <- err
	}()
	time.Sleep(500 * time.Millisecond) // it is refused meanwhile
	back := listenAgain(t, addr)
	go func() { _ = http.Serve(back, p) }() //nolint:gosec // ends with the test
	if err := <-result; !errors.Is(err, sinks.ErrExists) {
		t.Errorf("error %v, want ErrExists", err)
	}
}

func listenAgain(t *testing.T, addr string) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}
