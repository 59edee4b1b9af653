package lab

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// A StoredObject is one version of an object, or a delete marker, as the server lists it.
type StoredObject struct {
	Key          string
	Size         int64
	ETag         string
	VersionID    string // "null" in a bucket without versioning
	LastModified time.Time
	DeleteMarker bool
}

// Root returns a client with the administrator's key.
func (m *MinIO) Root() *s3.Client {
	creds := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: m.RootKey, SecretAccessKey: m.RootSecret}, nil
	})
	return s3.New(s3.Options{
		BaseEndpoint: &m.Endpoint, Region: "us-east-1", UsePathStyle: true,
		Credentials: creds, HTTPClient: m.http,
	})
}

// Bucket creates a bucket, with versioning if that is true.
func (m *MinIO) Bucket(ctx context.Context, name string, versioning bool) error {
	c := m.Root()
	if _, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &name}); err != nil {
		return fmt.Errorf("create bucket %s: %w", name, err)
	}
	if !versioning {
		return nil
	}
	_, err := c.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
		Bucket:                  &name,
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		return fmt.Errorf("enable versioning of bucket %s: %w", name, err)
	}
	return nil
}

// Objects returns all versions of all objects, sorted by key.
func (m *MinIO) Objects(ctx context.Context, bucket string) ([]StoredObject, error) {
	var all []StoredObject
	pages := s3.NewListObjectVersionsPaginator(m.Root(), &s3.ListObjectVersionsInput{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list bucket %s: %w", bucket, err)
		}
		for _, v := range page.Versions {
			all = append(all, StoredObject{
				Key: *v.Key, Size: *v.Size, ETag: *v.ETag, VersionID: *v.VersionId, LastModified: *v.LastModified,
			})
		}
		for _, d := range page.DeleteMarkers {
			all = append(all, StoredObject{
				Key: *d.Key, VersionID: *d.VersionId, LastModified: *d.LastModified, DeleteMarker: true,
			})
		}
	}
	return all, nil
}

// Get opens an object for reading. The caller must close it.
func (m *MinIO) Get(ctx context.Context, bucket, key string) (io.ReadCloser, error) {
	out, err := m.Root().GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return nil, fmt.Errorf("get %s/%s: %w", bucket, key, err)
	}
	return out.Body, nil
}

// Uploads returns the number of multipart uploads that are neither completed nor aborted. It
// reads the server's disk, because MinIO lists uploads only for a complete object name.
func (m *MinIO) Uploads() (int, error) {
	begun, err := filepath.Glob(filepath.Join(m.Dir, "data", ".minio.sys", "multipart", "*", "*", "xl.meta"))
	if err != nil {
		return 0, fmt.Errorf("count uploads: %w", err)
	}
	return len(begun), nil
}
