package sinks

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// signedPayload is the payload hash that a client of the URL signs.
func signedPayload(t *testing.T, query string, server *httptest.Server) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = k\naws_secret_access_key = s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := Parse("s3://bucket/?region=us-east-1&credentials_file=" + file + query)
	if err != nil {
		t.Fatal(err)
	}
	c, err := parseS3(u)
	if err != nil {
		t.Fatal(err)
	}
	client, _, err := s3Client(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var signed string
	carry := roundTripper(func(r *http.Request) (*http.Response, error) {
		signed = r.Header.Get("X-Amz-Content-Sha256")
		r.URL.Scheme, r.URL.Host = "http", server.Listener.Addr().String()
		return http.DefaultTransport.RoundTrip(r)
	})
	_, err = client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("bucket"), Key: aws.String("key"), Body: strings.NewReader("payload"),
	}, func(o *s3.Options) { o.HTTPClient = &http.Client{Transport: carry} })
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Without TLS, the payload is signed. With TLS, it need not be.
func TestS3SignsPayloadWithoutTLS(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
	defer server.Close()
	const sum = "239f59ed55e737c77147cf55ad0c1b030b6d7ee748a7426952f9b852d5a935e5" // printf payload | sha256sum
	for query, want := range map[string]string{
		"":                                "UNSIGNED-PAYLOAD",
		"&endpoint=https://store.example": "UNSIGNED-PAYLOAD",
		"&endpoint=http://127.0.0.1:9000": "UNSIGNED-PAYLOAD",
		"&endpoint=http://[::1]:9000":     "UNSIGNED-PAYLOAD",
		"&endpoint=http://store.example&insecure=true":   sum,
		"&endpoint=http://192.0.2.1:9000&insecure=true":  sum,
		"&endpoint=http://localhost.evil&insecure=true":  sum,
		"&endpoint=http://127.0.0.1.evil&insecure=true":  sum,
		"&endpoint=http://[2001:db8::1]&insecure=true":   sum,
		"&endpoint=https://store.example&insecure=false": "UNSIGNED-PAYLOAD",
	} {
		if got := signedPayload(t, query, server); got != want {
			t.Errorf("%q: signed %q, want %q", query, got, want)
		}
	}
}

// withTransport opens a sink whose requests are answered by a function.
func withTransport(t *testing.T, o Options, answer roundTripper) *s3Sink {
	t.Helper()
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = k\naws_secret_access_key = s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := Parse("s3://bucket/?region=us-east-1&endpoint=http://127.0.0.1:1&credentials_file=" + file)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := Open(t.Context(), u, o)
	if err != nil {
		t.Fatal(err)
	}
	sink := opened.(*s3Sink)
	sink.client = s3.New(sink.client.Options(), func(o *s3.Options) { o.HTTPClient = &http.Client{Transport: answer} })
	return sink
}

// acknowledge is a successful answer to any request.
func acknowledge(r *http.Request) *http.Response {
	header := http.Header{"Etag": {`"x"`}, "X-Amz-Checksum-Crc64nvme": {r.Header.Get("X-Amz-Checksum-Crc64nvme")}}
	answer := ""
	switch q := r.URL.Query(); {
	case q.Has("uploads"):
		answer = "<R><UploadId>u</UploadId></R>"
	case q.Has("uploadId") && r.Method == http.MethodPost:
		answer = "<R><ETag>x</ETag><ChecksumCRC64NVME>" + r.Header.Get("X-Amz-Checksum-Crc64nvme") + "</ChecksumCRC64NVME></R>"
	}
	return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(answer)), Request: r}
}

// A store cannot have stored bytes that it acknowledges before they were sent.
func TestS3RefusesEarlyAcknowledgement(t *testing.T) {
	sink := withTransport(t, Options{PartSize: BlockSize}, func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			_, _ = io.CopyN(io.Discard, r.Body, 10) // and no more
		}
		return acknowledge(r), nil
	})
	for _, size := range []int{1000, 3 * BlockSize} {
		_, err := sink.Put(t.Context(), "name", bytes.NewReader(make([]byte, size)))
		if err == nil || !strings.Contains(err.Error(), "before it was sent") {
			t.Errorf("%d bytes: error %v", size, err)
		}
	}
}

// A host name that does not resolve is a mistake, unless the store has answered before.
func TestS3RetriesUnknownHostAfterFirstAnswer(t *testing.T) {
	forgot := false
	calls := 0
	sink := withTransport(t, Options{}, func(r *http.Request) (*http.Response, error) {
		if calls++; forgot && calls < 4 {
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "store.example", IsNotFound: true}}
		}
		if r.Body != nil {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		return acknowledge(r), nil
	})
	forgot = true
	if _, err := sink.Put(t.Context(), "name", strings.NewReader("text")); err == nil || !strings.Contains(err.Error(), "is not known") || calls != 1 {
		t.Errorf("at first: %d calls, error %v", calls, err)
	}
	forgot = false
	if _, err := sink.Put(t.Context(), "name", strings.NewReader("text")); err != nil {
		t.Fatal(err)
	}
	forgot, calls = true, 0
	if _, err := sink.Put(t.Context(), "name", strings.NewReader("text")); err != nil || calls != 4 {
		t.Errorf("later: %d calls, error %v", calls, err)
	}
}

// A stream with more pieces than a shell lists in order is refused, and its uploads are
// aborted.
func TestS3RefusesTooManyPieces(t *testing.T) {
	var mu sync.Mutex
	begun, ended, completed := 0, 0, 0
	sink := withTransport(t, Options{PartSize: BlockSize, MaxParts: 2, pieces: 3}, func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			_, _ = io.Copy(io.Discard, r.Body)
		}
		mu.Lock()
		defer mu.Unlock()
		switch {
		case r.URL.Query().Has("uploads"):
			begun++
		case r.Method == http.MethodDelete:
			ended++
		case r.Method == http.MethodPost:
			completed++
		}
		return acknowledge(r), nil
	})
	if _, err := sink.Put(t.Context(), "fits", bytes.NewReader(make([]byte, 6*BlockSize))); err != nil || completed != 3 {
		t.Errorf("three pieces: %d completed, %v", completed, err)
	}
	_, err := sink.Put(t.Context(), "name", bytes.NewReader(make([]byte, 6*BlockSize+1)))
	if err == nil || !strings.Contains(err.Error(), "longer than 3 objects") || completed != 3 || begun != 6 || ended != 3 {
		t.Errorf("error %v; %d begun, %d aborted, %d completed", err, begun, ended, completed)
	}
}

// A shell lists the pieces of a stream in order, up to their maximum number.
func TestPieceNamesSortInShellOrder(t *testing.T) {
	names := make([]string, maxPieces)
	for i := range names {
		names[i] = pieceName("site-db.sql", i)
	}
	if !slices.IsSorted(names) || len(slices.Compact(names)) != maxPieces {
		t.Error("the names are not in order")
	}
	if slices.IsSorted([]string{pieceName("a", maxPieces-1), pieceName("a", maxPieces)}) {
		t.Error("the maximum is too low")
	}
}

// An answer that makes progress but never ends is cancelled.
func TestEndlessAttemptIsCancelled(t *testing.T) {
	_, err := send(t.Context(), request{stall: time.Hour, longest: time.Millisecond, send: func(ctx context.Context, progress func()) (bool, error) {
		for ctx.Err() == nil {
			progress()
		}
		return true, ctx.Err()
	}})
	if !errors.Is(err, errEndless) {
		t.Errorf("error %v", err)
	}
}
