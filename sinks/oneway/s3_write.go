package oneway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/wp-oneway/wp-oneway/sinks"
)

const putVerb = "s3:PutObject"

// create puts the canary as a backup puts its objects.
func (t *s3Canary) create(ctx context.Context) bool {
	f := sinks.Finding{Check: "create", Verb: putVerb, Required: true}
	name, err := canary(t.o.Random)
	if err == nil {
		t.name = under(t.folderName, name)
		t.key = t.keyOf(t.name)
		var receipt sinks.Receipt
		if receipt, err = t.sink.Put(ctx, t.name, bytes.NewReader(nil)); err == nil {
			t.version = version(receipt.Objects[0].VersionID)
		}
	}
	if err != nil {
		f.Verdict, f.Detail = sinks.Fails, why(err)
		f.Advice = "no backup can be stored there before this is mended"
		t.add(f)
		return false
	}
	f.Verdict, f.Detail = sinks.Holds, "a canary was created"
	if t.version != "" {
		f.Detail += "; the bucket keeps versions"
	}
	t.add(f)
	return true
}

// version is a version's id, "" for an object without.
func version(id string) string {
	if id == "null" {
		return ""
	}
	return id
}

// createAgain sees whether the store honours the condition that backups put.
func (t *s3Canary) createAgain(ctx context.Context) {
	f := sinks.Finding{Check: "create again", Verb: putVerb, Required: true}
	if t.Unconditional {
		f.Verdict, f.Required = sinks.Warning, false
		f.Detail = "not tried: conditional=false"
		f.Advice = "drop conditional=false from the URL if the store honours If-None-Match"
		t.add(f)
		return
	}
	receipt, err := t.sink.Put(ctx, t.name, bytes.NewReader(nil))
	switch {
	case errors.Is(err, sinks.ErrExists):
		f.Verdict, f.Detail = sinks.Holds, "refused: the name is taken (412)"
		t.honours = true
	case err != nil:
		f.Verdict, f.Detail = sinks.Unproven, line(err.Error())
		f.Advice = "run doctor again"
	default:
		t.accepted(&f, version(receipt.Objects[0].VersionID), "the store ignores If-None-Match")
	}
	t.add(f)
}

// accepted is what it means that the canary was replaced.
func (t *s3Canary) accepted(f *sinks.Finding, version, why string) {
	if version != "" {
		f.Verdict, f.Detail = sinks.Warning, "versioned only: "+why+"; what was there stays as an older version"
		f.Advice = "let the bucket's policy refuse it; else read backups back by version"
		if t.minio() {
			f.Advice = "read backups back by version: MinIO has no policy that refuses it"
		}
		return
	}
	f.Verdict, f.Detail = sinks.Fails, "allowed: "+why+"; what was there is gone"
	f.Advice = "keep versions in the bucket"
}

// overwrite puts the canary without the condition, as a thief would: with all that
// a policy may demand else, so that a denial is for the condition's want.
func (t *s3Canary) overwrite(ctx context.Context) {
	ctx, cancel, try := t.call(ctx)
	defer cancel()
	out, err := t.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &t.Bucket, Key: &t.key, Body: bytes.NewReader(nil), ContentLength: aws.Int64(0), ExpectedBucketOwner: t.owner(),
		StorageClass: types.StorageClass(t.StorageClass), ServerSideEncryption: types.ServerSideEncryption(t.SSE), SSEKMSKeyId: given(t.KMSKey),
	}, try)
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
	case err == nil:
		t.accepted(&f, version, "an object may be put over another")
	default:
		f.Verdict, f.Detail = sinks.Unproven, "neither allowed nor denied: "+a.said
		f.Advice = "run doctor again; a store that enforces it answers 403 AccessDenied"
	}
	t.add(f)
}

// replica puts the canary as another server would replicate it: MinIO takes the
// version that a replica says it is, and puts it over the one that it has.
func (t *s3Canary) replica(ctx context.Context) {
	t.run(ctx, []s3Probe{{demand{"overwrite a version", "s3:ReplicateObject", "a thief can put over every version that is kept"}, func(ctx context.Context, o func(*s3.Options)) error {
		_, err := t.Client.PutObject(ctx, &s3.PutObjectInput{
			Bucket: &t.Bucket, Key: &t.key, Body: bytes.NewReader(nil), ContentLength: aws.Int64(0), ExpectedBucketOwner: t.owner(),
		}, o, func(o *s3.Options) {
			o.APIOptions = append(o.APIOptions, smithyhttp.SetHeaderValue("X-Amz-Replication-Status", "REPLICA"))
		})
		return err
	}}})
}

// long sees that a long stream can be begun and given up, and tries to overwrite
// with one.
func (t *s3Canary) long(ctx context.Context) {
	f := sinks.Finding{Check: "begin in parts", Verb: putVerb, Required: true, Verdict: sinks.Holds, Detail: "a long upload can be begun"}
	id, err := t.begin(ctx, t.key)
	if err != nil {
		f.Verdict, f.Detail = sinks.Fails, "a long upload cannot be begun: "+answerOf(err).said
		f.Advice = "streams above 16 MiB cannot be stored; a policy that demands If-None-Match must exempt this"
		t.add(f)
		return
	}
	t.add(f)
	version, err := t.complete(ctx, id, nil)
	if a := answerOf(err); err != nil && a.status == http.StatusBadRequest {
		version, err = t.complete(ctx, id, []byte{0}) // there are stores without empty parts
	}
	t.overwritten("overwrite in parts", version, err)
	if err == nil {
		if id, err = t.begin(ctx, t.key); err != nil {
			return
		}
	}
	f = sinks.Finding{Check: "abort", Verb: "s3:AbortMultipartUpload", Verdict: sinks.Holds, Detail: "a long upload can be given up"}
	if err := t.abort(ctx, t.key, id); err != nil {
		f.Verdict, f.Detail = sinks.Warning, "denied: the parts of a broken upload stay, and cost money"
		f.Advice = "allow it, and let a lifecycle rule abort incomplete uploads"
	}
	t.add(f)
}

func (t *s3Canary) begin(ctx context.Context, key string) (id string, err error) {
	ctx, cancel, try := t.call(ctx)
	defer cancel()
	out, err := t.Client.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{
		Bucket: &t.Bucket, Key: &key, ExpectedBucketOwner: t.owner(),
		StorageClass: types.StorageClass(t.StorageClass), ServerSideEncryption: types.ServerSideEncryption(t.SSE), SSEKMSKeyId: given(t.KMSKey),
	}, try)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.UploadId), nil
}

// complete publishes an upload of one part, without a condition.
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

// outside begins an upload beside the prefix and at the top of the bucket, which
// leaves nothing behind, and gives it up at once if it is let.
func (t *s3Canary) outside(ctx context.Context) {
	within := t.o.within(t.Prefix)
	if within == "" {
		t.add(sinks.Finding{
			Check: "create outside", Verb: putVerb, Verdict: sinks.Warning, Detail: "the URL has no prefix: the credential may put into every folder of the bucket",
			Advice: "give each host a prefix of its own, such as s3://" + t.Bucket + "/{host}",
		})
		return
	}
	name, err := canary(t.o.Random)
	if err != nil {
		t.conclude(demand{"create outside", putVerb, ""}, answer{said: err.Error()})
		return
	}
	for _, at := range []struct{ check, key string }{{"create beside", within + "-" + name}, {"create at the top", name}} {
		id, err := t.begin(ctx, at.key)
		d := demand{at.check, putVerb, fmt.Sprintf("an upload of %s was begun outside the prefix", at.key)}
		if err == nil {
			d.allows += ", and given up"
			if t.abort(ctx, at.key, id) != nil {
				d.allows += "; giving it up was denied, a lifecycle rule has to"
			}
		}
		t.judge(d, err)
	}
}
