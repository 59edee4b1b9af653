// Package store reads what hosts have stored: folders, S3 and GCS. Nothing in it writes.
// What a store returns was written by hosts, and may have been written by whoever broke
// into one: names, sizes and contents are untrusted, times are the store's own.
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

// A Store is a place where backups are. Names are relative to the URL it was opened with.
// The methods can be called from several goroutines.
type Store interface {
	// List calls found for each object and folder directly below a folder ("" is the top),
	// in the order of their names as bytes. It ends with the first error of found.
	List(ctx context.Context, folder string, found func(Entry) error) error
	// Head returns what the store states about an object. The error is ErrNotExist if there
	// is none.
	Head(ctx context.Context, name string) (Object, error)
	// Get returns an object's content. A connection that breaks is opened again where it
	// broke. If want.Version is not empty, that version of the object is read.
	Get(ctx context.Context, want Object) (io.ReadCloser, error)
	// Folder tells whether the store is a folder: its times can be changed by whoever
	// writes there, so that those in the names decide.
	Folder() bool
	// String is the store's URL, without secrets.
	String() string
}

// An Entry is one name in a folder.
type Entry struct {
	Object
	IsFolder bool // Name is the folder's, without a slash at the end
}

// An Object is what a store states about one object.
type Object struct {
	Name      string
	Bytes     int64
	Modified  time.Time // by the store's clock
	Version   string    // "" where the store keeps one version only
	CRC64NVME string    // base64, "" where the store does not state it
}

// ErrNotExist is the error of an object that does not exist.
var ErrNotExist = errors.New("no such object")

// ErrDenied is the error of a credential that may not do what was asked.
var ErrDenied = errors.New("the credential may not read here; use a separate reading credential, on a machine other than the host")

// Open opens the store of a sink's URL. A placeholder such as {host} ends the part of the
// path that is used: the folders below it are then searched.
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

// withoutPlaceholders ends the path of a URL before its first element with a placeholder.
func withoutPlaceholders(u *url.URL) *url.URL {
	before, _, found := strings.Cut(u.Path, "{")
	if !found {
		return u
	}
	short := *u
	short.Path, short.RawPath = path.Dir(before+"x"), ""
	return &short
}

// below is the key of a name below a prefix.
func below(prefix, name string) string {
	return strings.Trim(prefix+"/"+name, "/")
}

// folderKey is what the keys of a folder's entries begin with.
func folderKey(prefix, folder string) string {
	if key := below(prefix, folder); key != "" {
		return key + "/"
	}
	return ""
}

// An ordered list is one page of entries.
type ordered []Entry

// flush passes the entries on in the order of their names, and empties the page.
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

// add adds an entry, unless no sink writes such a name. folder is what List was asked for,
// and prefix what the keys there begin with.
func (p *ordered) add(key, prefix, folder string, entry Entry) {
	base, ok := strings.CutPrefix(key, prefix)
	if !ok || base == "" || base == "." || base == ".." || strings.ContainsRune(base, '/') {
		return
	}
	entry.Name = path.Join(folder, base)
	*p = append(*p, entry)
}
