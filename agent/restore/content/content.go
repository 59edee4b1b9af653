// Package content reads the streams of a run: the database, the files and the details. It
// joins the objects of a stream, compares each with its checksums in the manifest, and decrypts
// and decompresses the result.
package content

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"github.com/minio/crc64nvme"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
	"github.com/wp-oneway/wp-oneway/agent/restore/unseal"
)

// A Reader reads the runs of one store.
type Reader struct {
	Store store.Store
	// Keys decrypt and decompress. If nil, the stored bytes are returned unchanged.
	Keys *unseal.Keys
	// Stored is called with the number of stored bytes that were read; may be nil.
	Stored func(n int64)
}

// Open returns the content of a stream of a run. The content is verified only when reading ends
// in io.EOF. Until then, the caller must not do anything with it that cannot be undone.
func (r *Reader) Open(ctx context.Context, run *catalog.Run, stream string) (io.ReadCloser, error) {
	if run.Manifest == nil || run.Problem != "" {
		return nil, fmt.Errorf("read %s: %s", run.Path(), run.Problem)
	}
	i := slices.IndexFunc(run.Manifest.Streams, func(s manifest.Stream) bool { return s.Name == stream })
	if i < 0 {
		return nil, fmt.Errorf("read %s: a backup of kind %s has no %s", run.Path(), run.Kind, stream)
	}
	stated := run.Manifest.Streams[i]
	pieces := &pieces{ctx: ctx, r: r, run: run}
	var stored int64
	for _, o := range run.Manifest.Objects {
		if o.Stream == stream {
			pieces.left = append(pieces.left, o)
			stored += o.Bytes
		}
	}
	if r.Keys == nil {
		return &proven{opened: io.NopCloser(pieces), pieces: pieces, left: stored, name: stream + " of " + run.Path()}, nil
	}
	opened, err := unseal.Open(pieces, stated.Filters, r.Keys)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s of %s: %w", stream, run.Path(), err), pieces.Close())
	}
	return &proven{opened: opened, pieces: pieces, left: stated.RawBytes, name: stream + " of " + run.Path()}, nil
}

// Details returns the details of a run.
func (r *Reader) Details(ctx context.Context, run *catalog.Run) (*manifest.Details, error) {
	in, err := r.Open(ctx, run, manifest.DetailsStream)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	text, err := io.ReadAll(io.LimitReader(in, maxDetails+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxDetails {
		return nil, fmt.Errorf("read the details of %s: they are longer than %d bytes", run.Path(), maxDetails)
	}
	d := &manifest.Details{}
	if err := json.Unmarshal(text, d); err != nil {
		return nil, fmt.Errorf("read the details of %s: %w", run.Path(), err)
	}
	if d.Version > manifest.Version {
		return nil, fmt.Errorf("read the details of %s: version %d: %w", run.Path(), d.Version, catalog.ErrNewer)
	}
	return d, nil
}

// maxDetails is the maximum length of the details in bytes. They list every table, and a
// limited number of other things.
const maxDetails = 64 << 20

// A proven stream ends in io.EOF only if its length is the one in the manifest, and all
// objects were read to their ends.
type proven struct {
	opened io.ReadCloser
	pieces *pieces
	left   int64
	name   string
}

// Read implements io.Reader.
func (p *proven) Read(b []byte) (int, error) {
	n, err := p.opened.Read(b)
	p.left -= int64(n)
	switch {
	case p.left < 0:
		return n, fmt.Errorf("read %s: it is longer than its manifest says", p.name)
	case errors.Is(err, io.EOF):
		return n, p.end()
	case err != nil:
		return n, fmt.Errorf("read %s: %w", p.name, err)
	}
	return n, nil
}

// end checks what is left when the stream has ended.
func (p *proven) end() error {
	if p.left > 0 {
		return fmt.Errorf("read %s: it ends %d bytes early", p.name, p.left)
	}
	n, err := io.Copy(io.Discard, p.pieces)
	if err != nil {
		return fmt.Errorf("read %s: %w", p.name, err)
	}
	if n > 0 {
		return fmt.Errorf("read %s: there are %d bytes after its end", p.name, n)
	}
	return io.EOF
}

// Close implements io.Closer.
func (p *proven) Close() error { return errors.Join(p.opened.Close(), p.pieces.Close()) }

// pieces reads the objects of a stream one after the other.
type pieces struct {
	ctx  context.Context //nolint:containedctx // of the call that opened it
	r    *Reader
	run  *catalog.Run
	left []manifest.Object

	now    io.ReadCloser
	object manifest.Object // the one that is being read
	bytes  int64
	sum    hash.Hash
	crc    hash.Hash64
}

// Read implements io.Reader.
func (p *pieces) Read(b []byte) (int, error) {
	for {
		if p.now == nil {
			if len(p.left) == 0 {
				return 0, io.EOF
			}
			if err := p.next(); err != nil {
				return 0, err
			}
		}
		n, err := p.now.Read(b)
		p.sum.Write(b[:n]) // never fails
		p.crc.Write(b[:n]) // never fails
		p.bytes += int64(n)
		if p.r.Stored != nil {
			p.r.Stored(int64(n))
		}
		if errors.Is(err, io.EOF) {
			err = p.finish()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// next opens the next object.
func (p *pieces) next() (err error) {
	p.object, p.left = p.left[0], p.left[1:]
	p.now, err = Object(p.ctx, p.r.Store, p.run, p.object)
	p.bytes, p.sum, p.crc = 0, sha256.New(), crc64nvme.New()
	return err
}

// finish compares the object that was just read with the manifest.
func (p *pieces) finish() error {
	err := p.now.Close()
	p.now = nil
	switch {
	case err != nil:
		return err
	case p.bytes != p.object.Bytes:
		return fmt.Errorf("%s has %d bytes; its manifest says %d", p.object.Name, p.bytes, p.object.Bytes)
	case hex.EncodeToString(p.sum.Sum(nil)) != p.object.SHA256:
		return fmt.Errorf("%s is not what was backed up: its SHA-256 is not the one in the manifest", p.object.Name)
	case base64.StdEncoding.EncodeToString(p.crc.Sum(nil)) != p.object.CRC64NVME:
		return fmt.Errorf("%s has the SHA-256 of its manifest, but not the CRC64NVME: the manifest is wrong", p.object.Name)
	}
	return nil
}

// Close implements io.Closer.
func (p *pieces) Close() error {
	p.left = nil
	if p.now == nil {
		return nil
	}
	err := p.now.Close()
	p.now = nil
	return err
}

// Object opens an object of a manifest. In a store that keeps versions, it opens the version
// that the run wrote, even if another one was stored under the same name later.
func Object(ctx context.Context, s store.Store, run *catalog.Run, o manifest.Object) (io.ReadCloser, error) {
	stored := run.Objects[o.Name[len(run.Name):]]
	stored.Version = ""
	if o.VersionID != "" && !s.Folder() {
		written := stored
		written.Version = o.VersionID
		if r, err := s.Get(ctx, written); err == nil || ctx.Err() != nil {
			return r, err
		}
		// The credential is not allowed to read versions, or the bucket is a copy with other version IDs.
	}
	r, err := s.Get(ctx, stored)
	if errors.Is(err, store.ErrNotExist) {
		err = fmt.Errorf("read %s: it is gone", o.Name)
	}
	return r, err
}
