package lab

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

func TestMinIO(t *testing.T) {
	for name, tls := range map[string]bool{"http": false, "https": true} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			m, err := StartMinIO(ctx, t.TempDir(), MinIOOptions{TLS: tls})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Kill()
			if err := m.Bucket(ctx, "vault", true); err != nil {
				t.Fatal(err)
			}
			file, err := m.PutOnlyUser(ctx, "vault", "host/")
			if err != nil {
				t.Fatal(err)
			}
			if i, err := os.Stat(file); err != nil || i.Mode() != 0o600 {
				t.Fatalf("credentials file: %v, %v", i, err)
			}
			c := clientOf(t, m, file)
			put := func(key string) error {
				_, err := c.PutObject(ctx, &s3.PutObjectInput{
					Bucket: aws.String("vault"), Key: &key, Body: strings.NewReader("text"),
				})
				return err
			}
			if err := put("host/a"); err != nil {
				t.Errorf("put below the prefix: %v", err)
			}
			denied(t, "put outside the prefix", put("other/a"))
			_, err = c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("vault"), Key: aws.String("host/a")})
			denied(t, "get", err)
			_, err = c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("vault"), Key: aws.String("host/a")})
			denied(t, "delete", err)
			_, err = c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("vault")})
			denied(t, "list", err)
			objects, err := m.Objects(ctx, "vault")
			if err != nil || len(objects) != 1 || objects[0].Key != "host/a" || objects[0].Size != 4 || objects[0].VersionID == "null" {
				t.Fatalf("objects %+v, %v", objects, err)
			}
			r, err := m.Get(ctx, "vault", "host/a")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if b, err := io.ReadAll(r); err != nil || string(b) != "text" {
				t.Errorf("got %q, %v", b, err)
			}
			countUploads(t, m, c)
			m.Stop()
			if put("host/b") == nil {
				t.Error("the server answers after Stop")
			}
		})
	}
}

// countUploads starts a multipart upload, checks that Uploads counts it, and aborts it with a
// put-only credential.
func countUploads(t *testing.T, m *MinIO, c *s3.Client) {
	t.Helper()
	ctx := context.Background()
	begun, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: aws.String("vault"), Key: aws.String("host/long")})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := m.Uploads(); n != 1 || err != nil {
		t.Errorf("open uploads: %d, %v; want 1", n, err)
	}
	_, err = c.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: begun.Bucket, Key: begun.Key, UploadId: begun.UploadId})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := m.Uploads(); n != 0 || err != nil {
		t.Errorf("open uploads after the abort: %d, %v; want 0", n, err)
	}
}

func clientOf(t *testing.T, m *MinIO, file string) *s3.Client {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f := strings.Fields(string(b)) // [default] key = K secret = S
	o := m.Root().Options()
	o.RetryMaxAttempts = 1
	o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: f[3], SecretAccessKey: f[6]}, nil
	})
	return s3.New(o)
}

func denied(t *testing.T, what string, err error) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "AccessDenied" {
		t.Errorf("%s: %v, want AccessDenied", what, err)
	}
}
