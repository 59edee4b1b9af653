package sinks_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/minio/crc64nvme"

	"github.com/wp-oneway/wp-oneway/scripts/lab/faults"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A stream longer than the maximum number of parts continues in further objects, and
// cat joins them.
func TestS3DividesLongStreams(t *testing.T) {
	minio := shared.plain(t)
	for name, c := range map[string]struct {
		size   int
		pieces []string
	}{
		"full":  {10 * sinks.BlockSize, []string{"name"}},
		"above": {10*sinks.BlockSize + 1, []string{"name", "name.001"}},
		"three": {22*sinks.BlockSize + 5, []string{"name", "name.001", "name.002"}},
	} {
		t.Run(name, func(t *testing.T) {
			bucket := newBucket(t, minio, true)
			p := newFaultyProxy(t, minio, func(string, int) fault { return none })
			sink := through(t, p, minio, bucket, "", sinks.Options{MaxParts: 2})
			if most := sinks.MaxObject(sink); most != 10*sinks.BlockSize {
				t.Errorf("the sink divides streams at %d bytes", most)
			}
			want := pattern(c.size)
			receipt, err := sink.Put(t.Context(), "name", bytes.NewReader(want))
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			var got []byte
			for _, o := range receipt.Objects {
				names = append(names, o.Name)
				piece := content(t, minio, bucket, "host/"+o.Name)
				if o.CRC64NVME != crc64nvme.Checksum(piece) || o.Bytes != int64(len(piece)) {
					t.Errorf("the receipt of %s is of another piece", o.Name)
				}
				got = append(got, piece...)
			}
			if strings.Join(names, " ") != strings.Join(c.pieces, " ") || !bytes.Equal(got, want) {
				t.Errorf("pieces %q joined to %d bytes, want %q and %d", names, len(got), c.pieces, c.size)
			}
			if all := objects(t, minio, bucket); len(all) != len(c.pieces) {
				t.Errorf("stored are %+v", all)
			}
		})
	}
}

// If the last piece of a stream fails, no piece is published.
func TestS3AbortsAllPiecesOnFailure(t *testing.T) {
	minio := startMinIO(t, false)
	bucket := newBucket(t, minio, true)
	p := newFaultyProxy(t, minio, func(op string, nth int) fault {
		if op == "UploadPart" && nth == 5 {
			return refused
		}
		return none
	})
	sink := through(t, p, minio, bucket, "", sinks.Options{MaxParts: 2})
	if _, err := sink.Put(t.Context(), "name", bytes.NewReader(pattern(22*sinks.BlockSize))); err == nil {
		t.Error("no error")
	}
	if all := objects(t, minio, bucket); len(all) != 0 {
		t.Errorf("stored are %+v", all)
	}
	if n, err := minio.Uploads(); n != 0 || err != nil {
		t.Errorf("%d uploads are left over, %v", n, err)
	}
}

func TestS3StoresWithFewerGuarantees(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	p := newFaultyProxy(t, minio, first(1, "UploadPart", corrupt))
	sink := through(t, p, minio, bucket, "&checksum=md5&conditional=false", sinks.Options{})
	for _, size := range []int{short, long} {
		want := pattern(size)
		receipt, err := sink.Put(t.Context(), "name", bytes.NewReader(want))
		if err != nil {
			t.Fatal(err)
		}
		if notes := strings.Join(receipt.Notes, "; "); !strings.Contains(notes, "not conditional") || !strings.Contains(notes, "md5") {
			t.Errorf("notes %q do not name the missing guarantees", notes)
		}
		if !bytes.Equal(content(t, minio, bucket, "host/name"), want) {
			t.Errorf("other bytes are stored for %d", size)
		}
	}
}

// If the upload no longer exists after an answer was lost, an empty conditional put
// finds out whether the object exists.
func TestS3FindsOutAboutALostUpload(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	root := minio.Root()
	p := newFaultyProxy(t, minio, nil)
	p.Rule = func(op string, nth int) fault {
		if op != "CompleteMultipartUpload" || nth > 1 {
			return none
		}
		// The request is lost, and meanwhile someone aborts the upload.
		id := aws.String(p.UploadID())
		_, err := root.AbortMultipartUpload(t.Context(), &s3.AbortMultipartUploadInput{Bucket: &bucket, Key: aws.String("host/name"), UploadId: id})
		if err != nil {
			t.Error(err)
		}
		return drop
	}
	sink := through(t, p, minio, bucket, "", sinks.Options{})
	_, err := sink.Put(t.Context(), "name", bytes.NewReader(pattern(long)))
	if !errors.Is(err, sinks.ErrRestart) {
		t.Errorf("error %v, want one that asks for the stream again", err)
	}
	for _, o := range objects(t, minio, bucket) {
		if o.Size != 0 {
			t.Errorf("stored is %+v", o)
		}
	}
}

// An upload that was started while the run was cancelled is aborted too.
func TestS3AbortsUploadStartedDuringCancel(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	p := newFaultyProxy(t, minio, func(string, int) fault { return none })
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	p.To.ModifyResponse = func(r *http.Response) error {
		if faults.Operation(r.Request) == "CreateMultipartUpload" { // it has taken effect, and its answer is not there yet
			cancel(stopped)
			time.Sleep(100 * time.Millisecond)
		}
		return nil
	}
	sink := through(t, p, minio, bucket, "", sinks.Options{})
	if _, err := sink.Put(ctx, "name", bytes.NewReader(pattern(long))); !errors.Is(err, stopped) {
		t.Errorf("error %v", err)
	}
	if !slices.Contains(p.Ops(), "CreateMultipartUpload") {
		t.Fatalf("no upload was started: %q", p.Ops())
	}
	if !slices.Contains(p.Ops(), "AbortMultipartUpload") {
		t.Errorf("the upload was not aborted: %q", p.Ops())
	}
}

func TestS3LogsDeniedAbort(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	p := newFaultyProxy(t, minio, func(op string, _ int) fault {
		if op == "AbortMultipartUpload" || op == "CompleteMultipartUpload" {
			return refused
		}
		return none
	})
	var log bytes.Buffer
	sink := through(t, p, minio, bucket, "", sinks.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	if _, err := sink.Put(t.Context(), "name", bytes.NewReader(pattern(long))); err == nil {
		t.Error("no error")
	}
	if s := log.String(); !strings.Contains(s, "AbortIncompleteMultipartUpload") || !strings.Contains(s, "host/name") {
		t.Errorf("the log does not name the lifecycle rule: %s", s)
	}
}

func TestS3ErrorAdvice(t *testing.T) {
	minio := shared.secure(t)
	bucket := newBucket(t, minio, false)
	good, err := minio.PutOnlyUser(t.Context(), bucket, "host")
	if err != nil {
		t.Fatal(err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	for name, c := range map[string]struct{ url, says string }{
		"bucket":      {minio.URL("no-such-bucket", "host", good), "denied"},
		"prefix":      {minio.URL(bucket, "other", good), "arn:aws:s3:::" + bucket + "/other/*"},
		"authority":   {strings.Split(minio.URL(bucket, "host", good), "&ca_file")[0], "ca_file="},
		"no TLS":      {strings.Replace(minio.URL(bucket, "host", good), minio.Endpoint, strings.Replace(plain.URL, "http://", "https://", 1), 1), "does not support TLS"},
		"port closed": {strings.Replace(minio.URL(bucket, "host", good), minio.Endpoint, "http://127.0.0.1:1", 1), "(connection refused); correct endpoint="},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := sinks.Parse(c.url)
			if err != nil {
				t.Fatal(err)
			}
			sink, err := sinks.Open(t.Context(), u, sinks.Options{Retry: time.Second})
			if err != nil {
				t.Fatal(err)
			}
			_, err = sink.Put(t.Context(), "name", strings.NewReader("text"))
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %v does not say %q on one line", err, c.says)
			}
		})
	}
}

// If the store confirms another checksum than ours, it stores other bytes.
func TestS3ComparesChecksums(t *testing.T) {
	minio := shared.plain(t)
	for name, echo := range map[string]string{"other": "AAAAAAAAAAA=", "none": ""} {
		for _, size := range []int{short, long} {
			bucket := newBucket(t, minio, true)
			p := newFaultyProxy(t, minio, func(string, int) fault { return none })
			p.To.ModifyResponse = func(r *http.Response) error {
				if echo == "" {
					r.Header.Del("X-Amz-Checksum-Crc64nvme")
				} else {
					r.Header.Set("X-Amz-Checksum-Crc64nvme", echo)
				}
				return nil
			}
			sink := through(t, p, minio, bucket, "", sinks.Options{})
			_, err := sink.Put(t.Context(), "name", bytes.NewReader(pattern(size)))
			if err == nil || !strings.Contains(err.Error(), "CRC64NVME") {
				t.Errorf("%s checksum of %d bytes: error %v", name, size, err)
			}
			minioEmpty(t, minio.Root(), bucket)
		}
	}
}

// minioEmpty removes a bucket and its objects, so that its name can be used again.
func minioEmpty(t *testing.T, c *s3.Client, bucket string) {
	t.Helper()
	all, err := c.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all.Versions {
		if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: v.Key, VersionId: v.VersionId}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: &bucket}); err != nil {
		t.Fatal(err)
	}
}
