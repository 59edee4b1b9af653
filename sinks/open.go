package sinks

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Options are the settings that all sinks of a process share. The zero value is useful.
type Options struct {
	// Pool is the memory for the parts of streams that are not BlockReaders; if nil,
	// each sink gets its own pool.
	Pool *Pool
	// Logger gets the files and uploads that could not be removed; nil for no log.
	Logger *slog.Logger
	// Stall is how long a connection may make no progress before it is closed and
	// its request is sent again; 0 means one minute.
	Stall time.Duration
	// Retry is how long a request with a temporary failure is retried; 0 means two
	// minutes.
	Retry time.Duration

	// PartSize is the size of a part in bytes, a multiple of BlockSize; 0 means
	// 16 MiB. S3 accepts no part below 5 MiB.
	PartSize int
	// MaxParts is the maximum number of parts of one object. A longer stream continues
	// in further objects. 0 means 9,500.
	MaxParts int
	// Parallel is the number of parts of one stream that are sent at once; 0 means 3.
	Parallel int

	// Dry opens the sink for a dry run: it creates and changes nothing, and refuses
	// every Put.
	Dry bool

	pieces int // how many objects one stream may have; 0 means maxPieces
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Stall == 0 {
		o.Stall = time.Minute
	}
	if o.Retry == 0 {
		o.Retry = 2 * time.Minute
	}
	if o.PartSize == 0 {
		o.PartSize = 16 * BlockSize
	}
	if o.MaxParts == 0 {
		o.MaxParts = 9500
	}
	if o.pieces == 0 {
		o.pieces = maxPieces
	}
	if o.Parallel == 0 {
		o.Parallel = 3
	}
	if o.Pool == nil {
		o.Pool = NewPool(o.Parallel*o.PartSize/BlockSize + 2)
	}
	return o
}

// A scheme is one implementation of Sink.
type scheme struct {
	params []Param                                                // the parameters that its URLs may have
	check  func(*url.URL) error                                   // checks a URL without contacting the store
	open   func(context.Context, *url.URL, Options) (Sink, error) // opens the sink of a checked URL
	dir    func(*url.URL) string                                  // the local folder; nil for other sinks
}

// A Param is a parameter that the URLs of a scheme may have.
type Param struct {
	Name string
	Help string // one line without a final stop
}

// Params returns the parameters of the URLs of each scheme that has any.
func Params() map[string][]Param {
	all := map[string][]Param{}
	for name, scheme := range schemes() {
		if len(scheme.params) > 0 {
			all[name] = scheme.params
		}
	}
	return all
}

// schemes are all implementations, by the scheme of the URL.
func schemes() map[string]scheme {
	return map[string]scheme{
		"file": {check: checkDir, open: openDir, dir: dirOf},
		"s3":   {params: s3Params(), check: checkS3, open: openS3},
		"gs":   {params: gcsParams(), check: checkGCS, open: openGCS},
	}
}

// Parse reads a sink's URL, or a path, which may begin with ~/. Placeholders in
// braces are kept for the caller to replace. The store is not contacted.
func Parse(s string) (*url.URL, error) {
	if s == "" {
		return nil, fmt.Errorf("%w: the URL is empty; give a folder, s3://bucket/prefix or gs://bucket/prefix", ErrURL)
	}
	if !strings.Contains(s, "://") {
		return parsePath(s)
	}
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("%w: must have the form scheme://bucket/prefix?parameter=value", ErrURL) // the cause could contain a secret of the URL
	}
	return u, check(u)
}

// parsePath reads a folder's path. A path that looks like a mistyped URL is refused:
// otherwise the backups meant for a bucket would silently stay on this host.
func parsePath(s string) (*url.URL, error) {
	first, _, _ := strings.Cut(s, "/")
	if scheme, _, ok := strings.Cut(first, ":"); ok {
		return nil, fmt.Errorf("%w: %q has no // after its colon; write %s://…, or ./ before a folder of that name", ErrURL, scheme+":…", scheme)
	}
	if strings.HasPrefix(first, "~") && first != "~" {
		return nil, fmt.Errorf("%w: %q: home folders of other users are not supported; give the absolute path, or ~/ for your own home", ErrURL, first)
	}
	if rest, ok := strings.CutPrefix(s, "~"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, fmt.Errorf("%w: %s: find the home folder: %w", ErrURL, s, err)
		}
		s = filepath.Join(home, rest)
	}
	abs, err := filepath.Abs(s)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrURL, s, err)
	}
	return &url.URL{Scheme: "file", Path: abs}, nil
}

// check refuses URLs that no sink accepts.
func check(u *url.URL) error {
	k, ok := schemes()[u.Scheme]
	if !ok {
		known := slices.Sorted(maps.Keys(schemes()))
		return fmt.Errorf("%w: unknown scheme %q; use one of %s", ErrURL, u.Scheme, strings.Join(known, ", "))
	}
	if u.User != nil {
		return fmt.Errorf("%w: %s://…: credentials do not belong in a URL, since every user of the host can read them; use credentials_file= or profile=", ErrURL, u.Scheme)
	}
	if u.Fragment != "" {
		return fmt.Errorf("%w: %s: the character # must be written as %%23", ErrURL, bare(u))
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return fmt.Errorf("%w: %s: parameters: %w", ErrURL, bare(u), err)
	}
	for name, values := range q {
		if !slices.ContainsFunc(k.params, func(p Param) bool { return p.Name == name }) {
			return fmt.Errorf("%w: %s: unknown parameter %q%s", ErrURL, bare(u), name, choices(k.params))
		}
		if len(values) > 1 {
			return fmt.Errorf("%w: %s: parameter %s is given twice", ErrURL, bare(u), name)
		}
		if values[0] == "" {
			return fmt.Errorf("%w: %s: parameter %s is empty", ErrURL, bare(u), name)
		}
	}
	return k.check(u)
}

func choices(params []Param) string {
	if len(params) == 0 {
		return "; a folder has no parameters"
	}
	names := make([]string, len(params))
	for i, p := range params {
		names[i] = p.Name
	}
	return "; known parameters are " + strings.Join(names, ", ")
}

// bare is the URL for messages: without its parameters, and on one line.
func bare(u *url.URL) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, u.Scheme+"://"+u.Host+u.Path)
}

// Open opens the sink of a URL as Parse returns it, with its placeholders replaced.
func Open(ctx context.Context, u *url.URL, o Options) (Sink, error) {
	if err := check(u); err != nil {
		return nil, err
	}
	o = o.withDefaults()
	if o.PartSize%BlockSize != 0 {
		return nil, fmt.Errorf("open %s: a part of %d bytes is not a multiple of %d", bare(u), o.PartSize, BlockSize)
	}
	sink, err := schemes()[u.Scheme].open(ctx, u, o)
	if err == nil && o.Dry {
		return drySink{sink}, nil
	}
	return sink, err
}

// A drySink refuses every Put.
type drySink struct{ Sink }

// Unwrap is the sink itself, for its optional interfaces.
func (s drySink) Unwrap() Sink { return s.Sink }

// Put refuses.
func (s drySink) Put(context.Context, string, io.Reader) (Receipt, error) {
	return Receipt{}, fmt.Errorf("store in %s: sink is read-only (dry run)", s)
}

// Short is a sink's URL without its parameters, or its folder, for messages.
func Short(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return text
	}
	if dir, local := LocalDir(u); local {
		return dir
	}
	return u.Scheme + "://" + u.Host + u.Path
}

// LocalDir is the folder of a directory sink's URL, false for other sinks.
func LocalDir(u *url.URL) (string, bool) {
	dir := schemes()[u.Scheme].dir
	if dir == nil {
		return "", false
	}
	return dir(u), true
}
