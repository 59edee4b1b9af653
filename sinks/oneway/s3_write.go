package oneway

import (
	"bytes"
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/wp-oneway/wp-oneway/sinks"
)

const putVerb = "s3:PutObject"

// create stores the canary the way a backup stores its objects.
func (t *s3Canary) create(ctx context.Context) bool {
	receipt, err := t.sink.Put(ctx, t.name, bytes.NewReader(nil))
	if err != nil {
		t.cannotCreate(putVerb, err)
		return false
	}
	f := sinks.Finding{Check: "create", Verb: putVerb, Required: true, Verdict: sinks.Holds, Detail: "a canary was created"}
	if t.version = version(receipt.Objects[0].VersionID); t.version != "" {
		f.Detail += "; the bucket keeps versions"
	}
	t.add(f)
	return true
}

// version is a version ID, "" for an object without versions.
func version(id string) string {
	if id == "null" {
		return ""
	}
	return id
}

// createAgain checks that the store honours the condition that backups use.
func (t *s3Canary) createAgain(ctx context.Context) {
	f := sinks.Finding{Check: "create again", Verb: putVerb, Required: true}
	if t.Unconditional {
		f.Verdict, f.Required = sinks.Warning, false
		f.Detail = "not tried: the URL has conditional=false"
		f.Advice = "remove conditional=false from the URL if the store honours If-None-Match"
		t.add(f)
		return
	}
	receipt, err := t.sink.Put(ctx, t.name, bytes.NewReader(nil))
	switch {
	case errors.Is(err, sinks.ErrExists):
		f.Verdict, f.Detail = sinks.Holds, "refused: an object of this name exists (412)"
		t.conditional = true
	case err != nil:
		f.Verdict, f.Detail = sinks.Unproven, line(err.Error())
		f.Advice = "run doctor again"
	default:
		t.accepted(&f, version(receipt.Objects[0].VersionID), "the store ignores If-None-Match")
	}
	t.add(f)
}

// accepted sets the verdict for a canary that was overwritten.
func (t *s3Canary) accepted(f *sinks.Finding, version, reason string) {
	if version != "" {
		f.Verdict, f.Detail = sinks.Warning, "versioned only: "+reason+"; the overwritten object is kept as an older version"
		f.Advice = "deny it in the bucket's policy; otherwise, when you restore, use the version ID in the manifest, as wp-oneway does"
		if t.minio() {
			f.Advice = "MinIO cannot deny it: when you restore, use the version ID in the manifest, as wp-oneway does"
		}
		return
	}
	f.Verdict, f.Detail = sinks.Fails, "allowed: "+reason+"; the overwritten object is lost"
	f.Advice = "enable versioning of the bucket"
	if t.r2() {
		f.Advice = "add a bucket lock, since R2 keeps no versions: " + t.policy() + " --lock DAYS"
	}
}

// emptyObject is an upload of an empty object over the canary. It has everything that
// a policy may require, except the condition.
func (t *s3Canary) emptyObject() *s3.PutObjectInput {
	return &s3.PutObjectInput{
		Bucket: &t.Bucket, Key: &t.key, Body: bytes.NewReader(nil), ContentLength: aws.Int64(0), ExpectedBucketOwner: t.owner(),
		StorageClass: types.StorageClass(t.StorageClass), ServerSideEncryption: types.ServerSideEncryption(t.SSE), SSEKMSKeyId: optional(t.KMSKey),
	}
}

// overwrite stores the canary again without the condition. A denial can then only be
// caused by the missing condition.
func (t *s3Canary) overwrite(ctx context.Context) {
	ctx, cancel, try := t.call(ctx)
	defer cancel()
	out, err := t.Client.PutObject(ctx, t.emptyObject(), try)
	if err != nil {
		out = &s3.PutObjectOutput{}
	}
	t.overwritten("overwrite", version(aws.ToString(out.VersionId)), err)
}

func (t *s3Canary) overwritten(check, version string, err error) {
	f := sinks.Finding{Check: check, Verb: putVerb, Required: true}
	switch a := answerOf(err); {
	case a.denied():
		f.Verdict, f.Detail = sinks.Holds, "enforced: denied without If-None-Match"
	case a.status == http.StatusForbidden && a.code == "ObjectLockedByBucketPolicy":
		f.Verdict, f.Detail = sinks.Holds, "enforced: a lock of the bucket protects what is stored"
	case err == nil:
		t.accepted(&f, version, "objects can be overwritten")
	default:
		f.Verdict, f.Detail = sinks.Unproven, "neither allowed nor denied: "+a.text
		f.Advice = "run doctor again; a store that enforces the condition answers 403 AccessDenied"
	}
	t.add(f)
}

// replica stores the canary as a replica from another server. MinIO accepts the
// version ID of a replica and overwrites that version.
func (t *s3Canary) replica(ctx context.Context) {
	t.run(ctx, []s3Probe{{demand{"overwrite a version", "s3:ReplicateObject", "an attacker can overwrite every version"}, func(ctx context.Context, o func(*s3.Options)) error {
		_, err := t.Client.PutObject(ctx, t.emptyObject(), o, func(o *s3.Options) {
			o.APIOptions = append(o.APIOptions, smithyhttp.SetHeaderValue("X-Amz-Replication-Status", "REPLICA"))
		})
		return err
	}}})
}

// multipart checks that a multipart upload can be started and aborted, and tries to
// overwrite the canary with one.
func (t *s3Canary) multipart(ctx context.Context) {
	f := sinks.Finding{Check: "start multipart", Verb: putVerb, Required: true, Verdict: sinks.Holds, Detail: "a multipart upload can be started"}
	id, err := t.begin(ctx, t.key)
	if err != nil {
		f.Verdict, f.Detail = sinks.Fails, "a multipart upload cannot be started: "+answerOf(err).text
		f.Advice = "streams above 16 MiB cannot be stored; a policy that requires If-None-Match must exempt this request"
		t.add(f)
		return
	}
	t.add(f)
	version, err := t.complete(ctx, id, nil)
	if a := answerOf(err); err != nil && a.status == http.StatusBadRequest {
		version, err = t.complete(ctx, id, []byte{0}) // some stores refuse empty parts
	}
	t.overwritten("overwrite, multipart", version, err)
	if err == nil {
		if id, err = t.begin(ctx, t.key); err != nil {
			return
		}
	}
	f = sinks.Finding{Check: "abort", Verb: "s3:AbortMultipartUpload", Verdict: sinks.Holds, Detail: "a multipart upload can be aborted"}
	if err := t.abort(ctx, t.key, id); err != nil {
		f.Verdict, f.Detail = sinks.Warning, "denied: the parts of a failed upload stay, and cost money"
		f.Advice = "allow it, and add a lifecycle rule that aborts incomplete uploads"
	}
	t.add(f)
}

func (t *s3Canary) begin(ctx context.Context, key string) (id string, err error) {
	ctx, cancel, try := t.call(ctx)
	defer cancel()
	out, err := t.Client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &t.Bucket, Key: &key, ExpectedBucketOwner: t.owner(),
		StorageClass: types.StorageClass(t.StorageClass), ServerSideEncryption: types.ServerSideEncryption(t.SSE), SSEKMSKeyId: optional(t.KMSKey),
	}, try)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.UploadId), nil
}

// complete completes an upload of one part, without a condition.
func (t *s3Canary) complete(ctx context.Context, id string, body []byte) (string, error) {
	ctx, cancel, try := t.call(ctx)
	defer cancel()
	part, err := t.Client.UploadPart(ctx, &s3.UploadPartInput{
		Bucket: &t.Bucket, Key: &t.key, UploadId: &id, PartNumber: aws.Int32(1),
		Body: bytes.NewReader(body), ContentLength: aws.Int64(int64(len(body))), ExpectedBucketOwner: t.owner(),
	}, try)
	if err != nil {
		return "", err
	}
	out, err := t.Client.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{
		Bucket: &t.Bucket, Key: &t.key, UploadId: &id, ExpectedBucketOwner: t.owner(),
		MultipartUpload: &types.CompletedMultipartUpload{Parts: []types.CompletedPart{{ETag: part.ETag, PartNumber: aws.Int32(1)}}},
	}, try)
	if err != nil {
		return "", err
	}
	return version(aws.ToString(out.VersionId)), nil
}

func (t *s3Canary) abort(ctx context.Context, key, id string) error {
	ctx, cancel, try := t.call(context.WithoutCancel(ctx))
	defer cancel()
	_, err := t.Client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &t.Bucket, Key: &key, UploadId: &id, ExpectedBucketOwner: t.owner()}, try)
	return err
}

// createOutside starts an upload outside the prefix and, if that is allowed, aborts it.
// Nothing stays stored.
func (t *s3Canary) createOutside(ctx context.Context, d demand, key string) {
	id, err := t.begin(ctx, key)
	if err == nil && t.abort(ctx, key, id) != nil {
		d.allows += ", and could not be aborted; add a lifecycle rule that aborts incomplete uploads"
	}
	t.conclude(d, answerOf(err))
}
