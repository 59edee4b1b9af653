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

// versions tries to overwrite an existing version. At MinIO, s3:PutObject permits that
// unless a policy denies it: by a version ID in the request, as one object or multipart,
// in an archive that the server unpacks, and as a replica from another server. The
// version ID is invalid, so that nothing is stored.
func (t *s3Canary) versions(ctx context.Context) {
	if !t.minio() {
		return
	}
	t.replica(ctx)
	if t.version == "" {
		return
	}
	const allows = "an attacker can overwrite every version whose ID he knows, and it is lost"
	byID := func(o *s3.Options) { o.APIOptions = append(o.APIOptions, withQuery("versionId", invalidValue)) }
	t.byID(ctx, demand{"overwrite by version ID", putVerb, allows}, func(ctx context.Context, o func(*s3.Options)) error {
		_, err := t.Client.PutObject(ctx, t.emptyObject(), o, byID)
		return err
	})
	t.byID(ctx, demand{"overwrite by version ID, multipart", putVerb, allows}, func(ctx context.Context, o func(*s3.Options)) error {
		out, err := t.Client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: &t.Bucket, Key: &t.key}, o, byID)
		if err == nil {
			_ = t.abort(ctx, t.key, aws.ToString(out.UploadId)) // otherwise a lifecycle rule does
		}
		return err
	})
	t.archive(ctx, demand{"overwrite by archive", putVerb, allows + ", locked or not"})
}

// byID sends a request with an invalid version ID. MinIO checks the permission first,
// then the ID, and refuses it. A server that ignores the ID stores a new version.
func (t *s3Canary) byID(ctx context.Context, d demand, try func(context.Context, func(*s3.Options)) error) {
	ctx, cancel, o := t.call(ctx)
	defer cancel()
	err := try(ctx, o)
	a := answerOf(err)
	switch {
	case err == nil:
		t.add(sinks.Finding{Check: d.check, Verb: d.verb, Required: true, Verdict: sinks.Holds, Detail: "the store ignores version IDs in uploads"})
		return
	case a.status == http.StatusBadRequest:
		a.status = http.StatusOK
	}
	t.conclude(d, a)
	t.adviseVersions()
}

// adviseVersions turns a failure into a warning: hosts need s3:PutObject, and the store
// reports a version ID only to the host that stored the version, which does not keep it.
func (t *s3Canary) adviseVersions() {
	if f := &t.findings[len(t.findings)-1]; f.Verdict == sinks.Fails {
		f.Verdict = sinks.Warning
		f.Advice = "deny s3:PutObject with a version ID and on names that end in /, as the printed policy does"
	}
}

// archive sends a tar for MinIO to unpack. Its only entry is empty and names a version
// ID. A server that does not unpack it finds the name taken.
func (t *s3Canary) archive(ctx context.Context, d demand) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err := w.WriteHeader(&tar.Header{
		Name: path.Base(t.key), Mode: 0o600, Format: tar.FormatPAX, PAXRecords: map[string]string{"minio.versionId": invalidValue},
	})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.conclude(d, answer{text: err.Error()})
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
		t.add(sinks.Finding{Check: d.check, Verb: d.verb, Required: true, Verdict: sinks.Holds, Detail: "the store ignores version IDs in archives"})
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
