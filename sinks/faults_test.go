package sinks_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
	"github.com/wp-oneway/wp-oneway/scripts/lab/faults"
	"github.com/wp-oneway/wp-oneway/sinks"
)

type fault = faults.Fault

const (
	none    = faults.None
	drop    = faults.Drop
	lose    = faults.Lose
	corrupt = faults.Corrupt
	hang    = faults.Hang
	busy    = faults.Busy
	limited = faults.Limited
	broken  = faults.Broken
	unsure  = faults.Unsure
	refused = faults.Refused
	clash   = faults.Clash
	late    = faults.Late
	expire  = faults.Expire
)

func newFaultyProxy(t *testing.T, minio *lab.MinIO, rule func(op string, nth int) fault) *faults.Proxy {
	t.Helper()
	p, err := faults.NewProxy(minio.Endpoint, rule)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// through opens a put-only sink behind a proxy.
func through(t *testing.T, p *faults.Proxy, minio *lab.MinIO, bucket, more string, o sinks.Options) sinks.Sink {
	t.Helper()
	credentials, err := minio.PutOnlyUser(t.Context(), bucket, "host")
	if err != nil {
		t.Fatal(err)
	}
	direct := *minio
	direct.Endpoint = p.URL
	if p.Toxic != "" {
		direct.Endpoint = p.Toxic
	}
	u, err := sinks.Parse(direct.URL(bucket, "host", credentials) + more)
	if err != nil {
		t.Fatal(err)
	}
	if o.PartSize == 0 {
		o.PartSize = 5 * sinks.BlockSize
	}
	sink, err := sinks.Open(t.Context(), u, o)
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

const (
	short = 1000
	long  = 11*sinks.BlockSize + 1 // three parts
)

func pattern(n int) []byte {
	const period = 256 << 9
	b := make([]byte, n)
	for i := range min(n, period) {
		b[i] = byte(i*7 + i>>9)
	}
	for done := period; done < n; {
		done += copy(b[done:], b[:done])
	}
	return b
}

func TestS3SendsOnlyPuts(t *testing.T) {
	minio := shared.plain(t)
	bucket := newBucket(t, minio, true)
	p := newFaultyProxy(t, minio, func(string, int) fault { return none })
	sink := through(t, p, minio, bucket, "", sinks.Options{})
	for name, r := range map[string]io.Reader{
		"short": bytes.NewReader(pattern(short)), "long": bytes.NewReader(pattern(long)),
		"cut": io.MultiReader(bytes.NewReader(pattern(long)), &failing{}),
	} {
		if _, err := sink.Put(t.Context(), name, r); (err == nil) != (name != "cut") {
			t.Errorf("put %s: %v", name, err)
		}
	}
	allowed := map[string]bool{
		"PutObject": true, "CreateMultipartUpload": true, "UploadPart": true,
		"CompleteMultipartUpload": true, "AbortMultipartUpload": true,
	}
	seen := map[string]bool{}
	for _, op := range p.Ops() {
		seen[op] = true
		if !allowed[op] {
			t.Errorf("the sink sent %s", op)
		}
	}
	if len(seen) != len(allowed) {
		t.Errorf("the test saw only %v", seen)
	}
}

type failing struct{}

func (*failing) Read([]byte) (int, error) { return 0, errors.New("the source broke") }

// first returns a rule: the first n requests of an operation get the fault.
func first(n int, of string, f fault) func(string, int) fault {
	return func(op string, nth int) fault {
		if op == of && nth <= n {
			return f
		}
		return none
	}
}

func TestS3SurvivesFaults(t *testing.T) {
	minio := shared.plain(t)
	for name, c := range map[string]struct {
		size int
		rule func(string, int) fault
	}{
		"put dropped":                {short, first(2, "PutObject", drop)},
		"put stored, answer lost":    {short, first(1, "PutObject", lose)},
		"put stored, answer 500":     {short, first(1, "PutObject", unsure)},
		"put refused, busy":          {short, first(3, "PutObject", busy)},
		"put refused, 429":           {short, first(2, "PutObject", limited)},
		"parts refused, 429":         {long, first(3, "UploadPart", limited)},
		"put refused, conflict":      {short, first(1, "PutObject", clash)},
		"put corrupted":              {short, first(1, "PutObject", corrupt)},
		"put hangs":                  {short, first(1, "PutObject", hang)},
		"begin dropped":              {long, first(1, "CreateMultipartUpload", drop)},
		"begin lost":                 {long, first(1, "CreateMultipartUpload", lose)},
		"part dropped":               {long, first(2, "UploadPart", drop)},
		"part stored, answer lost":   {long, first(2, "UploadPart", lose)},
		"part corrupted":             {long, first(2, "UploadPart", corrupt)},
		"part hangs":                 {long, first(1, "UploadPart", hang)},
		"parts refused, busy":        {long, first(4, "UploadPart", busy)},
		"complete dropped":           {long, first(1, "CompleteMultipartUpload", drop)},
		"complete done, answer lost": {long, first(1, "CompleteMultipartUpload", lose)},
		"complete done, answer 500":  {long, first(1, "CompleteMultipartUpload", unsure)},
		"complete refused, 500":      {long, first(2, "CompleteMultipartUpload", broken)},
		"complete hangs":             {long, first(1, "CompleteMultipartUpload", hang)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bucket := newBucket(t, minio, true)
			p := newFaultyProxy(t, minio, c.rule)
			sink := through(t, p, minio, bucket, "", sinks.Options{Stall: 5 * time.Second})
			want := pattern(c.size)
			receipt, err := sink.Put(t.Context(), "name", bytes.NewReader(want))
			if err != nil {
				t.Fatal(err)
			}
			if len(receipt.Objects) != 1 || receipt.Objects[0].Bytes != int64(c.size) {
				t.Errorf("receipt %+v", receipt)
			}
			if all := objects(t, minio, bucket); len(all) != 1 || !bytes.Equal(content(t, minio, bucket, "host/name"), want) {
				t.Errorf("stored are %+v", all)
			}
			resolved := strings.Contains(name, "stored, ") && c.size == short || strings.Contains(name, "done, ")
			if resolved != (len(receipt.Notes) == 1) {
				t.Errorf("notes %q", receipt.Notes)
			}
		})
	}
}

func TestS3FailsCleanly(t *testing.T) {
	minio := shared.plain(t)
	for name, c := range map[string]struct {
		size    int
		rule    func(string, int) fault
		restart bool
		says    string
	}{
		"put denied":          {short, first(always, "PutObject", refused), false, "the credential needs s3:PutObject on arn:aws:s3:::"},
		"put always busy":     {short, first(always, "PutObject", busy), false, "SlowDown"},
		"put expired":         {short, first(always, "PutObject", expire), false, "has expired"},
		"clock":               {short, first(always, "PutObject", late), false, "set this host's clock"},
		"begin denied":        {long, first(1, "CreateMultipartUpload", refused), false, "s3:PutObject"},
		"part denied":         {long, first(1, "UploadPart", refused), false, "s3:PutObject"},
		"parts dropped":       {long, first(always, "UploadPart", drop), false, "UploadPart"},
		"parts always broken": {long, first(always, "UploadPart", broken), false, "InternalError"},
		"complete conflict":   {long, first(1, "CompleteMultipartUpload", clash), true, "ConditionalRequestConflict"},
		"complete denied":     {long, first(1, "CompleteMultipartUpload", refused), false, "s3:PutObject"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bucket := newBucket(t, minio, true)
			p := newFaultyProxy(t, minio, c.rule)
			sink := through(t, p, minio, bucket, "", sinks.Options{Stall: 20 * time.Second, Retry: 2 * time.Second})
			_, err := sink.Put(t.Context(), "name", bytes.NewReader(pattern(c.size)))
			if err == nil || !strings.Contains(err.Error(), c.says) || errors.Is(err, sinks.ErrRestart) != c.restart {
				t.Errorf("error %v, restart %v", err, errors.Is(err, sinks.ErrRestart))
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %q", err)
			}
			if all := objects(t, minio, bucket); len(all) != 0 {
				t.Errorf("stored are %+v", all)
			}
			begun, ended := 0, 0
			for _, op := range p.Ops() {
				switch op {
				case "CreateMultipartUpload":
					begun++
				case "AbortMultipartUpload":
					ended++
				}
			}
			if begun != ended && name != "begin denied" {
				t.Errorf("%d uploads begun, %d aborted", begun, ended)
			}
		})
	}
}
