package oneway

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// An s3Examiner tries an S3 credential.
type s3Examiner struct {
	sinks.S3Access
	sink sinks.Sink
	o    Options

	server string        // what the store calls itself
	skew   time.Duration // by how much this host's clock is ahead of the store's
	dated  bool          // skew is known
	loose  bool          // a canary was, or may have been, deleted
	silent int           // how many requests were made since the last answer
}

// mostSilent is how many requests without an answer are enough: the others would
// only take their time.
const mostSilent = 3

var errSilent = errors.New("not tried: the store answers no more")

// An s3Canary is one canary and what is known of it.
type s3Canary struct {
	*s3Examiner
	folderName string
	name       string // relative to the prefix
	key        string
	version    string // "" when the bucket keeps none
	honours    bool   // the store was seen to honour If-None-Match
	findings   []sinks.Finding
}

func newS3Examiner(sink sinks.Sink, o Options) (examiner, bool) {
	s, ok := sinks.As[sinks.S3Store](sink)
	if !ok {
		return nil, false
	}
	return &s3Examiner{S3Access: s.S3(), sink: sink, o: o}, true
}

func (x *s3Examiner) store() string {
	name := map[bool]string{true: "AWS S3", false: "an S3 compatible store"}[x.aws()]
	if x.minio() {
		name = "MinIO"
	}
	if x.Endpoint != "" {
		name += " at " + x.Endpoint
	}
	return name
}

func (x *s3Examiner) aws() bool {
	if x.Endpoint == "" {
		return true
	}
	u, err := url.Parse(x.Endpoint)
	return err == nil && (strings.HasSuffix(u.Hostname(), ".amazonaws.com") || strings.HasSuffix(u.Hostname(), ".amazonaws.com.cn"))
}

func (x *s3Examiner) minio() bool { return strings.HasPrefix(x.server, "MinIO") }

// call bounds one request, and sends it again when the store is busy.
func (x *s3Examiner) call(ctx context.Context) (context.Context, context.CancelFunc, func(*s3.Options)) {
	ctx, cancel := context.WithTimeout(ctx, x.o.Patience)
	if x.silent++; x.silent > mostSilent {
		cancel()
	}
	return ctx, cancel, func(o *s3.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = 3, 2*time.Second })
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
			return s.Deserialize.Add(middleware.DeserializeMiddlewareFunc("look", x.watch), middleware.After)
		})
	}
}

// watch looks at every answer that passes.
func (x *s3Examiner) watch(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, meta, err := next.HandleDeserialize(ctx, in)
	if r, ok := out.RawResponse.(*smithyhttp.Response); ok && r.StatusCode != 0 { // there is an empty one without an answer
		x.silent = 0
		x.look(r.Header)
	}
	return out, meta, err
}

// look remembers what an answer tells of the store.
func (x *s3Examiner) look(h http.Header) {
	switch s := h.Get("Server"); {
	case h.Get("X-Minio-Error-Code") != "": // whatever stands before it
		x.server = "MinIO"
	case s != "" && !x.minio():
		x.server = s
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil && !x.dated {
		x.skew, x.dated = time.Since(theirs), true
	}
}

// keyOf is a name in the bucket.
func (x *s3Examiner) keyOf(name string) string { return under(x.Prefix, name) }

// owner is the header that makes the store refuse a bucket of someone else's.
func (x *s3Examiner) owner() *string { return given(x.Owner) }

// given is v, nil when it is empty.
func given(v string) *string {
	if v == "" {
		return nil
	}
	return &v
}

// folder tries everything that concerns objects in one folder.
func (x *s3Examiner) folder(ctx context.Context, name string) ([]sinks.Finding, bool) {
	t := &s3Canary{s3Examiner: x, folderName: name}
	if !t.create(ctx) {
		return t.findings, false
	}
	t.createAgain(ctx)
	t.overwrite(ctx)
	t.long(ctx)
	t.denied(ctx)
	t.versions(ctx)
	t.locks(ctx)
	t.fanOut(ctx)
	t.deletes(ctx)
	return t.findings, true
}

// whole tries what lies outside the prefix, and the bucket's settings.
func (x *s3Examiner) whole(ctx context.Context) []sinks.Finding {
	t := &s3Canary{s3Examiner: x}
	t.outside(ctx)
	t.settings(ctx)
	t.listen(ctx)
	t.account(ctx)
	t.untried()
	t.clock()
	return t.findings
}

// add notes a finding.
func (t *s3Canary) add(f sinks.Finding) {
	f.Folder = t.folderName
	t.findings = append(t.findings, f)
}

// policy is the command that prints what the credential should be allowed.
func (x *s3Examiner) policy() string {
	text := "wp-oneway policy s3 --bucket " + x.Bucket
	if x.Prefix != "" {
		text += " --prefix " + sinks.Quote(x.Prefix)
	}
	if x.minio() {
		text += " --provider minio"
	}
	return text
}
