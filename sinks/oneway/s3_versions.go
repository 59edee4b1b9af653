package oneway

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"net/http"
	"path"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// versions tries to put over a version that is kept, which MinIO lets who may put
// do unless a policy denies it: by the version's id in the request, of one part or
// of several, in an archive that it unpacks, and as another server replicates. The
// id is one that no version can have, so that nothing is put.
func (t *s3Canary) versions(ctx context.Context) {
	if !t.minio() {
		return
	}
	t.replica(ctx)
	if t.version == "" {
		return
	}
	const over = "a thief can put over every version whose id he comes to know, and it is gone"
	byID := func(o *s3.Options) { o.APIOptions = append(o.APIOptions, withQuery("versionId", bogusWord)) }
	t.byID(ctx, demand{"overwrite by id", putVerb, over}, func(ctx context.Context, o func(*s3.Options)) error {
		_, err := t.Client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &t.Bucket, Key: &t.key, Body: bytes.NewReader(nil), ContentLength: aws.Int64(0),
		}, o, byID)
		return err
	})
	t.byID(ctx, demand{"overwrite parts by id", putVerb, over}, func(ctx context.Context, o func(*s3.Options)) error {
		out, err := t.Client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &t.Bucket, Key: &t.key}, o, byID)
		if err == nil {
			_ = t.abort(ctx, t.key, aws.ToString(out.UploadId)) // else the store ends it by itself
		}
		return err
	})
	t.archive(ctx, demand{"overwrite by archive", putVerb, over + ", locked or not"})
}

// byID judges a request for a version with an impossible id. MinIO looks at who
// asks first, then at the id, and refuses it; a server that took no notice of it
// has put a new version.
func (t *s3Canary) byID(ctx context.Context, d demand, try func(context.Context, func(*s3.Options)) error) {
	ctx, cancel, o := t.call(ctx)
	defer cancel()
	err := try(ctx, o)
	a := answerOf(err)
	switch {
	case err == nil:
		t.add(sinks.Finding{Check: d.check, Verb: d.verb, Required: true, Verdict: sinks.Holds, Detail: "the store takes no version's id from who puts"})
		return
	case a.status == http.StatusBadRequest:
		a.status = http.StatusOK
	}
	t.conclude(d, a)
	t.adviseVersions()
}

// adviseVersions corrects what conclude says: to put is what the host is for, and a
// version's id is told nobody but who stored it, and kept on no host. So it is a
// warning, as are backups that are put over and stay as versions.
func (t *s3Canary) adviseVersions() {
	if f := &t.findings[len(t.findings)-1]; f.Verdict == sinks.Fails {
		f.Verdict = sinks.Warning
		f.Advice = "deny s3:PutObject by a version's id and on names that end in /, as the printed policy does"
	}
}

// archive has MinIO unpack a tar whose one entry, an empty one, says which version
// it is. A server that does not unpack finds the name taken.
func (t *s3Canary) archive(ctx context.Context, d demand) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err := w.WriteHeader(&tar.Header{
		Name: path.Base(t.key), Mode: 0o600, Format: tar.FormatPAX, PAXRecords: map[string]string{"minio.versionId": bogusWord},
	})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.conclude(d, answer{said: err.Error()})
		return
	}
	headers := [][2]string{{"X-Amz-Meta-Snowball-Auto-Extract", "true"}}
	if dir := path.Dir(t.key); dir != "." {
		headers = append(headers, [2]string{"X-Amz-Meta-Minio-Snowball-Prefix", dir})
	}
	ctx, cancel, o := t.call(ctx)
	defer cancel()
	_, err = t.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &t.Bucket, Key: &t.key, Body: bytes.NewReader(b.Bytes()), ContentLength: aws.Int64(int64(b.Len())), IfNoneMatch: aws.String("*"),
	}, o, func(o *s3.Options) {
		for _, h := range headers {
			o.APIOptions = append(o.APIOptions, smithyhttp.SetHeaderValue(h[0], h[1]))
		}
	})
	switch a := answerOf(err); {
	case err == nil, a.status == http.StatusPreconditionFailed:
		t.add(sinks.Finding{Check: d.check, Verb: d.verb, Required: true, Verdict: sinks.Holds, Detail: "the store takes no version's id from an archive"})
	default:
		if a.status == http.StatusBadRequest {
			a.status = http.StatusOK
		}
		t.conclude(d, a)
		t.adviseVersions()
	}
}

// withQuery adds a parameter to a request before it is signed.
func withQuery(name, value string) func(*middleware.Stack) error {
	return func(s *middleware.Stack) error {
		return s.Build.Add(middleware.BuildMiddlewareFunc("parameter", func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
			r, ok := in.Request.(*smithyhttp.Request)
			if !ok {
				return middleware.BuildOutput{}, middleware.Metadata{}, fmt.Errorf("add %s: a request of type %T", name, in.Request)
			}
			q := r.URL.Query()
			q.Set(name, value)
			r.URL.RawQuery = q.Encode()
			return next.HandleBuild(ctx, in)
		}), middleware.After)
	}
}
