package archive

import (
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	maxZstdLevel = 22
	// zstdWindow is how far back matches reach. On WordPress and other source code
	// 4 MiB give what the stock tool gives at the same level, less a little; 2 MiB
	// cost 1.4 % of size, and the encoder's other way to use two cores, jobs of
	// four windows each, 1 % more size at this window and seven times the memory.
	zstdWindow = 4 << 20
)

// Zstd compresses into one zstd frame with a checksum, which the stock tool
// reads without --long. Levels are the stock tool's, from 1 to 22, and stand for
// the nearest of four: 1 and 2, 3 to 5 (0, the default, is 3), 6 to 9, 10 and up.
// A stream holds about 16 MiB of memory, from level 10 on 50 MiB.
//
// The encoder works beside its caller in two goroutines, one that finds matches
// and one that codes and writes, each a block of 128 KiB behind.
func Zstd(level int) Filter {
	return Filter{Name: "zstd", Suffix: ".zst", Wrap: func(w io.Writer) (io.WriteCloser, error) {
		enc, err := zstd.NewWriter(w,
			zstd.WithEncoderLevel(zstdLevel(level)),
			zstd.WithWindowSize(zstdWindow),
			zstd.WithLowerEncoderMem(true), zstd.WithEncoderConcurrency(2),
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
