package sinks

import (
	"cmp"
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
	"cloud.google.com/go/auth/httptransport"
	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"
	"google.golang.org/api/option"
)

// A gcsSink puts objects into a bucket of Google Cloud Storage. It needs
// roles/storage.objectCreator and nothing else. An object may have 5 TiB there, so
// streams are not divided.
type gcsSink struct {
	c      gcsConfig
	o      Options
	url    string
	creds  *auth.Credentials
	base   http.RoundTripper // without credential
	http   *http.Client
	client *storage.Client
}

// A gcsConfig is the content of a gs URL.
type gcsConfig struct {
	bucketURL
	credentialsFile string
}

func gcsParams() []Param {
	return []Param{
		{"credentials_file", "JSON file with the service account's key, with mode 0600 (default: GOOGLE_APPLICATION_CREDENTIALS, the login of gcloud, or the machine's service account)"},
		{"endpoint", "https://HOST[:PORT] in place of Google's, such as a private endpoint"},
		{"insecure", "true: accept an endpoint with http://, which sends backups unencrypted over the network (default false)"},
	}
}

func checkGCS(u *url.URL) error {
	_, err := parseGCS(u)
	return err
}

func parseGCS(u *url.URL) (gcsConfig, error) {
	c, err := parseBucketURL(u)
	return gcsConfig{bucketURL: c, credentialsFile: u.Query().Get("credentials_file")}, err
}

func openGCS(ctx context.Context, u *url.URL, o Options) (Sink, error) {
	c, err := parseGCS(u)
	if err != nil {
		return nil, err
	}
	if os.Getenv("STORAGE_EMULATOR_HOST") != "" {
		// Google's client would send backups there, unencrypted and without a credential.
		return nil, fmt.Errorf("open %s: STORAGE_EMULATOR_HOST is set in the environment; unset it, and set endpoint= in the URL", bare(u))
	}
	// Google's client would run the command in ~/.secureConnect for a certificate that this
	// sink does not present.
	if err := os.Setenv("GOOGLE_API_USE_CLIENT_CERTIFICATE", "false"); err != nil {
		return nil, fmt.Errorf("open %s: %w", bare(u), err)
	}
	creds, err := googleCredentials(c.credentialsFile)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", bare(u), err)
	}
	base := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // no code here replaces it
	base.MaxResponseHeaderBytes = maxAnswerHeader
	s := &gcsSink{c: c, o: o, url: u.String(), creds: creds, base: base}
	if s.http, s.client, err = s.connect(ctx, nil); err != nil {
		return nil, fmt.Errorf("open %s: %w", bare(u), oneLine(err))
	}
	return s, nil
}

// connect makes the clients: the environment's proxy and certificates, our
// transport, and above it the credential, whose own requests have no limit.
func (s *gcsSink) connect(ctx context.Context, l *Limiter) (*http.Client, *storage.Client, error) {
	client, err := httptransport.NewClient(&httptransport.Options{
		Credentials: s.creds, DisableTelemetry: true,
		BaseRoundTripper: transport{next: throttledTransport{s.base, l}, stall: s.o.Stall},
	})
	if err != nil {
		return nil, nil, err
	}
	client.CheckRedirect = noRedirect
	options := []option.ClientOption{option.WithAuthCredentials(s.creds), option.WithHTTPClient(client), storage.WithJSONReads()}
	if s.c.endpoint != "" {
		options = append(options, option.WithEndpoint(strings.TrimSuffix(s.c.endpoint, "/")+"/storage/v1/"))
	}
	store, err := storage.NewClient(ctx, options...)
	return client, store, err
}

// Throttled is Throttler's.
func (s *gcsSink) Throttled(ctx context.Context, l *Limiter) (Sink, error) {
	t := *s
	var err error
	if t.http, t.client, err = s.connect(ctx, l); err != nil {
		return nil, fmt.Errorf("open %s: %w", s, oneLine(err))
	}
	return &t, nil
}

// A GCSStore is a sink in Google Cloud Storage, for the examination of its
// credential. Nothing on a backup's path may use it; the linter enforces that.
type GCSStore interface{ GCS() GCSAccess }

// A GCSAccess is the connection of a GCS sink to its store.
type GCSAccess struct {
	Client         *storage.Client
	HTTP           *http.Client // adds the credential to its requests
	Bucket, Prefix string
	Endpoint       string // "" is Google's own
}

// GCS is GCSStore's.
func (s *gcsSink) GCS() GCSAccess {
	return GCSAccess{Client: s.client, HTTP: s.http, Bucket: s.c.bucket, Prefix: s.c.prefix, Endpoint: s.c.endpoint}
}

// Location is Locator's.
func (s *gcsSink) Location() string {
	endpoint := cmp.Or(s.c.endpoint, "https://storage."+cmp.Or(os.Getenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN"), "googleapis.com"))
	return fmt.Sprintf("%s bucket %s prefix %q", endpoint, s.c.bucket, s.c.prefix)
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
		return Receipt{}, fmt.Errorf("store gs://%s/%s: %w", s.c.bucket, s.c.key(name), err)
	}
	return rec, nil
}

func (s *gcsSink) put(ctx context.Context, name string, r io.Reader) (Receipt, error) {
	if ctx.Err() != nil {
		return Receipt{}, context.Cause(ctx)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends an upload that was not closed; closing it would publish it
	in, err := startStream(ctx, r, s.o)
	if err != nil {
		return Receipt{}, err
	}
	defer in.close()
	up := s.begin(ctx, name, in.first, in.long)
	defer up.cancel(nil)
	defer up.hold(nil)
	if err := up.send(ctx, in); err != nil {
		return Receipt{}, up.explain(err)
	}
	return up.finish(in.sum.object(name))
}

// A gcsUpload is one object that is being sent.
type gcsUpload struct {
	s        *gcsSink
	w        *storage.Writer
	dog      *watchdog
	cancel   context.CancelCauseFunc
	crc      uint32
	long     bool
	mu       sync.Mutex
	last     *Block // the last block that the client read
	retried  atomic.Bool
	sent     atomic.Bool  // a connection has read some of the body
	progress atomic.Bool  // the store has accepted a part
	failing  atomic.Int64 // time of the first of the failing requests, in Unix nanoseconds; 0 if none fails
}

func (s *gcsSink) begin(ctx context.Context, name string, first *part, long bool) *gcsUpload {
	up := &gcsUpload{s: s, long: long}
	retries := max(s.o.Retry, 5*time.Minute)
	ctx, up.dog, up.cancel = watch(ctx, retries+s.o.Stall)
	pauses := requestPauses()
	object := s.client.Bucket(s.c.bucket).Object(s.c.key(name)).
		If(storage.Conditions{DoesNotExist: true}).
		Retryer(storage.WithErrorFunc(up.again), storage.WithBackoff(gax.Backoff{Initial: pauses.First, Max: pauses.Longest, Multiplier: 2}))
	up.w = object.NewWriter(withBodyProgress(ctx, up.moved))
	up.w.ContentType = "application/octet-stream"
	up.w.ChunkSize = s.o.PartSize
	up.w.ChunkRetryDeadline = retries
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

// moved is called whenever a request makes progress. It touches the last block that
// the client read: the client has copied it, and may take a long time to send it.
// Meanwhile the block's owner must see that the destination makes progress.
func (up *gcsUpload) moved() {
	up.sent.Store(true)
	up.dog.progress()
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
func (up *gcsUpload) send(ctx context.Context, in *stream) error {
	in.per = 1
	for p := in.first; ; {
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
		up.dog.pause()
		p, err = in.part(ctx, in.sum)
		up.dog.resume()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// finish publishes the object and compares the store's checksum with ours.
func (up *gcsUpload) finish(o Object) (Receipt, error) {
	if err := up.w.Close(); err != nil {
		if !up.long && up.retried.Load() && gcsStatus(err) == 412 {
			return Receipt{Objects: []Object{o}, Notes: []string{noteSettled}}, nil
		}
		status := gcsStatus(err)
		return Receipt{}, inDoubt(up.explain(err), (status == 0 || status >= 500) && up.sent.Load() && !unsent(err))
	}
	at := up.w.Attrs()
	if at.Size != o.Bytes || at.CRC32C != up.crc {
		return Receipt{}, &failure{
			cause: fmt.Errorf("the stored bytes differ from those that were sent: %d bytes with CRC32C %08x, ours are %d with %08x", at.Size, at.CRC32C, o.Bytes, up.crc), restart: true,
		}
	}
	o.ETag, o.VersionID = at.Etag, strconv.FormatInt(at.Generation, 10)
	return Receipt{Objects: []Object{o}}, nil
}
