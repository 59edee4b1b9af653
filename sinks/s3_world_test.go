package sinks_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// putAt stores a long and a short stream in the sink of a URL, and fetches them
// with root's key.
func putAt(t *testing.T, minio *lab.MinIO, bucket, url string) {
	t.Helper()
	sink := openSink(t, url)
	for name, size := range map[string]int{"short": short, "long": long} {
		want := pattern(size)
		if _, err := sink.Put(t.Context(), name, bytes.NewReader(want)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(content(t, minio, bucket, "host/"+name), want) {
			t.Errorf("other bytes are stored under %s", name)
		}
	}
}

func TestS3OverIPv6(t *testing.T) {
	for _, tls := range []bool{false, true} {
		minio, err := lab.StartMinIO(t.Context(), t.TempDir(), lab.MinIOOptions{TLS: tls, IPv6: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(minio.Stop)
		if !strings.Contains(minio.Endpoint, "[::1]") {
			t.Fatalf("the server is at %s", minio.Endpoint)
		}
		bucket := newBucket(t, minio, true)
		credentials, err := minio.PutOnlyUser(t.Context(), bucket, "host")
		if err != nil {
			t.Fatal(err)
		}
		putAt(t, minio, bucket, minio.URL(bucket, "host", credentials))
	}
}

// AWS_CA_BUNDLE is trusted like ca_file. If both are given, only ca_file is trusted.
func TestS3CABundleFromEnvironment(t *testing.T) {
	minio, other := shared.secure(t), startMinIO(t, true)
	bucket := newBucket(t, minio, true)
	credentials, err := minio.PutOnlyUser(t.Context(), bucket, "host")
	if err != nil {
		t.Fatal(err)
	}
	bare, _, _ := strings.Cut(minio.URL(bucket, "host", credentials), "&ca_file=")
	t.Setenv("AWS_CA_BUNDLE", minio.CAFile)
	putAt(t, minio, bucket, bare)
	u, err := sinks.Parse(bare + "&ca_file=" + other.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.Put(t.Context(), "name", strings.NewReader("text")); err == nil || !strings.Contains(err.Error(), "authority unknown") {
		t.Errorf("an authority that ca_file does not name was trusted: %v", err)
	}
}

// A forwarder is a proxy that connects every request to one server.
type forwarder struct {
	to string // HOST:PORT

	mu    sync.Mutex
	asked []string
}

func (f *forwarder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.asked = append(f.asked, r.Method+" "+r.Host)
	f.mu.Unlock()
	if r.Method != http.MethodConnect { // a plain request, to be forwarded
		out := r.Clone(r.Context())
		out.URL.Host, out.RequestURI = f.to, ""
		res, err := http.DefaultTransport.RoundTrip(out)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer res.Body.Close()
		for k, v := range res.Header {
			w.Header()[k] = v
		}
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body) // the client notices a truncated body
		return
	}
	there, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", f.to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	here, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		there.Close()
		return
	}
	_, _ = io.WriteString(here, "HTTP/1.1 200 Connection established\r\n\r\n")
	go func() {
		_, _ = io.Copy(there, here) // ends with either side
		there.Close()
	}()
	_, _ = io.Copy(here, there)
	here.Close()
}

// A process reads the proxy settings only once, so the test starts a process for each
// environment.
func TestS3ProxyFromEnvironment(t *testing.T) {
	if url := os.Getenv("WP_ONEWAY_TEST_URL"); url != "" {
		u, err := sinks.Parse(url)
		if err != nil {
			t.Fatal(err)
		}
		sink, err := sinks.Open(t.Context(), u, sinks.Options{PartSize: 5 * sinks.BlockSize, Retry: 1})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sink.Put(t.Context(), "name", bytes.NewReader(pattern(long))); err != nil {
			t.Fatal(err)
		}
		return
	}
	for name, c := range map[string]struct {
		tls    bool
		more   string // of the URL
		env    string
		asked  string // host that the proxy was asked for; "" for none, since the name does not resolve then
		reason string
	}{
		"https":             {true, "", "HTTPS_PROXY", "CONNECT vault.test:443", ""},
		"https, small":      {true, "", "https_proxy", "CONNECT vault.test:443", ""},
		"https, host style": {true, "&path_style=false", "HTTPS_PROXY", "CONNECT BUCKET.vault.test:443", ""},
		"http":              {false, "&insecure=true", "HTTP_PROXY", "PUT vault.test", ""},
		"exempt":            {true, "", "HTTPS_PROXY NO_PROXY=.test", "", "vault.test"},
		"the other scheme":  {true, "", "HTTP_PROXY", "", "vault.test"},
	} {
		t.Run(name, func(t *testing.T) {
			minio, err := lab.StartMinIO(t.Context(), t.TempDir(), lab.MinIOOptions{TLS: c.tls, Domain: "vault.test"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(minio.Stop)
			bucket := newBucket(t, minio, true)
			credentials, err := minio.PutOnlyUser(t.Context(), bucket, "host")
			if err != nil {
				t.Fatal(err)
			}
			scheme, addr, _ := strings.Cut(minio.Endpoint, "://")
			f := &forwarder{to: addr}
			proxy := httptest.NewServer(f)
			defer proxy.Close()
			named := *minio
			named.Endpoint = scheme + "://vault.test"
			url := strings.Replace(named.URL(bucket, "host", credentials), "&path_style=true", "", 1) + c.more
			cmd := exec.CommandContext(t.Context(), "/proc/self/exe", "-test.run=^TestS3ProxyFromEnvironment$", "-test.v")
			variable, more, _ := strings.Cut(c.env, " ")
			cmd.Env = []string{"HOME=/nonexistent", "WP_ONEWAY_TEST_URL=" + url, variable + "=" + proxy.URL, more}
			out, err := cmd.CombinedOutput()
			f.mu.Lock()
			defer f.mu.Unlock()
			if c.asked == "" {
				if err == nil || len(f.asked) != 0 || !strings.Contains(string(out), c.reason) {
					t.Errorf("%v, the proxy was asked for %q\n%s", err, f.asked, out)
				}
				return
			}
			if want := strings.Replace(c.asked, "BUCKET", bucket, 1); err != nil || !strings.Contains(strings.Join(f.asked, "\n"), want) {
				t.Fatalf("%v, the proxy was asked for %q, want %q\n%s", err, f.asked, want, out)
			}
			if !bytes.Equal(content(t, minio, bucket, "host/name"), pattern(long)) {
				t.Error("other bytes are stored")
			}
		})
	}
}

// The error names the proxy that requires a password.
func TestS3ReportsProxyRefusal(t *testing.T) {
	if os.Getenv("WP_ONEWAY_TEST_URL") != "" {
		u, err := sinks.Parse(os.Getenv("WP_ONEWAY_TEST_URL"))
		if err != nil {
			t.Fatal(err)
		}
		sink, err := sinks.Open(t.Context(), u, sinks.Options{Retry: 1})
		if err != nil {
			t.Fatal(err)
		}
		_, err = sink.Put(t.Context(), "name", strings.NewReader("text"))
		if err == nil || !strings.Contains(err.Error(), "Proxy Authentication Required") || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "not known") {
			t.Errorf("error %v", err)
		}
		return
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	file := t.TempDir() + "/credentials"
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id=a\naws_secret_access_key=b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = []string{
		"HOME=/nonexistent", "HTTPS_PROXY=" + strings.Replace(proxy.URL, "://", "://user:hunter2@", 1),
		"WP_ONEWAY_TEST_URL=s3://vault/x?region=us-east-1&endpoint=https://vault.test&credentials_file=" + file,
	}
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("hunter2")) {
		t.Errorf("%v\n%s", err, out)
	}
}
