package sinks_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// newFrontEnd starts a reverse proxy in front of MinIO that changes requests.
func newFrontEnd(t *testing.T, minio *lab.MinIO, change func(*http.Request)) *lab.MinIO {
	t.Helper()
	target, err := url.Parse(minio.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
		change(r.Out)
	}})
	t.Cleanup(proxy.Close)
	front := *minio
	front.Endpoint = proxy.URL
	return &front
}

// Front ends change headers that say nothing about the object: Google's and Cloudflare's
// change Accept-Encoding, others remove what they do not know. The signature stays valid.
func TestS3BehindProxiesThatChangeHeaders(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	credentials, err := minio.PutOnlyUser(t.Context(), bucket, "host")
	if err != nil {
		t.Fatal(err)
	}
	front := newFrontEnd(t, minio, func(r *http.Request) {
		r.Header.Set("Accept-Encoding", "gzip(gfe),"+r.Header.Get("Accept-Encoding"))
		r.Header.Set("User-Agent", "front end")
		r.Header.Set("X-Forwarded-For", "192.0.2.1")
		r.Header.Del("Expect")
		for name := range r.Header {
			if strings.HasPrefix(name, "Amz-Sdk-") {
				r.Header.Del(name)
			}
		}
		for _, signed := range []string{"Accept-Encoding", "User-Agent", "Content-Length", "amz-sdk"} {
			if _, list, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders="); strings.Contains(list, strings.ToLower(signed)) {
				t.Errorf("%s is signed: %s", signed, list)
			}
		}
	})
	putAt(t, minio, bucket, front.URL(bucket, "host", credentials))
}

// A proxy that removes the condition would let a backup be overwritten. The store must
// notice it.
func TestS3BehindAProxyThatRemovesTheCondition(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	credentials, err := minio.PutOnlyUser(t.Context(), bucket, "host")
	if err != nil {
		t.Fatal(err)
	}
	front := newFrontEnd(t, minio, func(r *http.Request) { r.Header.Del("If-None-Match") })
	_, err = openSink(t, front.URL(bucket, "host", credentials)).Put(t.Context(), "name", strings.NewReader("text"))
	for _, word := range []string{"refuses the signature", "secret key", "proxy", "clock"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%q is not in: %v", word, err)
		}
	}
	if all := objects(t, minio, bucket); len(all) != 0 {
		t.Errorf("stored are %+v", all)
	}
}

// The hint to switch features off is for stores that lack them, not for servers that are
// no store, such as MinIO's console.
func TestS3AtAnAddressThatIsNotAStore(t *testing.T) {
	minio, err := lab.StartMinIO(t.Context(), t.TempDir(), lab.MinIOOptions{Console: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(minio.Stop)
	answer := func(status int, kind, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte("[default]\naws_access_key_id = k\naws_secret_access_key = s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	xml := func(code, message string) string {
		return `<?xml version="1.0"?><Error><Code>` + code + `</Code><Message>` + message + `</Message></Error>`
	}
	const wrongAddress, lacking = "endpoint=", "conditional=false"
	for name, c := range map[string]struct{ endpoint, says, never string }{
		"MinIO's console":            {minio.Console, minio.Endpoint, lacking},
		"a web server":               {answer(501, "text/html", "<html><p>Unsupported method ('PUT')"), wrongAddress, lacking},
		"a web server, 400":          {answer(400, "text/html", "<html>Bad request</html>"), wrongAddress, lacking},
		"a web server, 405":          {answer(405, "text/html", "<html>not allowed</html>"), wrongAddress, lacking},
		"another service":            {answer(400, "text/xml", xml("InvalidArgument", "S3 API Requests must be made to API port.")), wrongAddress, lacking},
		"a store without conditions": {answer(501, "text/xml", xml("NotImplemented", "A header you provided implies functionality that is not implemented")), lacking, "address"},
		"a store without CRC64NVME":  {answer(400, "text/xml", xml("InvalidArgument", "Unsupported header 'x-amz-checksum-crc64nvme' received for this API call.")), "checksum=md5", "address"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := sinks.Parse("s3://vault/x?region=us-east-1&credentials_file=" + key + "&endpoint=" + c.endpoint)
			if err != nil {
				t.Fatal(err)
			}
			sink, err := sinks.Open(t.Context(), u, sinks.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := sink.Put(t.Context(), "name", strings.NewReader("text")); err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), c.never) {
				t.Errorf("got %v", err)
			}
		})
	}
}
