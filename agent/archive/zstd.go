package archive

import (
	"io"

	"github.com/klauspost/compress/zstd"
)

const (
	maxZstdLevel = 22
	// zstdWindow is how far back matches reach; it bounds the encoder's memory,
	// and what the reader needs.
	zstdWindow = 4 << 20
)

// Zstd compresses into one zstd frame with a checksum, which the stock tool
// reads without --long. Levels are the stock tool's, from 1 to 22, and stand for
// the nearest of four: 1 and 2, 3 to 5 (0, the default, is 3), 6 to 9, 10 and up.
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
