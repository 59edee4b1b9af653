package archive

import (
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	maxZstdLevel = 22
	// zstdWindow is the window size in bytes: that of the zstd tool at level 3, with
	// output within 1 % of its size. The encoder's history is twice as large. A window
	// of 4 MiB would save 1 % and cost 4 MiB per stream. WithLowerEncoderMem halves the
	// history, but copies a window for each block: 1.5 times the CPU time for text, 3
	// times for media. WithConcurrentBlocks needs seven windows, or loses 5 % of size.
	zstdWindow = 2 << 20
)

// Zstd compresses into one zstd frame with a checksum, which the zstd tool reads without
// --long. Levels are those of the tool, from 1 to 22, and are mapped to the nearest of
// four: 1 and 2, 3 to 5 (0, the default, is 3), 6 to 9, 10 and up. A stream uses about
// 8 MiB of memory, from level 10 on 40 MiB.
//
// The encoder runs in parallel with its caller in two goroutines: one finds matches, one
// encodes and writes, each one block of 128 KiB behind.
func Zstd(level int) Filter {
	return Filter{Name: "zstd", Suffix: ".zst", Wrap: func(w io.Writer) (io.WriteCloser, error) {
		enc, err := zstd.NewWriter(w,
			zstd.WithEncoderLevel(zstdLevel(level)),
			zstd.WithWindowSize(zstdWindow),
			zstd.WithEncoderConcurrency(2),
			zstd.WithEncoderCRC(true),
			zstd.WithZeroFrames(true))
		if err != nil {
			return nil, err
		}
		return zstdWriter{enc}, nil
	}}
}

func zstdLevel(level int) zstd.EncoderLevel {
	if level == 0 {
		return zstd.SpeedDefault
	}
	return zstd.EncoderLevelFromZstd(level)
}

type zstdWriter struct{ *zstd.Encoder }

// Abandon waits for the encoder's goroutines and discards their data.
func (z zstdWriter) Abandon() { z.Reset(nil) }
