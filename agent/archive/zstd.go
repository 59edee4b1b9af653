package archive

import (
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	maxZstdLevel = 22
	// zstdWindow is how far back matches reach: as far as the stock tool's at level
	// 3, within 1 % of its size. The encoder's history is twice that. 4 MiB save
	// 1 % and cost 4 MiB a stream; the encoder's WithLowerEncoderMem halves the
	// history, but then moves a whole window for each block, which takes half as
	// much time again over text and three times as much over media; and jobs side
	// by side (WithConcurrentBlocks) need seven windows, or lose 5 % of size.
	zstdWindow = 2 << 20
)

// Zstd compresses into one zstd frame with a checksum, which the stock tool
// reads without --long. Levels are the stock tool's, from 1 to 22, and stand for
// the nearest of four: 1 and 2, 3 to 5 (0, the default, is 3), 6 to 9, 10 and up.
// A stream holds about 8 MiB of memory, from level 10 on 40 MiB.
//
// The encoder works beside its caller in two goroutines, one that finds matches
// and one that codes and writes, each a block of 128 KiB behind.
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

// Abandon waits for the encoder's goroutines and drops what they were at.
func (z zstdWriter) Abandon() { z.Reset(nil) }
