package agent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/archive"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A Part is one stream of a run at its source: the database as SQL, or the files as tar.
type Part struct {
	Name  string
	Write func(context.Context, io.Writer) error
}

// streamBlocks is how many blocks a stream may hold before a sink gives one back:
// a part that one destination fills, one block to see whether there is
// more, and what the slowest and the quickest destination are apart by.
const streamBlocks = partBlocks + 2 + 2*tapQueue

// A streamer carries parts through the filters to every destination.
type streamer struct {
	pool    *sinks.Pool
	filters []archive.Filter
	dests   []*destination
	sealed  bool
	vigil   *vigil
	limit   *sinks.Limiter            // of the files' way to the destinations; nil for none
	fanouts [2]atomic.Pointer[fanout] // of the streams under way, for the watchdog
}

// carry streams part to every destination under name plus the suffixes. A part
// that fails is published nowhere: its filters stay unclosed, and every sink's
// reader ends in the part's error. A destination that fails is given up, without
// an error here unless none is left.
func (s *streamer) carry(ctx context.Context, slot int, part Part, name string, progress func(raw, stored int64)) (ManifestStream, error) {
	stream := ManifestStream{Name: part.Name, Filters: archive.Names(s.filters...)}
	leave, err := s.pool.Admit(ctx, streamBlocks)
	if err != nil {
		return stream, fmt.Errorf("%s: %w", part.Name, err)
	}
	defer leave()
	f := newFanout(ctx, s.pool, s.dests)
	s.fanouts[slot].Store(f)
	defer s.fanouts[slot].Store(nil)

	var puts sync.WaitGroup
	for _, t := range f.taps {
		puts.Go(func() { s.store(t, part.Name, name+streamSuffix[part.Name]+archive.Suffix(s.filters...)) })
	}
	source := &meter{progress: func(raw int64) { progress(raw, f.bytes.Load()) }, vigil: s.vigil, slot: slot}
	if !s.sealed {
		source.sum = sha256.New()
	}
	err = s.fill(ctx, part, f, source)
	f.end(err)
	puts.Wait()
	if err == nil && s.living() == 0 {
		err = errNoDestination
	}
	if err != nil {
		return stream, fmt.Errorf("%s: %w", part.Name, err)
	}
	stream.RawBytes = source.bytes
	if source.sum != nil {
		stream.RawSHA256 = hex.EncodeToString(source.sum.Sum(nil))
	}
	return stream, nil
}

// fill runs the part through the filters into f.
func (s *streamer) fill(ctx context.Context, part Part, f *fanout, source *meter) (err error) {
	defer catch(&err)
	chain, err := archive.Chain(f, s.filters...)
	if err != nil {
		return err
	}
	defer chain.Abandon() // nothing, once it is closed
	source.w = chain
	if err := source.take(ctx, part); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return chain.Close()
}

// store puts one destination's copy of a stream, and gives the destination up if that fails.
func (s *streamer) store(t *tap, stream, name string) {
	defer t.drain()
	if t.dest.err() != nil {
		return
	}
	limit := s.limit
	if stream != filesStream {
		limit = nil // the dump holds the site's tables while it lasts
	}
	receipt, err := t.put(name, limit)
	if err != nil {
		// A stream that broke at its source is no fault of the destination's.
		if t.ended && !errors.Is(t.end, io.EOF) && errors.Is(err, t.end) {
			return
		}
		t.dest.fail(err)
		return
	}
	t.dest.keep(stream, receipt)
}

func (s *streamer) living() int {
	n := 0
	for _, d := range s.dests {
		if d.err() == nil {
			n++
		}
	}
	return n
}

// starved tells whether one of the streams has waited for memory for that long.
func (s *streamer) starved(d time.Duration) bool {
	for i := range s.fanouts {
		if f := s.fanouts[i].Load(); f != nil && f.starved(d) {
			return true
		}
	}
	return false
}

// A meter counts and hashes what a part writes.
type meter struct {
	w        io.Writer
	sum      hash.Hash // nil: not hashed
	bytes    int64
	progress func(bytes int64)
	vigil    *vigil
	slot     int
}

// take has the part write itself.
func (m *meter) take(ctx context.Context, part Part) error {
	m.vigil.begin(m.slot)
	defer m.vigil.end(m.slot)
	return part.Write(ctx, m)
}

func (m *meter) Write(p []byte) (int, error) {
	// As long as this lasts it is not the site that is waited for.
	m.vigil.end(m.slot)
	defer m.vigil.begin(m.slot)
	n, err := m.w.Write(p)
	m.bytes += int64(n)
	if m.sum != nil {
		m.sum.Write(p[:n])
	}
	m.progress(m.bytes)
	return n, err
}
