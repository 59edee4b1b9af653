package dump

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// spoolMemory is how many bytes a spool keeps in memory. For more, it creates a file.
const spoolMemory = 8 << 20

// OpenTemp creates a file in a folder; "" means the system's folder. It removes the name of the
// file at once, so that the file disappears when the process ends.
func OpenTemp(dir string) (*os.File, error) {
	f, err := os.CreateTemp(dir, "wp-oneway-*") // with mode 0600
	if err == nil {
		err = os.Remove(f.Name())
	}
	if err != nil {
		return nil, fmt.Errorf("create a temporary file: %w; set temp_dir to a folder with room for the tables that are not transactional", err)
	}
	return f, nil
}

// A spool stores text temporarily: in memory, or in a file if there is more of it.
type spool struct {
	open   func() (*os.File, error)
	memory []byte
	file   *os.File
	inFile int64
}

func newSpool(open func() (*os.File, error)) *spool {
	if open == nil {
		open = func() (*os.File, error) { return OpenTemp("") }
	}
	return &spool{open: open}
}

// size returns how many bytes have been written.
func (s *spool) size() int64 { return s.inFile + int64(len(s.memory)) }

// Write appends p.
func (s *spool) Write(p []byte) (int, error) {
	if s.file == nil && len(s.memory)+len(p) <= spoolMemory {
		s.memory = append(s.memory, p...)
		return len(p), nil
	}
	if s.file == nil {
		f, err := s.open()
		if err != nil {
			return 0, fmt.Errorf("store locked tables: %w", err)
		}
		s.file = f
		n, err := f.Write(s.memory)
		s.inFile += int64(n)
		if err != nil {
			return 0, spoolError(err)
		}
		s.memory = nil
	}
	n, err := s.file.Write(p)
	s.inFile += int64(n)
	return n, spoolError(err)
}

// spoolError adds advice to the error of a write.
func spoolError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EFBIG), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("store locked tables: %w; set temp_dir to a folder with more room", err)
	}
	return fmt.Errorf("store locked tables: %w", err)
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
