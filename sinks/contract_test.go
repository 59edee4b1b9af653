package sinks_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/sinktest"
)

// The tests of this package share two servers, each with buckets and users of its own. The first
// test that needs a server starts it. Tests that count a server's uploads start another one.
var shared struct{ plain, secure func(t *testing.T) *lab.MinIO }

func TestMain(m *testing.M) {
	code, err := testMain(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code) //nolint:forbidigo // a test's main
}

func testMain(m *testing.M) (code int, err error) {
	dir, err := os.MkdirTemp("", "wp-oneway-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	var stop []func()
	defer func() {
		for _, f := range stop {
			f()
		}
	}()
	var mu sync.Mutex
	server := func(tls bool) func(t *testing.T) *lab.MinIO {
		start := sync.OnceValues(func() (*lab.MinIO, error) {
			minio, err := lab.StartMinIO(context.Background(), filepath.Join(dir, fmt.Sprint("minio-", tls)), lab.MinIOOptions{TLS: tls})
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				stop = append(stop, minio.Stop)
			}
			return minio, err
		})
		return func(t *testing.T) *lab.MinIO {
			t.Helper()
			minio, err := start()
			if err != nil {
				t.Fatal(err)
			}
			return minio
		}
	}
	shared.plain, shared.secure = server(false), server(true)
	return m.Run(), nil
}

// openSink opens a sink with the smallest parts that S3 accepts.
func openSink(t *testing.T, url string) sinks.Sink {
	t.Helper()
	u, err := sinks.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{PartSize: 5 * sinks.BlockSize})
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

func TestDirKeepsTheContract(t *testing.T) {
	sinktest.Run(t, func(t *testing.T) sinktest.Store {
		dir := t.TempDir()
		list := func(t *testing.T, temporary bool) (names []string) {
			err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err == nil && !d.IsDir() && strings.HasSuffix(path, ".tmp") == temporary {
					names = append(names, path)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return names
		}
		return sinktest.Store{
			Sink: openSink(t, dir), Part: 5 * sinks.BlockSize,
			Names:      func(t *testing.T) []string { return list(t, false) },
			Unfinished: func(t *testing.T) int { return len(list(t, true)) },
			Content: func(t *testing.T, name string) []byte {
				b, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				return b
			},
		}
	})
}

func TestS3KeepsTheContractOverTLS(t *testing.T)  { s3Contract(t, true) }
func TestS3KeepsTheContractOverHTTP(t *testing.T) { s3Contract(t, false) }

func s3Contract(t *testing.T, tls bool) {
	minio := startMinIO(t, tls)
	sinktest.Run(t, func(t *testing.T) sinktest.Store {
		bucket := newBucket(t, minio, true)
		credentials, err := minio.PutOnlyUser(t.Context(), bucket, "host")
		if err != nil {
			t.Fatal(err)
		}
		return sinktest.Store{
			Sink: openSink(t, minio.URL(bucket, "host", credentials)), Part: 5 * sinks.BlockSize,
			Names: func(t *testing.T) (names []string) {
				for _, o := range objects(t, minio, bucket) {
					names = append(names, strings.TrimPrefix(o.Key, "host/"))
				}
				return names
			},
			Unfinished: func(t *testing.T) int {
				n, err := minio.Uploads()
				if err != nil {
					t.Fatal(err)
				}
				return n
			},
			Content: func(t *testing.T, name string) []byte { return content(t, minio, bucket, "host/"+name) },
		}
	})
}

// startMinIO starts a server for one test.
func startMinIO(t *testing.T, tls bool) *lab.MinIO {
	t.Helper()
	minio, err := lab.StartMinIO(t.Context(), t.TempDir(), lab.MinIOOptions{TLS: tls})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(minio.Stop)
	return minio
}

func newBucket(t *testing.T, minio *lab.MinIO, versioning bool) string {
	t.Helper()
	name := "b" + regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(t.Name()), "-")
	if len(name) > 60 {
		name = name[len(name)-60:]
	}
	name = strings.Trim(name, "-")
	if err := minio.Bucket(t.Context(), name, versioning); err != nil {
		t.Fatal(err)
	}
	return name
}

func objects(t *testing.T, minio *lab.MinIO, bucket string) []lab.StoredObject {
	t.Helper()
	all, err := minio.Objects(context.WithoutCancel(t.Context()), bucket)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func content(t *testing.T, minio *lab.MinIO, bucket, key string) []byte {
	t.Helper()
	r, err := minio.Get(t.Context(), bucket, key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
