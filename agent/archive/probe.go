package archive

import (
	"encoding/binary"
	"math"
	"slices"
)

const (
	// probeBlock is the length of the sections that are examined separately, in bytes.
	probeBlock = 128 << 10
	// worthwhile is the minimum saving: data that would shrink by less are not compressed.
	worthwhile = 0.01
	// probeStep is the distance of the positions that are remembered, in bytes: those of
	// the last 8 MiB.
	probeStep = 512
	// probeWindows is the number of windows in a block of which all positions are looked
	// up: a repetition that covers one is found at any distance and alignment.
	probeWindows = 2
	probeWindow  = 2 * probeStep
)

// A probe finds segments of a stream that cannot be compressed. It reads only a small part of
// them.
type probe struct {
	seen [1 << 14]uint32 // fingerprints of 8 bytes each, by their hash
}

// incompressible tells whether all bytes in a segment are about equally frequent, and
// whether it repeats neither itself nor what the probe has seen before.
func (p *probe) incompressible(segment []byte) bool {
	for block := range slices.Chunk(segment, probeBlock) {
		if !flat(block) || p.repeats(block) {
			return false
		}
	}
	return true
}

const (
	// A sample is made of pieces at equal distances.
	samplePieces = 32
	samplePiece  = 256 // bytes
)

// flat tells whether all bytes are about equally frequent, so that shorter codes for some
// of them save next to nothing.
func flat(block []byte) bool {
	var counts [256]int
	for i := range samplePieces {
		at := i * (len(block) - samplePiece) / (samplePieces - 1)
		for _, b := range block[at : at+samplePiece] {
			counts[b]++
		}
	}
	const n = samplePieces * samplePiece
	bits := 0.0 // of entropy, for the whole sample
	for _, c := range counts {
		if c > 0 {
			bits += float64(c) * math.Log2(n/float64(c))
		}
	}
	// The entropy of a small sample is lower than that of its source, on average by this.
	const bias = 255 / (2 * n * math.Ln2)
	return bits/n+bias > 8*(1-worthwhile)
}

// repeats tells whether a block repeats what the probe remembers, and remembers the block.
func (p *probe) repeats(block []byte) bool {
	for i := range probeWindows {
		start := i * len(block) / probeWindows
		for at := start; at < start+probeWindow; at++ {
			if slot, print := fingerprint(block[at:]); p.seen[slot] == print {
				return true
			}
		}
	}
	for at := 0; at < len(block); at += probeStep {
		slot, print := fingerprint(block[at:])
		p.seen[slot] = print
	}
	return false
}

// fingerprint hashes the first 8 bytes.
func fingerprint(b []byte) (slot int, print uint32) {
	h := binary.LittleEndian.Uint64(b) * 0x9E3779B185EBCA87
	return int(h >> (64 - 14)), uint32(h>>18) | 1 //nolint:gosec // 32 of the other bits; never 0
}
