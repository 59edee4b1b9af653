package archive

import (
	"io"

	"github.com/klauspost/compress/gzip"
)

const maxGzipLevel = 9

// Gzip compresses into one gzip member, in a separate goroutine. Levels are those of
// the gzip tool, from 1 to 9; 0 is its default.
func Gzip(level int) Filter {
	if level == 0 {
		level = gzip.DefaultCompression
	}
	return Filter{Name: "gzip", Suffix: ".gz", Wrap: func(w io.Writer) (io.WriteCloser, error) {
		gz, err := gzip.NewWriterLevel(w, level)
		if err != nil {
			return nil, err
		}
		return newAsync(gz), nil
	}}
}
