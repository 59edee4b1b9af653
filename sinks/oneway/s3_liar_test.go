package oneway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks/oneway"
)

// says gives the same answer to every request, with the headers that acknowledge an object.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Etag", `"abc"`)
		w.Header().Set("X-Amz-Checksum-Crc64nvme", r.Header.Get("X-Amz-Checksum-Crc64nvme"))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// A server that gives the same answer to every request proves nothing, whether from the
// first request on or from the third, after a canary was created. Doctor still ends.
func TestS3UniformAnswersProveNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "credentials")
	if err := os.WriteFile(file, []byte("[default]\naws_access_key_id = k\naws_secret_access_key = s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, store := range map[string]http.HandlerFunc{
		"200": says(200, ""), "204": says(204, ""), "200 and a page": says(200, "<html>hello</html>"), "302": says(302, ""),
		"403": says(403, ""), "403 and a page": says(403, "<html>no</html>"), "404": says(404, ""), "405": says(405, ""), "501": says(501, ""),
		"denied": says(403, "<Error><Code>AccessDenied</Code></Error>"),
		"closes": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"hangs": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
	} {
		for _, server := range []string{"", "MinIO"} {
			for _, honest := range []int64{0, 2} {
				t.Run(name+" "+server+strings.Repeat(", later", int(honest)/2), func(t *testing.T) {
					t.Parallel()
					var asked atomic.Int64
					s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						w.Header().Set("Server", server)
						switch n := asked.Add(1); {
						case n > honest:
							store(w, r)
						case n == 1:
							says(200, "")(w, r)
						default:
							says(412, "<Error><Code>PreconditionFailed</Code></Error>")(w, r)
						}
					}))
					defer s.Close()
					defer s.CloseClientConnections()
					r := examine(t, "s3://vault/host?region=us-east-1&endpoint="+s.URL+"&credentials_file="+file, oneway.Options{Timeout: 300 * time.Millisecond, Intrusive: true})
					if r.Proven() || r.Reached && honest == 0 && !strings.HasPrefix(name, "20") {
						t.Errorf("proven %v, reached %v\n%s", r.Proven(), r.Reached, show(r))
					}
					if n := asked.Load(); name == "hangs" && n > 10 {
						t.Errorf("a store that answers nothing was asked %d times", n)
					}
				})
			}
		}
	}
}
