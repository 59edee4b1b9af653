package sinks_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

// A gcsGate is a proxy before a fake of Google Cloud Storage. It passes only uploads of
// new objects, as roles/storage.objectCreator does, and compares checksums. The fake
// does neither.
type gcsGate struct {
	*sinktest.GCS

	mu       sync.Mutex
	denied   []string
	sessions map[string]*bytes.Buffer              // the content of resumable uploads, by their session
	names    map[string]string                     // the names of their objects
	answers  map[string]*httptest.ResponseRecorder // to the requests of a session, by session and range
	rule     func(r *http.Request, nth int) fault
	uploads  int
}

func newGCSGate(t *testing.T, bucket string) *gcsGate {
	t.Helper()
	g := &gcsGate{sessions: map[string]*bytes.Buffer{}, names: map[string]string{}, answers: map[string]*httptest.ResponseRecorder{}}
	g.GCS = sinktest.NewGCS(t, bucket, g.handle)
	return g
}

func (g *gcsGate) handle(w http.ResponseWriter, r *http.Request, body []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	q := r.URL.Query()
	upload := strings.HasPrefix(r.URL.Path, "/upload/storage/v1/b/") && (r.Method == http.MethodPost || r.Method == http.MethodPut)
	if !g.Authenticated(r) || !upload {
		g.denied = append(g.denied, r.Method+" "+r.URL.Path)
		g.Refuse(w, http.StatusForbidden, "denied")
		return
	}
	g.uploads++
	f := none
	if g.rule != nil {
		f = g.rule(r, g.uploads)
	}
	switch f { //nolint:exhaustive // the others are S3's
	case drop:
		panic(http.ErrAbortHandler)
	case hang:
		g.mu.Unlock()
		<-r.Context().Done()
		g.mu.Lock()
		panic(http.ErrAbortHandler)
	case busy:
		g.Refuse(w, http.StatusServiceUnavailable, "busy")
		return
	case refused:
		g.Refuse(w, http.StatusForbidden, "denied")
		return
	case corrupt:
		body[len(body)/2] ^= 1
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	var (
		status int
		why    string
	)
	id := q.Get("upload_id")
	again := id + " " + r.Header.Get("Content-Range")
	if rec := g.answers[again]; rec != nil { // sent twice is taken once; the fake would add it again
		g.pass(w, rec, "", nil)
		return
	}
	if id != "" {
		status, why = g.more(id, r, body)
	} else {
		status, why = g.start(r, body)
	}
	if status != 0 {
		g.Refuse(w, status, why)
		return
	}
	rec := httptest.NewRecorder()
	g.Fake.HTTPHandler().ServeHTTP(rec, r)
	if id != "" && rec.Code == http.StatusOK {
		g.answers[again] = rec
	}
	if f == lose {
		panic(http.ErrAbortHandler)
	}
	g.pass(w, rec, q.Get("name"), body)
}

// pass forwards the fake's answer, and records the upload that it starts.
func (g *gcsGate) pass(w http.ResponseWriter, rec *httptest.ResponseRecorder, name string, meta []byte) {
	if at := rec.Header().Get("Location"); at != "" {
		id := at[strings.LastIndex(at, "upload_id=")+len("upload_id="):]
		g.sessions[id] = &bytes.Buffer{}
		g.names[id] = objectName(name, meta)
	}
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.WriteHeader(rec.Code)
	_, _ = w.Write(rec.Body.Bytes())
}

func objectName(name string, meta []byte) string {
	var m struct{ Name string }
	if name == "" {
		_ = json.Unmarshal(meta, &m) // without a name the fake refuses
		name = m.Name
	}
	return name
}

// start checks a request that creates an object or starts an upload.
func (g *gcsGate) start(r *http.Request, body []byte) (int, string) {
	q := r.URL.Query()
	if q.Get("ifGenerationMatch") != "0" {
		return http.StatusForbidden, "overwriting is denied"
	}
	name, meta := q.Get("name"), body
	if q.Get("uploadType") == "multipart" {
		_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil {
			return http.StatusBadRequest, err.Error()
		}
		parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
		var data [2][]byte
		for i := range data {
			p, err := parts.NextPart()
			if err != nil {
				return http.StatusBadRequest, err.Error()
			}
			if data[i], err = io.ReadAll(p); err != nil {
				return http.StatusBadRequest, err.Error()
			}
		}
		meta = data[0]
		var m struct{ CRC32C string }
		if err := json.Unmarshal(meta, &m); err != nil || m.CRC32C != encode32(data[1]) {
			return http.StatusBadRequest, "crc32c " + m.CRC32C + " does not match"
		}
	}
	return g.taken(objectName(name, meta), r)
}

// more checks a request that continues an upload; the last one must contain the
// checksum of the whole object.
func (g *gcsGate) more(id string, r *http.Request, body []byte) (int, string) {
	held, ok := g.sessions[id]
	if !ok {
		return http.StatusGone, "no such session"
	}
	span := r.Header.Get("Content-Range")
	var from, to int64
	if _, err := fmt.Sscanf(span, "bytes %d-%d/", &from, &to); err == nil && int64(held.Len()) == from {
		held.Write(body)
	}
	if strings.HasSuffix(span, "/*") {
		return 0, ""
	}
	if want := "crc32c=" + encode32(held.Bytes()); !strings.Contains(r.Header.Get("X-Goog-Hash"), want) {
		return http.StatusBadRequest, "the hash " + r.Header.Get("X-Goog-Hash") + " is not " + want
	}
	return g.taken(g.names[id], r)
}

func (g *gcsGate) taken(name string, r *http.Request) (int, string) {
	bucket := strings.Split(strings.TrimPrefix(r.URL.Path, "/upload/storage/v1/b/"), "/")[0]
	if bucket == "resumable" || name == "" {
		return 0, ""
	}
	if _, err := g.Fake.GetObject(bucket, name); err == nil {
		return http.StatusPreconditionFailed, "the object is there"
	}
	return 0, ""
}

func encode32(b []byte) string {
	crc := crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, crc))
}
