package oneway

import (
	"context"
	"fmt"
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

	server     string        // the store's Server header
	skew       time.Duration // how far this host's clock is ahead of the store's
	skewKnown  bool
	mayBeGone  bool // a canary was, or may have been, deleted
	unanswered int  // number of requests since the last answer
}

// maxUnanswered is the number of requests in a row without an answer after which the
// rest are not tried.
const maxUnanswered = 3

const notTried = "not tried: the store no longer answers"

// An s3Canary is one canary and the findings of its checks.
type s3Canary struct {
	*s3Examiner
	report
	name        string // relative to the prefix
	key         string
	version     string // its version ID, "" when the bucket keeps no versions
	conditional bool   // the store was seen to honour If-None-Match
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
	switch {
	case x.minio():
		name = "MinIO"
	case x.r2():
		name = "Cloudflare R2"
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

// r2 tells whether the store is Cloudflare R2, by its name or by its kind of token.
func (x *s3Examiner) r2() bool {
	u, err := url.Parse(x.Endpoint)
	return x.Actions != nil || err == nil && strings.HasSuffix(u.Hostname(), ".r2.cloudflarestorage.com")
}

func (x *s3Examiner) minio() bool { return strings.HasPrefix(x.server, "MinIO") }

// call sets the time limit of one request, and retries it when the store is busy.
func (x *s3Examiner) call(ctx context.Context) (context.Context, context.CancelFunc, func(*s3.Options)) {
	ctx, cancel := context.WithTimeout(ctx, x.o.Timeout)
	if x.unanswered++; x.unanswered > maxUnanswered {
		cancel()
	}
	return ctx, cancel, func(o *s3.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = 3, 2*time.Second })
		o.APIOptions = append(o.APIOptions, func(s *middleware.Stack) error {
			return s.Deserialize.Add(middleware.DeserializeMiddlewareFunc("observe", x.observe), middleware.After)
		})
	}
}

// observe reads the headers of every answer.
func (x *s3Examiner) observe(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
	out, meta, err := next.HandleDeserialize(ctx, in)
	if r, ok := out.RawResponse.(*smithyhttp.Response); ok && r.StatusCode != 0 { // it is 0 when there was no answer
		x.unanswered = 0
		x.readHeader(r.Header)
	}
	return out, meta, err
}

// readHeader finds out what the store is, and what time it has.
func (x *s3Examiner) readHeader(h http.Header) {
	switch s := h.Get("Server"); {
	case h.Get("X-Minio-Error-Code") != "": // also behind a proxy
		x.server = "MinIO"
	case s != "" && !x.minio():
		x.server = s
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil && !x.skewKnown {
		x.skew, x.skewKnown = time.Since(theirs), true
	}
}

// keyOf is the key of a name relative to the prefix.
func (x *s3Examiner) keyOf(name string) string { return under(x.Prefix, name) }

// owner is the expected owner of the bucket: the store refuses another owner's bucket.
func (x *s3Examiner) owner() *string { return optional(x.Owner) }

// optional is v, nil when it is empty.
func optional(v string) *string {
	if v == "" {
		return nil
	}
	return &v
}

func (x *s3Examiner) folder(ctx context.Context, folderName string) ([]sinks.Finding, bool) {
	name := under(folderName, canary())
	t := &s3Canary{s3Examiner: x, report: report{folderName: folderName}, name: name, key: x.keyOf(name)}
	if !t.create(ctx) {
		return t.findings, false
	}
	t.createAgain(ctx)
	t.overwrite(ctx)
	t.multipart(ctx)
	t.denied(ctx)
	t.versions(ctx)
	t.locks(ctx)
	t.customerKey(ctx)
	t.fanOut(ctx)
	t.deletes(ctx)
	return t.findings, true
}

func (x *s3Examiner) whole(ctx context.Context) []sinks.Finding {
	t := &s3Canary{s3Examiner: x}
	t.outside(&t.o, putVerb, "s3://"+t.Bucket, t.Prefix, func(d demand, key string) { t.createOutside(ctx, d, key) })
	t.tokenActions()
	t.settings(ctx)
	t.subscribe(ctx)
	t.account(ctx)
	t.addUntried()
	t.clock()
	return t.findings
}

func (x *s3Examiner) policy() string {
	text := policyCommand("s3", x.Bucket, x.Prefix)
	switch {
	case x.minio():
		text += " --provider minio"
	case x.r2():
		text += " --provider r2"
	}
	return text
}

// clock compares this host's clock with the store's.
func (t *s3Canary) clock() {
	if !t.skewKnown {
		return
	}
	f := sinks.Finding{Check: "clock", Verdict: sinks.Holds, Detail: "this host's clock agrees with the store's"}
	if skew := t.skew.Round(time.Second); skew.Abs() > time.Minute {
		direction := map[bool]string{true: "ahead of", false: "behind"}[skew > 0]
		f.Verdict, f.Detail = sinks.Warning, fmt.Sprintf("this host's clock is %s %s the store's", skew.Abs(), direction)
		f.Advice = "synchronize this host's clock, with chrony or systemd-timesyncd; stores refuse requests that are 15 minutes off"
	}
	t.add(f)
}
