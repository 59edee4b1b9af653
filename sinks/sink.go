// Package sinks stores a backup's objects in a directory, in S3 and compatible
// stores, or in Google Cloud Storage. A sink can create objects and nothing else:
// no code in this package lists, reads, heads or deletes stored objects.
package sinks

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
	"unicode/utf8"
)

// A Sink stores streams under names, one way.
type Sink interface {
	// Put stores what r yields until io.EOF under name, a slash-separated path
	// relative to the sink's prefix. It publishes only when r ends in io.EOF, and
	// never overwrites: an existing name is ErrExists. On any other error,
	// including r's own, nothing is published under name, and uploads that were
	// begun are aborted. A stream too long for one object continues in further
	// objects: name, name.001, name.002 …; the receipt lists them in order.
	Put(ctx context.Context, name string, r io.Reader) (Receipt, error)
	// String is the sink's URL, without secrets.
	String() string
}

// A Receipt is what the store acknowledged of one stream.
type Receipt struct {
	Objects []Object // in order; one, unless the stream had to be divided
	// Notes name the guarantees that the store did not give, such as "not
	// conditional"; empty when it gave all.
	Notes []string
}

// An Object is one stored piece of a stream.
type Object struct {
	Name      string // as given to Put; with .001 … for the further objects
	Bytes     int64
	CRC64NVME uint64
	ETag      string // as the store gave it, "" without
	VersionID string // as the store gave it, "" without
}

// The optional interfaces of a sink: what some sinks can do beyond Put. Find them
// with As.
type (
	// A Completer acts when a run is complete: all its objects are stored,
	// including its manifest.
	Completer interface {
		// Complete is called with all objects of the run.
		Complete(ctx context.Context, objects []Object) error
	}
	// A Divider divides long streams into several objects.
	Divider interface {
		// MaxObject is the length of each object of a stream except the last, in bytes.
		MaxObject() int64
	}
	// A Throttler sends over a network, and can keep to a bandwidth.
	Throttler interface {
		// Throttled returns the same sink with its requests limited by l.
		Throttled(ctx context.Context, l *Limiter) (Sink, error)
	}
	// A Locator knows where its objects go.
	Locator interface {
		// Location is the place in effect, as the URL, the environment and the
		// configuration files of the store's library give it: endpoint, region,
		// account, bucket and prefix. Two sinks with the same location store in the
		// same place.
		Location() string
	}
	// An Authenticator uses a credential.
	Authenticator interface {
		// Credential identifies the credential by its non-secret parts: the text
		// changes only when the credential does. Hash it before it is shown.
		Credential(ctx context.Context) (string, error)
	}
	// An Expirer may use a credential that nobody renews by itself.
	Expirer interface {
		// Expiry is when the credential ends; zero if it does not, or is renewed.
		Expiry(ctx context.Context) (Expiry, error)
	}
)

// An Expiry is the end of a credential.
type Expiry struct {
	At    time.Time
	Renew time.Time // from then on, it should be replaced
}

// As finds an optional interface of s, or of the sink that s wraps (which it
// returns from Unwrap).
func As[T any](s Sink) (T, bool) {
	for {
		if t, ok := s.(T); ok {
			return t, true
		}
		wrapper, ok := s.(interface{ Unwrap() Sink })
		if !ok {
			var none T
			return none, false
		}
		s = wrapper.Unwrap()
	}
}

// Credential identifies the credential that a sink uses, as Authenticator does; ""
// for a sink that needs none.
func Credential(ctx context.Context, s Sink) (string, error) {
	if a, ok := As[Authenticator](s); ok {
		return a.Credential(ctx)
	}
	return "", nil
}

// CredentialExpiry is when the credential of a sink ends, as Expirer says; zero for a sink
// that has none.
func CredentialExpiry(ctx context.Context, s Sink) (Expiry, error) {
	if e, ok := As[Expirer](s); ok {
		return e.Expiry(ctx)
	}
	return Expiry{}, nil
}

// Location is where the objects of a sink go, as Locator says; the sink's URL where
// nothing else decides it.
func Location(s Sink) string {
	if l, ok := As[Locator](s); ok {
		return l.Location()
	}
	return s.String()
}

// MaxObject is the length at which a sink divides a stream, in bytes; 0 when it
// does not.
func MaxObject(s Sink) int64 {
	if d, ok := As[Divider](s); ok {
		return d.MaxObject()
	}
	return 0
}

// Throttle limits the requests of a sink by l. A sink without network, and a nil
// limiter, leave it unchanged.
func Throttle(ctx context.Context, s Sink, l *Limiter) (Sink, error) {
	if t, ok := As[Throttler](s); ok && l != nil {
		return t.Throttled(ctx, l)
	}
	return s, nil
}

// checkName refuses a name that another sink, or another program that reads the
// same store, would interpret differently.
func checkName(name string) error {
	bad := strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' })
	if !fs.ValidPath(name) || name == "." || bad || !utf8.ValidString(name) || len(name) > 900 {
		return fmt.Errorf("store %.200q: not a plain relative name", name)
	}
	return nil
}

// maxPieces is the maximum number of objects of one stream: beyond .999, a shell
// would not list them in order.
const maxPieces = 1000

// pieceName is the name of a stream's object number i. The first one has the
// stream's own name, since the length of a stream is unknown when it begins.
func pieceName(name string, i int) string {
	if i == 0 {
		return name
	}
	return fmt.Sprintf("%s.%03d", name, i)
}
