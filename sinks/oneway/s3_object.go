package oneway

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// An s3Probe is one request that must be denied.
type s3Probe struct {
	demand
	try func(context.Context, func(*s3.Options)) error
}

// run sends the requests, one after another.
func (t *s3Canary) run(ctx context.Context, probes []s3Probe) {
	for _, p := range probes {
		ctx, cancel, try := t.call(ctx)
		err := p.try(ctx, try)
		cancel()
		t.conclude(p.demand, answerOf(err))
	}
}

// denied tries to read, list and change objects.
func (t *s3Canary) denied(ctx context.Context) {
	folder := t.keyOf(under(t.folderName, ""))
	probes := []s3Probe{
		t.read(demand{"read", "s3:GetObject", "an attacker can read every backup"}, nil),
		{demand{"read metadata", "s3:GetObject", "an attacker can see which objects exist (HEAD)"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &t.Bucket, Key: &t.key, ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
		{demand{"list", "s3:ListBucket", "an attacker can list all names"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &t.Bucket, Prefix: &folder, MaxKeys: aws.Int32(1), ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
		{demand{"list versions", "s3:ListBucketVersions", "an attacker can list all versions"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: &t.Bucket, Prefix: &folder, MaxKeys: aws.Int32(1), ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
		{demand{"list uploads", "s3:ListBucketMultipartUploads", "an attacker can see and disturb running uploads"}, func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{Bucket: &t.Bucket, Prefix: &folder, MaxUploads: aws.Int32(1), ExpectedBucketOwner: t.owner()}, o)
			return err
		}},
		t.attributes(demand{"read attributes", "s3:GetObjectAttributes", "an attacker can see which objects exist"}, nil),
	}
	probes = append(probes, t.metadata(nil)...)
	if t.version != "" {
		probes = append(probes,
			t.read(demand{"read a version", "s3:GetObjectVersion", "an attacker can read every version"}, &t.version),
			t.attributes(demand{"read attributes of a version", "s3:GetObjectVersionAttributes", "an attacker can see which versions exist"}, &t.version))
		probes = append(probes, t.metadata(&t.version)...)
	}
	t.run(ctx, append(probes, t.copy()))
}

func (t *s3Canary) read(d demand, version *string) s3Probe {
	return s3Probe{d, func(ctx context.Context, o func(*s3.Options)) error {
		out, err := t.Client.GetObject(ctx, &s3.GetObjectInput{Bucket: &t.Bucket, Key: &t.key, VersionId: version, ExpectedBucketOwner: t.owner()}, o)
		if err == nil {
			_ = out.Body.Close() // the canary is empty
		}
		return err
	}}
}

func (t *s3Canary) attributes(d demand, version *string) s3Probe {
	return s3Probe{d, func(ctx context.Context, o func(*s3.Options)) error {
		_, err := t.Client.GetObjectAttributes(ctx, &s3.GetObjectAttributesInput{
			Bucket: &t.Bucket, Key: &t.key, VersionId: version, ObjectAttributes: []types.ObjectAttributes{types.ObjectAttributesObjectSize}, ExpectedBucketOwner: t.owner(),
		}, o)
		return err
	}}
}

// copy reads the canary by copying it to another canary.
func (t *s3Canary) copy() s3Probe {
	to, from := t.keyOf(under(t.folderName, canary())), (&url.URL{Path: t.Bucket + "/" + t.key}).EscapedPath()
	return s3Probe{demand{"copy", "s3:GetObject", "an attacker can read backups by copying them"}, func(ctx context.Context, o func(*s3.Options)) error {
		_, err := t.Client.CopyObject(ctx, &s3.CopyObjectInput{Bucket: &t.Bucket, Key: &to, CopySource: &from, ExpectedBucketOwner: t.owner()}, o)
		return err
	}}
}

// deletes tries to delete, the least harmful first: a nonexistent key, a nonexistent
// version, several objects at once, and the canary.
func (t *s3Canary) deletes(ctx context.Context) {
	missing := t.keyOf(under(t.folderName, canary()))
	remove := func(key string, version *string) func(context.Context, func(*s3.Options)) error {
		return func(ctx context.Context, o func(*s3.Options)) error {
			_, err := t.Client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &t.Bucket, Key: &key, VersionId: version, ExpectedBucketOwner: t.owner()}, o)
			return err
		}
	}
	before := len(t.findings)
	defer func() {
		for _, f := range t.findings[before:] {
			t.mayBeGone = t.mayBeGone || f.Verdict != sinks.Holds
		}
	}()
	const allows = "an attacker can delete the backups"
	t.run(ctx, []s3Probe{{demand{"delete a missing object", "s3:DeleteObject", allows}, remove(missing, nil)}})
	t.deleteVersion(ctx, remove)
	t.deleteMany(ctx, missing)
	t.run(ctx, []s3Probe{{demand{"delete", "s3:DeleteObject", allows}, remove(t.key, nil)}})
}

// deleteVersion tries to delete a nonexistent version. If the store refuses its ID
// before it checks the permission, deleteVersion tries the canary's own version.
func (t *s3Canary) deleteVersion(ctx context.Context, remove func(string, *string) func(context.Context, func(*s3.Options)) error) {
	d := demand{"delete a version", "s3:DeleteObjectVersion", "an attacker can delete the backups for good, including their versions"}
	try := func(version string) answer {
		ctx, cancel, o := t.call(ctx)
		defer cancel()
		return answerOf(remove(t.key, &version)(ctx, o))
	}
	a := try(missingVersion(t.version))
	if a.status == http.StatusBadRequest || a.status == http.StatusNotFound {
		own := t.version
		if own == "" {
			own = "null"
		}
		a = try(own)
	}
	t.conclude(d, a)
}

// missingVersion is a version ID of the same form as version that does not exist.
func missingVersion(version string) string {
	if len(version) < 8 {
		return "5f2b1c9e-0000-4000-8000-000000000000"
	}
	changed := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '8', r >= 'a' && r <= 'e', r >= 'A' && r <= 'Y':
			return r + 1
		}
		return r
	}, version[len(version)-4:])
	return version[:len(version)-4] + changed
}

// deleteMany tries to delete several objects in one request. The answer is a success
// that lists which objects were deleted and which were not.
func (t *s3Canary) deleteMany(ctx context.Context, missing string) {
	d := demand{"delete several", "s3:DeleteObject", "an attacker can delete the backups, a thousand at a time"}
	ctx, cancel, o := t.call(ctx)
	defer cancel()
	ids := []types.ObjectIdentifier{{Key: &missing}, {Key: &t.key}}
	if t.version != "" {
		ids = append(ids, types.ObjectIdentifier{Key: &t.key, VersionId: &t.version})
	}
	out, err := t.Client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &t.Bucket, Delete: &types.Delete{Objects: ids}, ExpectedBucketOwner: t.owner()}, o)
	if err != nil {
		t.conclude(d, answerOf(err))
		return
	}
	a := answer{status: http.StatusForbidden, code: "AccessDenied"}
	for _, e := range out.Errors {
		if one := (answer{status: http.StatusForbidden, code: aws.ToString(e.Code)}); !one.denied() {
			a = answer{text: line(aws.ToString(e.Code) + ": " + aws.ToString(e.Message))}
		}
	}
	switch {
	case len(out.Deleted) > 0:
		a = answer{status: http.StatusOK}
	case len(out.Errors) < len(ids):
		a = answer{text: fmt.Sprintf("of %d objects to delete, the answer names %d", len(ids), len(out.Errors))}
	}
	t.conclude(d, a)
}
