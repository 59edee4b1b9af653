package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// listPage is the number of keys in one page of a listing. Even with the longest keys, a page
// stays below the size limit of a response.
const listPage = 500

// askFor is how long a request without content may take, including its retries.
const askFor = 3 * time.Minute

var errSilent = fmt.Errorf("the store has not answered for %s", askFor)

// An s3Store reads a bucket of S3 or of a compatible store.
type s3Store struct {
	sinks.S3Access
	url string
}

func newS3(access sinks.S3Access, url string) *s3Store {
	access.Client = s3.New(access.Client.Options(), func(o *s3.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = 6, 20*time.Second })
		// No checksum is needed here: the reader compares the SHA-256 in the manifest.
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	return &s3Store{access, url}
}

// Folder implements Store.
func (*s3Store) Folder() bool { return false }

// String implements Store.
func (s *s3Store) String() string { return s.url }

// List implements Store. It holds one page in memory.
func (s *s3Store) List(ctx context.Context, folder string, found func(Entry) error) error {
	prefix := folderKey(s.Prefix, folder)
	pages := s3.NewListObjectsV2Paginator(s.Client, &s3.ListObjectsV2Input{
		Bucket: &s.Bucket, Prefix: &prefix, Delimiter: aws.String("/"), MaxKeys: aws.Int32(listPage), ExpectedBucketOwner: optional(s.Owner),
	})
	for pages.HasMorePages() {
		page, err := nextPage(ctx, pages)
		if err != nil {
			return fmt.Errorf("list s3://%s/%s: %w", s.Bucket, prefix, s.explain(ctx, err))
		}
		var entries ordered
		for _, o := range page.Contents {
			entries.add(aws.ToString(o.Key), prefix, folder, Entry{Object: Object{Bytes: aws.ToInt64(o.Size), Modified: aws.ToTime(o.LastModified)}})
		}
		for _, p := range page.CommonPrefixes {
			entries.add(strings.TrimSuffix(aws.ToString(p.Prefix), "/"), prefix, folder, Entry{IsFolder: true})
		}
		if err := entries.flush(found); err != nil {
			return err
		}
	}
	return nil
}

func nextPage(ctx context.Context, pages *s3.ListObjectsV2Paginator) (*s3.ListObjectsV2Output, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, askFor, errSilent)
	defer cancel()
	return pages.NextPage(ctx)
}

// Head implements Store.
func (s *s3Store) Head(ctx context.Context, name string) (Object, error) {
	key := below(s.Prefix, name)
	ctx, cancel := context.WithTimeoutCause(ctx, askFor, errSilent)
	defer cancel()
	out, err := s.Client.HeadObject(ctx, &s3.HeadObjectInput{
		Bucket: &s.Bucket, Key: &key, ExpectedBucketOwner: optional(s.Owner), ChecksumMode: types.ChecksumModeEnabled,
	})
	if err != nil {
		if err = s.explain(ctx, err); errors.Is(err, ErrNotExist) {
			return Object{}, err
		}
		return Object{}, fmt.Errorf("read the metadata of s3://%s/%s: %w", s.Bucket, key, err)
	}
	return Object{
		Name: name, Bytes: aws.ToInt64(out.ContentLength), Modified: aws.ToTime(out.LastModified),
		Version: aws.ToString(out.VersionId), CRC64NVME: aws.ToString(out.ChecksumCRC64NVME),
	}, nil
}

// Get implements Store.
func (s *s3Store) Get(ctx context.Context, want Object) (io.ReadCloser, error) {
	key := below(s.Prefix, want.Name)
	r, err := resume(ctx, func(ctx context.Context, from int64, tag string) (part, error) {
		in := &s3.GetObjectInput{Bucket: &s.Bucket, Key: &key, ExpectedBucketOwner: optional(s.Owner), VersionId: optional(want.Version), IfMatch: optional(tag)}
		if from > 0 {
			in.Range = aws.String(fmt.Sprintf("bytes=%d-", from))
		}
		out, err := s.Client.GetObject(sinks.WithLongAnswer(ctx), in)
		if err != nil {
			return part{}, s.explain(ctx, err)
		}
		if from > 0 && !strings.HasPrefix(aws.ToString(out.ContentRange), fmt.Sprintf("bytes %d-", from)) {
			return part{}, errors.Join(errNoRange, out.Body.Close())
		}
		return part{out.Body, from + aws.ToInt64(out.ContentLength), aws.ToString(out.ETag)}, nil
	})
	if err != nil && !errors.Is(err, ErrNotExist) {
		return nil, fmt.Errorf("read s3://%s/%s: %w", s.Bucket, key, err)
	}
	return r, err
}

// explain turns an error of the SDK into an error of one line that says what to do.
func (s *s3Store) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if r := (*smithyhttp.ResponseError)(nil); errors.As(err, &r) && r.HTTPStatusCode() == http.StatusNotFound && !strings.Contains(err.Error(), "NoSuchBucket") {
		return ErrNotExist
	}
	if text := s.Advice(err); text != "" {
		return errors.New(strings.ReplaceAll(text, "\n", "; "))
	}
	return ErrDenied
}

// explainStatus adds the meaning of an HTTP status to an error.
func explainStatus(status int, err error) error {
	switch status {
	case http.StatusNotFound:
		if text := err.Error(); strings.Contains(text, "NoSuchBucket") {
			return errors.New("there is no such bucket; correct the URL")
		}
		return ErrNotExist
	case http.StatusForbidden, http.StatusUnauthorized:
		return ErrDenied
	}
	return errors.New(strings.ReplaceAll(err.Error(), "\n", "; "))
}

// optional returns a pointer to v; nil if v is empty.
func optional(v string) *string {
	if v == "" {
		return nil
	}
	return &v
}
