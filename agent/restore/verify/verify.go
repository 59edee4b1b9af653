// Package verify checks that the objects in a store are unchanged since the hosts stored them,
// and that they can be opened.
package verify

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/catalog"
	"github.com/wp-oneway/wp-oneway/agent/restore/content"
	"github.com/wp-oneway/wp-oneway/agent/restore/store"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
)

// A Depth says how much is checked.
type Depth string

// The depths.
const (
	Quick  Depth = "quick"  // sizes and checksums that the store states; nothing is downloaded
	Stored Depth = "stored" // the SHA-256 of every stored byte
	Opened Depth = "opened" // also that everything can be opened: encryption, compression, tar and dump
)

// A Result is the result of the check of one run.
type Result struct {
	Run     *catalog.Run
	Depth   Depth
	Objects int   // number of objects without problems
	Bytes   int64 // total size of these objects
	Files   int64 // files in the tar, with Opened
	Tables  int   // tables in the dump, with Opened
	Rows    int64 // rows in the dump, with Opened
	// Problems say what is wrong, one sentence each. Notes are remarks that are not problems.
	Problems []string
	Notes    []string

	mu sync.Mutex
}

// OK reports whether there are no problems.
func (r *Result) OK() bool { return len(r.Problems) == 0 }

func (r *Result) problem(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Problems = append(r.Problems, err.Error())
}

func (r *Result) good(objects int, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Objects += objects
	r.Bytes += bytes
}

// Run checks one run. It returns an error only if ctx ends. For the depth Opened, the reader
// needs keys.
func Run(ctx context.Context, reader *content.Reader, run *catalog.Run, depth Depth) (*Result, error) {
	result := &Result{Run: run, Depth: depth}
	if run.Suspect != "" {
		result.Notes = append(result.Notes, "suspect: "+run.Suspect)
	}
	if run.Manifest == nil || run.Problem != "" {
		result.Problems = append(result.Problems, run.Problem)
		return result, nil
	}
	var err error
	if depth == Quick {
		err = result.quick(ctx, reader.Store)
	} else {
		err = result.streams(ctx, reader)
	}
	if err != nil {
		return nil, err
	}
	result.chain(ctx, reader.Store)
	return result, ctx.Err()
}

// requests is the number of parallel requests.
const requests = 8

// quick compares what the store states about each object.
func (r *Result) quick(ctx context.Context, s store.Store) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(requests)
	for _, o := range r.Run.Manifest.Objects {
		group.Go(func() error {
			stored, err := s.Head(ctx, r.Run.Objects[o.Name[len(r.Run.Name):]].Name)
			switch {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case err != nil:
				r.problem(fmt.Errorf("%s: %w", o.Name, err))
			case stored.Bytes != o.Bytes:
				r.problem(fmt.Errorf("%s has %d bytes; its manifest says %d", o.Name, stored.Bytes, o.Bytes))
			case stored.CRC64NVME != "" && stored.CRC64NVME != o.CRC64NVME:
				r.problem(fmt.Errorf("%s is not what was backed up: the store states another CRC64NVME", o.Name))
			default:
				r.good(1, o.Bytes)
			}
			return nil
		})
	}
	return group.Wait()
}

// streams reads all streams of the run in parallel.
func (r *Result) streams(ctx context.Context, reader *content.Reader) error {
	var streams sync.WaitGroup
	for _, s := range r.Run.Manifest.Streams {
		streams.Go(func() {
			if err := r.stream(ctx, reader, s.Name); err != nil {
				r.problem(err)
				return
			}
			for _, o := range r.Run.Manifest.Objects {
				if o.Stream == s.Name {
					r.good(1, o.Bytes)
				}
			}
		})
	}
	streams.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

func (r *Result) stream(ctx context.Context, reader *content.Reader, name string) error {
	if r.Depth == Opened && name == manifest.DetailsStream {
		_, err := reader.Details(ctx, r.Run)
		return err
	}
	in, err := reader.Open(ctx, r.Run, name)
	if err != nil {
		return err
	}
	defer in.Close()
	switch {
	case r.Depth == Opened && name == manifest.DatabaseStream:
		return r.database(in)
	case r.Depth == Opened:
		return r.files(in)
	}
	_, err = io.Copy(io.Discard, in)
	return err
}

// database reads a dump to its last line.
func (r *Result) database(in io.Reader) error {
	totals, err := dumpfile.CheckEnd(in)
	if err != nil {
		return err
	}
	if counts := r.Run.Manifest.Counts; totals.Tables != counts.Tables || totals.Rows != counts.Rows {
		return fmt.Errorf("the dump has %d tables and %d rows; the manifest says %d and %d", totals.Tables, totals.Rows, counts.Tables, counts.Rows)
	}
	r.Tables, r.Rows = totals.Tables, totals.Rows
	return nil
}

// files walks through a tar.
func (r *Result) files(in io.Reader) error {
	archive := tar.NewReader(in)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("read the tar: %w", err)
		}
		if header.Typeflag == tar.TypeReg || header.Typeflag == tar.TypeLink {
			r.Files++
		}
		if _, err := io.Copy(io.Discard, archive); err != nil {
			return fmt.Errorf("read the tar: %w", err)
		}
	}
	if _, err := io.Copy(io.Discard, in); err != nil { // the padding after the end mark
		return err
	}
	if want := r.Run.Manifest.Counts.Files; r.Files != want {
		return fmt.Errorf("the tar has %d files; the manifest says %d", r.Files, want)
	}
	return nil
}

// chain checks that the manifest of the previous run has the hash that this manifest states.
func (r *Result) chain(ctx context.Context, s store.Store) {
	previous := r.Run.Manifest.Previous
	if previous == nil {
		return
	}
	parts, ok := manifest.ParseRunName(previous.Name)
	if !ok || parts.Site != r.Run.Site || parts.Kind != r.Run.Kind {
		r.problem(errors.New("the manifest names a run of another site or kind as the one before"))
		return
	}
	at := *r.Run
	at.Name = previous.Name
	object, err := s.Head(ctx, at.Path()+manifest.Suffix)
	if errors.Is(err, store.ErrNotExist) {
		r.Notes = append(r.Notes, "the run before, "+previous.Name+", is gone: it expired, or somebody deleted it")
		return
	}
	var text []byte
	if err == nil {
		text, err = catalog.Manifest(ctx, s, object)
	}
	sum := sha256.Sum256(text)
	switch {
	case err != nil:
		r.problem(fmt.Errorf("read the manifest of the run before: %w", err))
	case hex.EncodeToString(sum[:]) != previous.ManifestSHA256:
		r.problem(fmt.Errorf("the manifest of the run before, %s, was replaced after it was stored", previous.Name))
	}
}
