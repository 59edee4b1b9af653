package archive

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/zstd"
)

const (
	maxZstdLevel = 22
	// zstdSegments is the length of a frame, which is also its window: 4 MiB. With frames
	// of 2 MiB, a folder of similar source files becomes 15 % larger.
	zstdSegments = 4
	zstdWindow   = zstdSegments * segmentSize
)

// Zstd compresses into zstd frames of 4 MiB with checksums, which the zstd tool reads as
// one stream, without --long. Two frames are compressed at the same time. Frames of 1 MiB
// store what does not compress. Levels are those of the tool, from 1 to 22, and are mapped
// to the nearest of four: 1 and 2, 3 to 5 (0, the default, is 3), 6 to 9, 10 and up.
//
// The streams of one Filter use together 12 MiB of memory for compressing, from level 10
// on 80 MiB, and 8 MiB for their data. The output of a frame takes more, up to its length.
func Zstd(level int) Filter {
	return frameFilter("zstd", ".zst", func() (format, error) {
		return format{segments: zstdSegments, stored: storedFrame, newPacker: func() (packer, error) {
			return zstd.NewWriter(nil,
				zstd.WithEncoderLevel(zstdLevel(level)),
				zstd.WithWindowSize(zstdWindow),
				zstd.WithLowerEncoderMem(true), // a history of one window, which never moves
				zstd.WithEncoderConcurrency(1),
				zstd.WithEncoderCRC(true),
				zstd.WithZeroFrames(true))
		}}, nil
	})
}

func zstdLevel(level int) zstd.EncoderLevel {
	if level == 0 {
		return zstd.SpeedDefault
	}
	return zstd.EncoderLevelFromZstd(level)
}

// Fields of a zstd frame, see RFC 8878.
const (
	zstdMagic = 0xFD2FB528
	// zstdStored describes a frame: content size in 4 bytes, window of that size, checksum.
	zstdStored = 2<<6 | 1<<5 | 1<<2
	zstdBlock  = 128 << 10 // maximum size of a block, in bytes
)

// storedFrame returns the sections of a frame that holds p as it is.
func storedFrame(p []byte) [][]byte {
	var sections [][]byte
	head := binary.LittleEndian.AppendUint32(nil, zstdMagic)
	head = append(head, zstdStored)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(p))) //nolint:gosec // a segment
	for rest := p; len(rest) > 0; head = nil {
		n := min(len(rest), zstdBlock)
		block := n << 3 // of the type "raw"
		if n == len(rest) {
			block |= 1 // the last one
		}
		sections = append(sections, append(head, byte(block), byte(block>>8), byte(block>>16)), rest[:n])
		rest = rest[n:]
	}
	return append(sections, binary.LittleEndian.AppendUint32(nil, uint32(xxhash.Sum64(p)))) //nolint:gosec // its lower half
}
