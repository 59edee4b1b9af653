// Package sinks is where a backup's objects go: a directory, S3 and its
// compatibles, Google Cloud Storage. A sink can create objects and do nothing
// else; no code in this package lists, reads, heads or deletes what is stored.
package sinks

import (
	"context"
	"io"
)

// A Sink stores streams under names, one way.
type Sink interface {
	// Put stores what r yields until io.EOF under name, a slash-separated path
	// relative to the sink's prefix. It publishes only when r ends in io.EOF, and
	// never overwrites: a name that is taken is ErrExists. On any other error,
	// r's own included, nothing is published under name and what was begun is
	// aborted. A stream too long for one object goes on in further pieces:
	// name, name.001, name.002 …; the receipt lists them in order.
	Put(ctx context.Context, name string, r io.Reader) (Receipt, error)
	// String is the sink's URL, free of secrets.
	String() string
}

// A Receipt is what the store acknowledged of one stream.
type Receipt struct {
	Objects []Object // in order; one, unless the stream had to be cut into pieces
	// Notes say which guarantee the store did not give, such as "not conditional";
	// empty when all held.
	Notes []string
}

// An Object is one stored piece of a stream.
type Object struct {
	Name      string // as given to Put; with .001 … for the further pieces
	Bytes     int64
	SHA256    [32]byte
	CRC64NVME uint64
	ETag      string // as the store gave it, "" without
	VersionID string // as the store gave it, "" without
}
