package archive

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/klauspost/compress/flate"
)

const (
	maxGzipLevel = 9
	// gzipSegments is the length of the sections that are compressed independently: 64
	// windows of the format, so that the history they lack costs 0.2 % of size.
	gzipSegments = 2
)

// Gzip compresses into one gzip member. Two sections of 2 MiB are compressed at the same
// time. What does not compress is stored. Levels are those of the gzip tool, from 1 to 9;
// 0 is its default.
func Gzip(level int) Filter {
	if level == 0 {
		level = flate.DefaultCompression
	}
	return frameFilter("gzip", ".gz", func() (format, error) {
		if level > maxGzipLevel {
			return format{}, fmt.Errorf("gzip has no level %d", level)
		}
		var size, sum uint32 // modulo 2^32
		return format{
			segments: gzipSegments,
			newPacker: func() (packer, error) {
				w, err := flate.NewWriter(nil, level)
				return deflater{w}, err
			},
			stored: storedDeflate,
			begin:  []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}, // no name, no date, any system
			sum: func(p []byte) {
				sum = crc32.Update(sum, crc32.IEEETable, p)
				size += uint32(len(p)) //nolint:gosec // a segment
			},
			end: func() []byte {
				end := []byte{1, 0, 0, 0xff, 0xff} // the last block, stored and empty
				end = binary.LittleEndian.AppendUint32(end, sum)
				return binary.LittleEndian.AppendUint32(end, size)
			},
		}, nil
	})
}

// A deflater writes blocks of Deflate, none of which is the last one of a stream.
type deflater struct{ *flate.Writer }

// Close ends the blocks at the boundary of a byte.
func (d deflater) Close() error { return d.Flush() }

// maxStored is the maximum size of a stored block of Deflate, in bytes.
const maxStored = 1<<16 - 1

// storedDeflate returns the sections of blocks that hold p as it is.
func storedDeflate(p []byte) [][]byte {
	var sections [][]byte
	for len(p) > 0 {
		n := min(len(p), maxStored)
		head := binary.LittleEndian.AppendUint16([]byte{0}, uint16(n)) //nolint:gosec // at most maxStored
		head = binary.LittleEndian.AppendUint16(head, ^uint16(n))      //nolint:gosec // as above
		sections = append(sections, head, p[:n])
		p = p[n:]
	}
	return sections
}
