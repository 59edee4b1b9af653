package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/fsouza/fake-gcs-server/fakestorage"

	"github.com/wp-oneway/wp-oneway/agent/restore/store"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

// manyNames is a number of names that do not fit into one page of a listing.
const manyNames = 510

// content returns the objects in the stores of these tests.
func content() map[string]string {
	objects := map[string]string{"top": "t", "a/b/c": "deep", "a/empty": "", "a.x": "dot"}
	for i := range manyNames {
		objects[fmt.Sprintf("many/%04d", i)] = "x"
	}
	return objects
}

// stores fills a store of each kind, and opens it for reading.
func stores(t *testing.T) map[string]store.Store {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content() {
		put(t, filepath.Join(dir, "prefix", name), text)
	}
	if err := os.Symlink("/etc", filepath.Join(dir, "prefix", "link")); err != nil {
		t.Fatal(err)
	}
	minio, reader := bucket(t)
	gcs := sinktest.NewGCS(t, "bucket", nil)
	gcs.Config.Handler = gcsReader(gcs, gcs.Config.Handler)
	var puts sync.WaitGroup
	for name, text := range content() {
		puts.Go(func() { putS3(t, minio, "prefix/"+name, text) })
		gcs.Fake.CreateObject(fakestorage.Object{ObjectAttrs: fakestorage.ObjectAttrs{BucketName: "bucket", Name: "prefix/" + name}, Content: []byte(text)})
	}
	puts.Wait()
	all := map[string]store.Store{}
	for kind, location := range map[string]string{
		"folder": filepath.Join(dir, "prefix"),
		"s3":     minio.URL("bucket", "prefix", reader),
		"gcs":    "gs://bucket/prefix?endpoint=" + gcs.URL + "&credentials_file=" + gcs.Credentials,
	} {
		s, err := store.Open(t.Context(), location)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		all[kind] = s
	}
	return all
}

// bucket starts a server with a bucket, and returns a credential that may read it.
func bucket(t *testing.T) (*lab.MinIO, string) {
	t.Helper()
	minio, err := lab.StartMinIO(t.Context(), t.TempDir(), lab.MinIOOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(minio.Stop)
	if err := minio.Bucket(t.Context(), "bucket", true); err != nil {
		t.Fatal(err)
	}
	reader, err := minio.ReadingUser(t.Context(), "bucket")
	if err != nil {
		t.Fatal(err)
	}
	return minio, reader
}

// gcsReader passes requests for /token to tokens, and all others to the fake.
func gcsReader(g *sinktest.GCS, tokens http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			tokens.ServeHTTP(w, r)
			return
		}
		g.Fake.HTTPHandler().ServeHTTP(w, r)
	})
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func putS3(t *testing.T, minio *lab.MinIO, key, text string) {
	t.Helper()
	name := "bucket"
	if _, err := minio.Root().PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &key, Body: strings.NewReader(text)}); err != nil {
		t.Error(err)
	}
}

func TestStores(t *testing.T) {
	for kind, s := range stores(t) {
		t.Run(kind, func(t *testing.T) {
			testList(t, s)
			for name, text := range map[string]string{"a/b/c": "deep", "a/empty": "", "top": "t"} {
				o, err := s.Head(t.Context(), name)
				if err != nil || o.Bytes != int64(len(text)) || o.Modified.IsZero() {
					t.Errorf("Head(%s) = %+v, %v", name, o, err)
				}
				if got := get(t, s, store.Object{Name: name}); got != text {
					t.Errorf("Get(%s) = %q", name, got)
				}
			}
			if _, err := s.Head(t.Context(), "a/none"); !errors.Is(err, store.ErrNotExist) {
				t.Errorf("Head of nothing: %v", err)
			}
			if _, err := s.Get(t.Context(), store.Object{Name: "a/none"}); !errors.Is(err, store.ErrNotExist) {
				t.Errorf("Get of nothing: %v", err)
			}
			if err := s.List(t.Context(), "nowhere", func(store.Entry) error { t.Error("an entry"); return nil }); err != nil {
				t.Errorf("List of nothing: %v", err)
			}
		})
	}
}

func testList(t *testing.T, s store.Store) {
	t.Helper()
	got := list(t, s, "")
	if want := []string{"a/", "a.x", "many/", "top"}; !reflect.DeepEqual(got, want) {
		t.Errorf("List of the top = %q, want %q", got, want)
	}
	if got := list(t, s, "a"); !reflect.DeepEqual(got, []string{"a/b/", "a/empty"}) {
		t.Errorf("List(a) = %q", got)
	}
	if got := list(t, s, "many"); len(got) != manyNames || !slices.IsSorted(got) {
		t.Errorf("List(many): %d names, sorted %v", len(got), slices.IsSorted(got))
	}
	stop := errors.New("stop")
	if err := s.List(t.Context(), "many", func(store.Entry) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("List does not end with the error of its caller: %v", err)
	}
}

func list(t *testing.T, s store.Store, folder string) (names []string) {
	t.Helper()
	err := s.List(t.Context(), folder, func(e store.Entry) error {
		name := e.Name
		if e.IsFolder {
			name += "/"
		}
		names = append(names, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func get(t *testing.T, s store.Store, want store.Object) string {
	t.Helper()
	r, err := s.Get(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A host's credential may only create objects. Each read request returns an error of one line that
// says so.
func TestPutOnlyCredentialReadsNothing(t *testing.T) {
	minio, _ := bucket(t)
	putS3(t, minio, "prefix/top", "t")
	file, err := minio.PutOnlyUser(t.Context(), "bucket", "prefix")
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), minio.URL("bucket", "prefix", file))
	if err != nil {
		t.Fatal(err)
	}
	_, head := s.Head(t.Context(), "top")
	_, get := s.Get(t.Context(), store.Object{Name: "top"})
	for what, err := range map[string]error{
		"List": s.List(t.Context(), "", func(store.Entry) error { return nil }),
		"Head": head, "Get": get,
	} {
		if !errors.Is(err, store.ErrDenied) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// Get reads the version asked for, even if a later version has the same name.
func TestGetReadsTheRequestedVersion(t *testing.T) {
	minio, reader := bucket(t)
	putS3(t, minio, "top", "first")
	s, err := store.Open(t.Context(), minio.URL("bucket", "", reader))
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.Head(t.Context(), "top")
	if err != nil || first.Version == "" {
		t.Fatalf("Head = %+v, %v", first, err)
	}
	putS3(t, minio, "top", "changed")
	if got := get(t, s, first); got != "first" {
		t.Errorf("Get of the first version = %q", got)
	}
	if got := get(t, s, store.Object{Name: "top"}); got != "changed" {
		t.Errorf("Get = %q", got)
	}
}

// A limited store returns the same content. When the context ends, Read does not wait for the limit.
func TestLimitedStore(t *testing.T) {
	dir, text := t.TempDir(), strings.Repeat("content ", 1000)
	if err := os.WriteFile(filepath.Join(dir, "object"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, store.Limit(s, 1<<30), store.Object{Name: "object"}); got != text {
		t.Errorf("%d bytes were read, want %d", len(got), len(text))
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	r, err := store.Limit(s, 4).Get(ctx, store.Object{Name: "object"}) // it would take half an hour
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	stop := errors.New("stop")
	cancel(stop)
	if _, err := io.ReadAll(r); !errors.Is(err, stop) {
		t.Errorf("a cancelled download ends with %v", err)
	}
}

// A download continues at the position where its connection broke.
func TestGetGoesOnAfterABreak(t *testing.T) {
	want := make([]byte, 3<<20)
	rand.Read(want)
	broken := 0
	server := newBreakingServer(t, want, &broken)
	t.Setenv("AWS_ACCESS_KEY_ID", "k")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "s")
	s, err := store.Open(t.Context(), "s3://bucket?endpoint="+server+"&region=r")
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, s, store.Object{Name: "big"}); !bytes.Equal([]byte(got), want) {
		t.Errorf("%d bytes arrived, and are not the %d sent", len(got), len(want))
	}
	if broken < 3 {
		t.Errorf("the connection broke %d times", broken)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	r, err := s.Get(ctx, store.Object{Name: "big"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	stop := errors.New("stop")
	cancel(stop)
	if _, err := io.ReadAll(r); !errors.Is(err, stop) {
		t.Errorf("a cancelled download ends with %v", err)
	}
}
