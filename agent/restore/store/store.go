// Package store reads backups from folders, S3 and GCS. It never writes. Hosts wrote what a
// store returns, and an attacker may control a host. So names, sizes and contents are untrusted;
// times come from the clock of the store.
package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// A Store holds backups. Names are relative to the URL that it was opened with. Its methods are
// safe for concurrent use.
type Store interface {
	// List calls found for each object and folder directly below a folder ("" is the top), in
	// the byte order of their names. It returns the first error of found at once.
	List(ctx context.Context, folder string, found func(Entry) error) error
	// Head returns what the store states about an object. The error is ErrNotExist if the
	// object does not exist.
	Head(ctx context.Context, name string) (Object, error)
	// Get returns an object's content. If a connection breaks, Get opens a new one and continues
	// at the same position. If want.Version is not empty, it reads that version of the object.
	Get(ctx context.Context, want Object) (io.ReadCloser, error)
	// Folder reports whether the store is a folder. Anyone who can write to a folder can change
	// its times, so the times in the names are used instead.
	Folder() bool
	// String is the store's URL, without secrets.
	String() string
}

// An Entry is one name in a folder.
type Entry struct {
	Object
	IsFolder bool // Name is the name of a folder, without a slash at the end
}

// An Object is what a store states about one object.
type Object struct {
	Name      string
	Bytes     int64
	Modified  time.Time // by the store's clock
	Version   string    // version ID; "" if the store keeps only one version
	CRC64NVME string    // base64; "" if the store does not state it
}

// ErrNotExist is the error for an object that does not exist.
var ErrNotExist = errors.New("no such object")

// ErrDenied is the error for a request that the credential does not allow.
var ErrDenied = errors.New("the credential may not read here; use a separate reading credential, on a machine other than the host")

// Open opens the store of a sink's URL. If the path contains a placeholder such as {host}, only
// the elements before it are used, so that all folders below them are searched.
func Open(ctx context.Context, location string) (Store, error) {
	u, err := sinks.Parse(location)
	if err != nil {
		return nil, err
	}
	u = withoutPlaceholders(u)
	if dir, ok := sinks.LocalDir(u); ok {
		return openFolder(dir)
	}
	sink, err := sinks.Open(ctx, u, sinks.Options{Dry: true})
	if err != nil {
		return nil, err
	}
	if s, ok := sinks.As[sinks.S3Store](sink); ok {
		return newS3(s.S3(), sink.String()), nil
	}
	if s, ok := sinks.As[sinks.GCSStore](sink); ok {
		return newGCS(s.GCS(), sink.String()), nil
	}
	return nil, fmt.Errorf("open %s: backups cannot be read back from there", sink)
}

// withoutPlaceholders removes from the path of a URL the first element with a placeholder, and
// everything after it.
func withoutPlaceholders(u *url.URL) *url.URL {
	before, _, found := strings.Cut(u.Path, "{")
	if !found {
		return u
	}
	short := *u
	short.Path, short.RawPath = path.Dir(before+"x"), ""
	return &short
}

// below returns the key of a name below a prefix.
func below(prefix, name string) string {
	return strings.Trim(prefix+"/"+name, "/")
}

// folderKey returns the beginning of the keys of a folder's entries.
func folderKey(prefix, folder string) string {
	if key := below(prefix, folder); key != "" {
		return key + "/"
	}
	return ""
}

// An ordered is one page of entries, which flush sorts.
type ordered []Entry

// flush calls found with the entries in the order of their names, and empties the page.
func (p *ordered) flush(found func(Entry) error) error {
	slices.SortFunc(*p, func(a, b Entry) int { return cmp.Compare(a.Name, b.Name) })
	for _, entry := range *p {
		if err := found(entry); err != nil {
			return err
		}
	}
	*p = (*p)[:0]
	return nil
}

// add adds an entry, unless its name is one that no sink writes. folder is the argument of List,
// and prefix is the beginning of the keys there.
func (p *ordered) add(key, prefix, folder string, entry Entry) {
	base, ok := strings.CutPrefix(key, prefix)
	if !ok || base == "" || base == "." || base == ".." || strings.ContainsRune(base, '/') {
		return
	}
	entry.Name = path.Join(folder, base)
	*p = append(*p, entry)
}
