package sinks

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// An s3Sink puts objects into a bucket of S3 or of a compatible store. It only ever
// sends PutObject, CreateMultipartUpload, UploadPart, CompleteMultipartUpload and
// AbortMultipartUpload.
type s3Sink struct {
	c      s3Config
	o      Options
	url    string
	client *s3.Client
	base   http.RoundTripper
	place  string // see Location

	reached *atomic.Bool // the store has answered a request successfully
}

func openS3(ctx context.Context, u *url.URL, o Options) (Sink, error) {
	c, err := parseS3(u)
	if err != nil {
		return nil, err
	}
	client, base, err := s3Client(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", bare(u), err)
	}
	s := &s3Sink{c: c, o: o, url: u.String(), client: client, base: base, reached: &atomic.Bool{}}
	if s.place, err = s.locate(ctx); err != nil {
		return nil, fmt.Errorf("open %s: %w", bare(u), err)
	}
	return s, nil
}

// locate finds the endpoint in effect.
func (s *s3Sink) locate(ctx context.Context) (string, error) {
	o := s.client.Options()
	at, err := o.EndpointResolverV2.ResolveEndpoint(ctx, s3.EndpointParameters{
		Bucket: &s.c.bucket, Region: &o.Region, Endpoint: o.BaseEndpoint,
		ForcePathStyle: &o.UsePathStyle, Accelerate: &o.UseAccelerate,
		UseFIPS:      aws.Bool(o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled),
		UseDualStack: aws.Bool(o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled),
	})
	if err != nil {
		return "", oneLine(fmt.Errorf("find the bucket's endpoint: %w", err))
	}
	return fmt.Sprintf("%s region %s bucket %s prefix %q account %q", at.URI.String(), o.Region, s.c.bucket, s.c.prefix, s.c.owner), nil
}

// Location is Locator's.
func (s *s3Sink) Location() string { return s.place }

// Throttled is Throttler's.
func (s *s3Sink) Throttled(_ context.Context, l *Limiter) (Sink, error) {
	t := *s
	t.client = s3.New(s.client.Options(), func(o *s3.Options) { o.HTTPClient = newHTTPClient(throttledTransport{s.base, l}) })
	return &t, nil
}

// MaxObject is Divider's.
func (s *s3Sink) MaxObject() int64 { return int64(s.o.MaxParts) * int64(s.o.PartSize) }

// An S3Store is a sink in S3 or a compatible store, for the examination of its
// credential. Nothing on a backup's path may use it; the linter enforces that.
type S3Store interface{ S3() S3Access }

// An S3Access is the connection of an S3 sink to its store.
type S3Access struct {
	Client         *s3.Client // sends each request once
	Bucket, Prefix string
	Endpoint       string // "" is AWS
	Owner          string // expected_owner, or ""
	Unconditional  bool   // conditional=false
	// Objects are created with these: a bucket policy may require them.
	SSE, KMSKey, StorageClass string
	// Actions are those of the token of R2 in use, nil for another kind of credential.
	Actions []string
}

// Advice describes a final error of a request that reads: what was refused, why, and what to
// do. It is "" if the credential may not read.
func (a S3Access) Advice(err error) string {
	known := slices.Contains([]string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed"}, codeOf(err))
	if status := statusOf(err); !known && !expired(err) && (status == http.StatusForbidden || status == http.StatusUnauthorized) {
		return ""
	}
	return advice(err, "", s3Config{bucketURL: bucketURL{bucket: a.Bucket, prefix: a.Prefix, endpoint: a.Endpoint}})
}

// S3 is S3Store's.
func (s *s3Sink) S3() S3Access {
	token, _ := s.token(context.Background()) // the credential was found when the sink was opened
	return S3Access{
		Actions: token.Actions,
		Client:  s.client, Bucket: s.c.bucket, Prefix: s.c.prefix, Endpoint: aws.ToString(s.client.Options().BaseEndpoint),
		Owner: s.c.owner, Unconditional: s.c.overwrite,
		SSE: s.c.sse, KMSKey: s.c.kmsKey, StorageClass: s.c.storageClass,
	}
}

// String is the URL as it was given; it names credentials but contains none.
func (s *s3Sink) String() string { return s.url }

// Put sends a stream that fits into one part as one object, and a longer one
// part by part.
func (s *s3Sink) Put(ctx context.Context, name string, r io.Reader) (Receipt, error) {
	if err := checkName(name); err != nil {
		return Receipt{}, err
	}
	if ctx.Err() != nil {
		return Receipt{}, s.wrap(name, context.Cause(ctx))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in, err := startStream(ctx, r, s.o)
	if err != nil {
		return Receipt{}, s.wrap(name, err)
	}
	defer in.close()
	rec := Receipt{Notes: s.notes()}
	if in.long {
		err = s.putLong(ctx, name, in, &rec)
	} else {
		err = s.putShort(ctx, in.first, in.sum.object(name), &rec)
	}
	if err != nil {
		return Receipt{}, s.wrap(name, err)
	}
	return rec, nil
}

// notes name the guarantees that the URL disables.
func (s *s3Sink) notes() []string {
	var notes []string
	if s.c.overwrite {
		notes = append(notes, "not conditional: the store was not told to refuse an existing name")
	}
	if s.c.md5 {
		notes = append(notes, "checksum=md5: the store confirmed each part, and nothing for the whole")
	}
	return notes
}

func (s *s3Sink) wrap(name string, err error) error {
	return fmt.Errorf("store s3://%s/%s: %w", s.c.bucket, s.c.key(name), err)
}

// ifNew is the condition that makes the store refuse an existing name.
func (s *s3Sink) ifNew() *string {
	if s.c.overwrite {
		return nil
	}
	return aws.String("*")
}

// given is v, nil when it is empty.
func given(v string) *string {
	if v == "" {
		return nil
	}
	return &v
}

// putShort sends a stream that is one part as one PutObject.
func (s *s3Sink) putShort(ctx context.Context, p *part, o Object, rec *Receipt) error {
	defer p.release()
	err := s.retry(ctx, request{
		op:    "PutObject",
		stall: s.o.Stall,
		send: func(ctx context.Context, progress func()) (bool, error) {
			return s.putObject(ctx, p, &o, progress)
		},
		resolve: func(err error, maybe bool) (bool, error) {
			if !nameExists(err) {
				return false, nil
			}
			if !maybe {
				return true, ErrExists
			}
			rec.Notes = append(rec.Notes, noteSettled)
			return true, nil
		},
	})
	if err == nil {
		rec.Objects = []Object{o}
	}
	return err
}

const noteSettled = "the answer to the last request was lost; the store refused to create the object once more, so it is there"

// putObject makes one attempt and reports whether it may have taken effect although
// it failed.
func (s *s3Sink) putObject(ctx context.Context, p *part, o *Object, progress func()) (maybe bool, err error) {
	b := &body{part: p, progress: progress}
	in := &s3.PutObjectInput{
		Bucket: &s.c.bucket, Key: aws.String(s.c.key(o.Name)), Body: b, ContentLength: &p.size, IfNoneMatch: s.ifNew(),
		StorageClass: types.StorageClass(s.c.storageClass), ExpectedBucketOwner: given(s.c.owner),
		ServerSideEncryption: types.ServerSideEncryption(s.c.sse), SSEKMSKeyId: given(s.c.kmsKey),
	}
	if s.c.md5 {
		in.ContentMD5 = p.md5()
	} else {
		in.ChecksumCRC64NVME = aws.String(encodeCRC(p.crc))
	}
	out, err := s.client.PutObject(ctx, in)
	drained := b.detach()
	if err != nil {
		return drained, err
	}
	if !drained {
		return false, errEarly()
	}
	if err := s.confirm(out.ETag, out.ChecksumCRC64NVME, p.crc); err != nil {
		return false, err
	}
	o.ETag, o.VersionID = aws.ToString(out.ETag), aws.ToString(out.VersionId)
	return false, nil
}

// confirm checks that the store acknowledged the request, and compares the store's
// checksum with ours.
func (s *s3Sink) confirm(etag, theirs *string, ours uint64) error {
	switch {
	case aws.ToString(etag) == "":
		return &failure{cause: errors.New("the store answered 200 without an ETag; whether the object is stored is not known")}
	case s.c.md5:
		return nil
	case aws.ToString(theirs) == "":
		return &failure{cause: errors.New("the store did not confirm the CRC64NVME checksum; add checksum=md5 to the URL if it has none")}
	case *theirs != encodeCRC(ours):
		return &failure{cause: fmt.Errorf("the stored bytes differ from those that were sent: its CRC64NVME is %.40q, ours %s", *theirs, encodeCRC(ours)), restart: true}
	}
	return nil
}

// errEarly is the error of an acknowledgement before the body was sent.
func errEarly() error {
	return &failure{cause: errors.New("the store acknowledged an object before it was sent; the server at this endpoint is not an object store"), restart: false}
}

// md5 is the part's checksum for stores without CRC64NVME.
func (p *part) md5() *string {
	h := md5.New()
	for _, b := range p.blocks {
		h.Write(b.Bytes())
	}
	return aws.String(base64.StdEncoding.EncodeToString(h.Sum(nil)))
}
