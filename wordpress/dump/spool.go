package dump

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// spoolMemory is how many bytes a spool keeps in memory before it creates a file.
const spoolMemory = 8 << 20

// A spool stores text temporarily: a little in memory, more in a file. The file is
// unlinked as soon as it is open, so that it does not outlive the process.
type spool struct {
	dir    string
	memory []byte
	file   *os.File
	inFile int64
}

func newSpool(dir string) *spool { return &spool{dir: dir} }

// size returns how many bytes have been written.
func (s *spool) size() int64 { return s.inFile + int64(len(s.memory)) }

// Write appends p.
func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil && len(s.memory)+len(p) <= spoolMemory {
		s.memory = append(s.memory, p...)
		return len(p), nil
	}
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "wp-oneway-*") // 0600
		if err != nil {
			return 0, fmt.Errorf("store locked tables: %w", err)
		}
		s.file = f
		if err := os.Remove(f.Name()); err != nil {
			return 0, fmt.Errorf("store locked tables: %w", err)
		}
		n, err := f.Write(s.memory)
		s.inFile += int64(n)
		if err != nil {
			return 0, fmt.Errorf("store locked tables: %w", err)
		}
		s.memory = nil
	}
	n, err := s.file.Write(p)
	s.inFile += int64(n)
	if err != nil {
		err = fmt.Errorf("store locked tables: %w", err)
	}
	return n, err
}

// section returns a reader of a range of the text.
func (s *spool) section(from, to int64) io.Reader {
	if s.file == nil {
		return bytes.NewReader(s.memory[from:to])
	}
	return io.NewSectionReader(s.file, from, to-from)
}

// Close removes the file. A nil spool may be closed.
func (s *spool) Close() error {
	if s == nil || s.file == nil {
		return nil
	}
	return s.file.Close()
}
