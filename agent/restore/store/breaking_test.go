package store_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// newBreakingServer starts a fake S3 server that closes each of the first connections after a
// third of the object.
func newBreakingServer(t *testing.T, content []byte, broken *int) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := 0
		status := http.StatusOK
		if text, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
			from, _ = strconv.Atoi(strings.TrimSuffix(text, "-"))
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(content)-1, len(content)))
			status = http.StatusPartialContent
		}
		w.Header().Set("ETag", `"e"`)
		w.Header().Set("Content-Length", strconv.Itoa(len(content)-from))
		w.WriteHeader(status)
		if *broken++; *broken <= 3 {
			_, _ = w.Write(content[from : from+len(content)/4])
			panic(http.ErrAbortHandler)
		}
		_, _ = w.Write(content[from:])
	}))
	t.Cleanup(server.Close)
	return server.URL
}
