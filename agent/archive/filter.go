package archive

import (
	"fmt"
	"io"
	"strings"
)

// A Filter is a stage that wraps a writer: compression or sealing.
type Filter struct {
	// Name is the filter's name in manifests: zstd, gzip, age or gpg.
	Name string
	// Suffix is what the filter adds to an object's name, such as ".zst".
	Suffix string
	// Wrap returns a writer that filters its input into w. Its Close ends the
	// filtered stream and never closes w. It may write to w already in Wrap, from
	// another goroutine, and after the call of Write has returned.
	//
	// The writer may have a method Abandon(), which releases its resources
	// (goroutines, encoders) without ending the stream. It is the last call, also
	// after Close.
	Wrap func(w io.Writer) (io.WriteCloser, error)
}

// Suffix returns the suffix that all filters together add to an object's name, such
// as ".zst.age".
func Suffix(filters ...Filter) string {
	var b strings.Builder
	for _, f := range filters {
		b.WriteString(f.Suffix)
	}
	return b.String()
}

// Names returns the filters' names in the order the data passes them.
func Names(filters ...Filter) []string {
	names := make([]string, len(filters))
	for i, f := range filters {
		names[i] = f.Name
	}
	return names
}

// Compression returns the filters of a compression method: zstd with a level from 1
// to 22, gzip with a level from 1 to 9, or none. Level 0 is the method's default.
func Compression(name string, level int) ([]Filter, error) {
	switch name {
	case "zstd":
		return leveled(name, level, maxZstdLevel, Zstd)
	case "gzip":
		return leveled(name, level, maxGzipLevel, Gzip)
	case "none":
		if level != 0 {
			return nil, fmt.Errorf("set compression level %d: compression none has no levels; omit the level", level)
		}
		return nil, nil
	}
	return nil, fmt.Errorf("set compression %q: unknown; use zstd, gzip or none", name)
}

func leveled(name string, level, top int, filter func(int) Filter) ([]Filter, error) {
	if level < 0 || level > top {
		return nil, fmt.Errorf("set compression level %d: %s has the levels 1 to %d; omit the level for the default", level, name, top)
	}
	return []Filter{filter(level)}, nil
}
