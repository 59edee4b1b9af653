package sinks

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"cloud.google.com/go/auth"
	"cloud.google.com/go/auth/credentials"
	"cloud.google.com/go/auth/httptransport"
	"cloud.google.com/go/storage"
	"google.golang.org/api/option"
)

// A gcsSink puts objects into a bucket of Google Cloud Storage. It needs
// roles/storage.objectCreator and nothing else. One object takes 5 TiB there, so
// streams are not cut.
type gcsSink struct {
	bucket, prefix string
	endpoint       string // "" is Google's own
	o              Options
	url            string
	creds          *auth.Credentials
	wire           *http.Client
	client         *storage.Client
}

func gcsParams() []string { return []string{"credentials_file", "endpoint", "insecure"} }

func checkGCS(u *url.URL) error {
	_, _, err := parseGCS(u)
	return err
}

// parseGCS shares with S3 what the two have in common.
func parseGCS(u *url.URL) (c s3Config, credentialsFile string, err error) {
	c, err = parseS3(u)
	return c, u.Query().Get("credentials_file"), err
}

func openGCS(ctx context.Context, u *url.URL, o Options) (Sink, error) {
	c, file, err := parseGCS(u)
	if err != nil {
		return nil, err
	}
	if os.Getenv("STORAGE_EMULATOR_HOST") != "" {
		// Google's client would send backups there, in the clear and without a credential.
		return nil, fmt.Errorf("open %s: STORAGE_EMULATOR_HOST is set in the environment; unset it, and say endpoint= in the URL", bare(u))
	}
	if file != "" {
		if err := checkCredentialsFile(file); err != nil {
			return nil, fmt.Errorf("open %s: %w", bare(u), err)
		}
	}
	creds, err := credentials.DetectDefault(&credentials.DetectOptions{
		CredentialsFile: file, //nolint:staticcheck // the operator's own file, which nobody else may write
		Scopes:          []string{storage.ScopeReadWrite},
	})
	if err == nil {
		err = checkGoogleKey(creds)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", bare(u), googleError(err, file))
	}
	client, err := gcsWire(creds, o.Stall)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", bare(u), oneLine(err))
	}
	options := []option.ClientOption{option.WithAuthCredentials(creds), option.WithHTTPClient(client)}
	if c.endpoint != "" {
		options = append(options, option.WithEndpoint(strings.TrimSuffix(c.endpoint, "/")+"/storage/v1/"))
	}
	store, err := storage.NewClient(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", bare(u), oneLine(err))
	}
	return &gcsSink{
		bucket: c.bucket, prefix: c.prefix, endpoint: c.endpoint, o: o, url: u.String(),
		creds: creds, wire: client, client: store,
	}, nil
}

// gcsWire is the HTTP client: the environment's proxy and certificates, our
// transport, and above it the credential, which so meets no limit on its way.
func gcsWire(creds *auth.Credentials, stall time.Duration) (*http.Client, error) {
	base := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // nobody replaces it here
	base.MaxResponseHeaderBytes = maxAnswerHeader
	client, err := httptransport.NewClient(&httptransport.Options{Credentials: creds, BaseRoundTripper: wire{base, stall}, DisableTelemetry: true})
	if err != nil {
		return nil, err
	}
	client.CheckRedirect = noRedirect
	return client, nil
}

// String is the URL as it was given; it names credentials, and holds none.
func (s *gcsSink) String() string { return s.url }

// Put sends a stream that fits into one part in one request, and a longer one in
// a resumable upload, which becomes an object with its last request only.
func (s *gcsSink) Put(ctx context.Context, name string, r io.Reader) (Receipt, error) {
	if err := checkName(name); err != nil {
		return Receipt{}, err
	}
	rec, err := s.put(ctx, name, r)
	if err != nil {
		if ctx.Err() != nil {
			err = inDoubt(context.Cause(ctx), errors.Is(err, ErrUnknown))
		}
		return Receipt{}, fmt.Errorf("store gs://%s/%s: %w", s.bucket, s.key(name), err)
	}
	return rec, nil
}

func (s *gcsSink) key(name string) string { return strings.TrimPrefix(s.prefix+"/"+name, "/") }

func (s *gcsSink) put(ctx context.Context, name string, r io.Reader) (Receipt, error) {
	if ctx.Err() != nil {
		return Receipt{}, context.Cause(ctx)
	}
	ctx, cancel := context.WithCancelCause(withLimitOf(ctx, r))
	defer cancel(nil) // ends an upload that was not closed; closing it would publish it
	per := s.o.PartSize / BlockSize
	next, leave, err := blocks(ctx, r, s.o.Pool, per+aheadBlocks)
	if err != nil {
		return Receipt{}, err
	}
	defer leave()
	cut := &cutter{next: next, per: per}
	defer cut.close()
	d := newDigest()
	first, err := cut.part(ctx, d)
	if errors.Is(err, io.EOF) {
		first, err = &part{}, nil
	}
	if err != nil {
		return Receipt{}, err
	}
	more, err := cut.more(ctx)
	if err != nil {
		first.release()
		return Receipt{}, err
	}
	up := s.begin(ctx, cancel, name, first, more)
	defer up.watch.Stop()
	defer up.hold(nil)
	if err := up.send(ctx, cut, first, d); err != nil {
		return Receipt{}, up.explain(err)
	}
	return up.finish(name, d)
}

// A gcsUpload is one object on its way.
type gcsUpload struct {
	s        *gcsSink
	w        *storage.Writer
	watch    *time.Timer
	crc      uint32
	long     bool
	mu       sync.Mutex
	last     *Block // what the client took last
	retried  atomic.Bool
	sent     atomic.Bool  // something of the body was asked for by a connection
	progress atomic.Bool  // the store took a part already
	failing  atomic.Int64 // since when requests fail, in Unix nanoseconds; 0 when they do not
}

func (s *gcsSink) begin(ctx context.Context, cancel context.CancelCauseFunc, name string, first *part, long bool) *gcsUpload {
	up := &gcsUpload{s: s, long: long}
	ctx = withMovement(ctx, up.moved)
	object := s.client.Bucket(s.bucket).Object(s.key(name)).
		If(storage.Conditions{DoesNotExist: true}).
		Retryer(storage.WithErrorFunc(up.again))
	up.w = object.NewWriter(ctx)
	up.w.ContentType = "application/octet-stream"
	up.w.ChunkSize = s.o.PartSize
	up.w.ChunkRetryDeadline = max(s.o.Retry, 5*time.Minute)
	up.watch = time.AfterFunc(up.patience(), func() { cancel(errStalled) })
	up.w.ProgressFunc = func(int64) {
		up.failing.Store(0)
		up.progress.Store(true)
	}
	if !long {
		// The checksum is known before the request is made: the store compares.
		up.w.ChunkSize = int(first.size) + 1
		up.w.CRC32C = first.castagnoli()
		up.w.SendCRC32C = true
	}
	return up
}

// moved is called whenever a request gets on. It looks at the block that the client
// took last, which tells the block's owner that we live: the client may send a
// part of it for a long time, and has copied it.
func (up *gcsUpload) moved() {
	up.sent.Store(true)
	up.watch.Reset(up.patience())
	up.mu.Lock()
	defer up.mu.Unlock()
	if up.last != nil {
		up.last.Bytes()
	}
}

// hold keeps a block until the next one, nil in the end.
func (up *gcsUpload) hold(b *Block) {
	up.mu.Lock()
	defer up.mu.Unlock()
	if up.last != nil {
		up.last.Release()
	}
	up.last = b
}

func (up *gcsUpload) patience() time.Duration {
	return max(up.s.o.Retry, 5*time.Minute) + up.s.o.Stall
}

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func (p *part) castagnoli() uint32 {
	var crc uint32
	for _, b := range p.blocks {
		crc = crc32.Update(crc, castagnoli(), b.Bytes())
	}
	return crc
}

// again decides whether a failed request is sent again, for o.Retry at most.
func (up *gcsUpload) again(err error) bool {
	if !storage.ShouldRetry(err) {
		return false
	}
	now := time.Now().UnixNano()
	up.failing.CompareAndSwap(0, now)
	if !unsent(err) {
		up.retried.Store(true)
	}
	return now-up.failing.Load() < int64(up.s.o.Retry)
}

// send writes the whole stream to the client, which copies what it needs.
func (up *gcsUpload) send(ctx context.Context, cut *cutter, p *part, d *digest) error {
	cut.per = 1
	for {
		for _, b := range p.blocks {
			up.hold(b.Retain())
			up.crc = crc32.Update(up.crc, castagnoli(), b.Bytes())
			if _, err := up.w.Write(b.Bytes()); err != nil {
				p.release()
				return err
			}
		}
		p.release()
		var err error
		if p, err = cut.part(ctx, d); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// finish publishes the object and compares what the store has with what was sent.
func (up *gcsUpload) finish(name string, d *digest) (Receipt, error) {
	o := d.object(name)
	if err := up.w.Close(); err != nil {
		if !up.long && up.retried.Load() && gcsStatus(err) == 412 {
			return Receipt{Objects: []Object{o}, Notes: []string{noteSettled}}, nil
		}
		status := gcsStatus(err)
		return Receipt{}, inDoubt(up.explain(err), (status == 0 || status >= 500) && up.sent.Load() && !unsent(err))
	}
	at := up.w.Attrs()
	if at.Size != o.Bytes || at.CRC32C != up.crc {
		return Receipt{}, &verdict{
			cause: fmt.Errorf("the store holds other bytes than were sent: %d bytes with CRC32C %08x, ours are %d with %08x", at.Size, at.CRC32C, o.Bytes, up.crc), restart: true,
		}
	}
	o.ETag, o.VersionID = at.Etag, strconv.FormatInt(at.Generation, 10)
	return Receipt{Objects: []Object{o}}, nil
}
