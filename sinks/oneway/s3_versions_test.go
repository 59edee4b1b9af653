package oneway_test

import (
	"archive/tar"
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/oneway"
)

// without is the put-only user's policy without its denials from the nth on.
func without(n int) func(string) string {
	return func(bucket string) string {
		const deny = `,{"Effect":"Deny"`
		statements := strings.Split(strings.TrimSuffix(lab.PutOnlyPolicy(bucket, "host/"), "]}"), deny)
		return strings.Join(statements[:n+1], deny) + "]}"
	}
}

// Who may create at MinIO may also put over the versions that it keeps, by their
// ids, in a request or in an archive that it unpacks: unless a policy denies it.
func TestS3FindsVersionsPutOver(t *testing.T) {
	for name, c := range map[string]struct {
		denials int
		want    map[string]sinks.Verdict
	}{
		"no denial":       {0, map[string]sinks.Verdict{"overwrite by id": sinks.Warning, "overwrite parts by id": sinks.Warning, "overwrite by archive": sinks.Warning}},
		"denied by id":    {1, map[string]sinks.Verdict{"overwrite by id": sinks.Holds, "overwrite parts by id": sinks.Holds, "overwrite by archive": sinks.Warning}},
		"denied for good": {2, map[string]sinks.Verdict{"overwrite by id": sinks.Holds, "overwrite parts by id": sinks.Holds, "overwrite by archive": sinks.Holds}},
	} {
		t.Run(name, func(t *testing.T) {
			bucket, url := credential(t, true, without(c.denials))
			r := examine(t, url, oneway.Options{})
			for check, want := range c.want {
				if got := finding(t, r, check); got.Verdict != want || !got.Required {
					t.Errorf("%s: %+v, want %s", check, got, want)
				}
			}
			if !r.Proven() {
				t.Errorf("what is a warning keeps it from being proven\n%s", show(r))
			}
			objects, err := minio.Objects(t.Context(), bucket)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range objects {
				if o.Size != 0 {
					t.Errorf("left behind is %+v", o)
				}
			}
			if text := overwritten(t, bucket, url); (text == "evil") != (c.denials < 2) {
				t.Errorf("the version of a backup reads %q after an archive was sent", text)
			}
		})
	}
}

// overwritten stores a backup, sends an archive that has its version in it, and
// returns what the version is then.
func overwritten(t *testing.T, bucket, url string) string {
	t.Helper()
	u, err := sinks.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := sink.Put(t.Context(), "backup", strings.NewReader("good"))
	if err != nil {
		t.Fatal(err)
	}
	version := receipt.Objects[0].VersionID
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: "backup", Size: 4, Mode: 0o600, Format: tar.FormatPAX, PAXRecords: map[string]string{"minio.versionId": version}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("evil")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	store, _ := sinks.As[sinks.S3Store](sink)
	_, err = store.S3().Client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &bucket, Key: aws.String("host/a.tar"), Body: bytes.NewReader(b.Bytes()), ContentLength: aws.Int64(int64(b.Len())),
	}, func(o *s3.Options) {
		o.APIOptions = append(o.APIOptions,
			smithyhttp.SetHeaderValue("X-Amz-Meta-Snowball-Auto-Extract", "true"), smithyhttp.SetHeaderValue("X-Amz-Meta-Minio-Snowball-Prefix", "host"))
	})
	t.Logf("the archive: %v", err)
	out, err := minio.Root().GetObject(t.Context(), &s3.GetObjectInput{Bucket: &bucket, Key: aws.String("host/backup"), VersionId: &version})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	text, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
