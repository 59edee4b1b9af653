package dumpfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// A Statement is one statement of a dump.
type Statement struct {
	// Text is the statement without its delimiter, and without the comments before it. It is
	// valid until the next call of Next.
	Text []byte
	// Delimiter ends the statement; it is ";" unless the dump changed it.
	Delimiter string
	Line      int // the line of its first byte, from 1
}

// MaxStatement is the maximum length of a statement in bytes. It is the maximum length of a
// packet of the servers, plus some space for the text around the row.
const MaxStatement = 1<<30 + 1<<20

// maxDelimiter is the maximum length of a delimiter in bytes.
const maxDelimiter = 32

// A Scanner divides a dump into statements, in the same way as the mysql client with
// --binary-mode. Strings, quoted names and comments may contain delimiters, and a DELIMITER
// line changes the delimiter.
type Scanner struct {
	in        *bufio.Reader
	line      int
	delimiter []byte
	text      []byte

	noBackslash      bool // a backslash in a string is not an escape
	savedNoBackslash bool // noBackslash for the sql_mode that the dump keeps in a variable
}

// NewScanner returns a scanner for a dump.
func NewScanner(r io.Reader) *Scanner {
	return &Scanner{in: bufio.NewReaderSize(r, 256<<10), line: 1, delimiter: []byte(";")}
}

// ErrUnfinished is the error for a dump that ends within a statement.
var ErrUnfinished = errors.New("the dump ends within a statement")

// Next returns the next statement. After the last one, it returns io.EOF.
func (s *Scanner) Next() (Statement, error) {
	for {
		if err := s.skipBlank(); err != nil {
			return Statement{}, err
		}
		changed, err := s.changeDelimiter()
		if err != nil {
			return Statement{}, err
		}
		if changed {
			continue
		}
		line := s.line
		if err := s.statement(); err != nil {
			return Statement{}, fmt.Errorf("read the dump: line %d: %w", line, err)
		}
		if len(s.text) <= maxSetting {
			s.follow(s.text)
		}
		return Statement{Text: s.text, Delimiter: string(s.delimiter), Line: line}, nil
	}
}

// maxSetting is the maximum length in bytes of a statement that sets the sql_mode.
const maxSetting = 4096

// Keep makes the caller the owner of the text of the last statement. The scanner uses buffer for
// the text of the next one.
func (s *Scanner) Keep(buffer []byte) { s.text = buffer }

// Line returns the number of the line that is read next.
func (s *Scanner) Line() int { return s.line }

// skipBlank skips white space and the comments that end with their line.
func (s *Scanner) skipBlank() error {
	for {
		next, err := s.in.Peek(1)
		if err != nil {
			return err
		}
		switch next[0] {
		case '\n':
			s.line++
			fallthrough
		case ' ', '\t', '\r':
			if _, err := s.in.Discard(1); err != nil {
				return err
			}
			continue
		case '#':
		case '-':
			if two, err := s.in.Peek(3); err != nil || two[1] != '-' || two[2] > ' ' {
				return nil //nolint:nilerr // the statement that begins here is too short, which is found next
			}
		default:
			return nil
		}
		if err := s.skipLine(); err != nil {
			return err
		}
	}
}

func (s *Scanner) skipLine() error {
	for {
		_, err := s.in.ReadSlice('\n')
		switch {
		case err == nil:
			s.line++
			return nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// changeDelimiter reads a DELIMITER line. It returns false if the next line is another one.
func (s *Scanner) changeDelimiter() (bool, error) {
	const word = "DELIMITER "
	begin, err := s.in.Peek(len(word))
	if err != nil || !bytes.EqualFold(begin, []byte(word)) {
		return false, nil //nolint:nilerr // what is shorter is none
	}
	line, err := s.in.ReadSlice('\n')
	delimiter := bytes.TrimSpace(line[len(word):])
	if err != nil || len(delimiter) == 0 || len(delimiter) > maxDelimiter || bytes.ContainsAny(delimiter, " \t'\"`\\/*#-") {
		return false, fmt.Errorf("read the dump: line %d: the delimiter %.40q cannot be used", s.line, delimiter)
	}
	s.delimiter = bytes.Clone(delimiter)
	s.line++
	return true, nil
}

// statement reads a statement up to its delimiter.
func (s *Scanner) statement() error {
	s.text = s.text[:0]
	for {
		chunk, err := s.in.Peek(max(s.in.Buffered(), 1))
		if errors.Is(err, io.EOF) {
			return ErrUnfinished
		}
		if err != nil {
			return err
		}
		n := s.plain(chunk)
		if err := s.consume(n); err != nil {
			return err
		}
		if n == len(chunk) {
			continue
		}
		done, err := s.special(chunk[n])
		if done || err != nil {
			return err
		}
	}
}

// plain returns the number of bytes at the beginning of chunk that need no special treatment.
func (s *Scanner) plain(chunk []byte) int {
	for i, c := range chunk {
		switch c {
		case '\'', '"', '`', '/', '#', '-', s.delimiter[0]:
			return i
		}
	}
	return len(chunk)
}

// consume moves bytes of the buffer into the statement.
func (s *Scanner) consume(n int) error {
	if len(s.text)+n > MaxStatement {
		return fmt.Errorf("the statement is longer than %d bytes", MaxStatement)
	}
	chunk, err := s.in.Peek(n)
	if err != nil {
		return err
	}
	s.text = append(s.text, chunk...)
	s.line += bytes.Count(chunk, []byte("\n"))
	_, err = s.in.Discard(n)
	return err
}

// special reads the text that begins with a byte that needs special treatment, such as a quote.
// done is true if it was the delimiter.
func (s *Scanner) special(c byte) (done bool, err error) {
	if c == s.delimiter[0] {
		if next, err := s.in.Peek(len(s.delimiter)); err == nil && bytes.Equal(next, s.delimiter) {
			_, err := s.in.Discard(len(s.delimiter))
			return true, err
		}
	}
	switch c {
	case '\'', '"', '`':
		return false, s.quoted(c)
	case '#':
		return false, s.until("\n")
	case '-':
		if next, err := s.in.Peek(3); err == nil && next[1] == '-' && next[2] <= ' ' {
			return false, s.until("\n")
		}
	case '/':
		next, _ := s.in.Peek(4) // what cannot be read is found next
		versioned := bytes.HasPrefix(next, []byte("/*!")) || bytes.HasPrefix(next, []byte("/*M!"))
		if bytes.HasPrefix(next, []byte("/*")) && !versioned { // the content of a version comment is code
			return false, s.until("*/")
		}
	}
	return false, s.consume(1)
}

// quoted reads a string or a quoted name.
func (s *Scanner) quoted(quote byte) error {
	escapes := quote != '`' && !s.noBackslash
	if err := s.consume(1); err != nil {
		return err
	}
	for {
		chunk, err := s.in.Peek(max(s.in.Buffered(), 1))
		if err != nil {
			return unfinished(err)
		}
		n, closed := insideQuotes(chunk, quote, escapes)
		if n > len(chunk) { // the last byte is a backslash
			if _, err := s.in.Peek(n); err != nil {
				return unfinished(err)
			}
		}
		if err := s.consume(n); err != nil {
			return err
		}
		if closed {
			return nil // a doubled quote is read as the start of another string, with the same result
		}
	}
}

// insideQuotes returns the number of bytes up to the closing quote, including it, or up to the
// end of chunk. If the last byte of chunk is a backslash, n is one more than len(chunk). It
// examines each byte once.
func insideQuotes(chunk []byte, quote byte, escapes bool) (n int, closed bool) {
	end := -1 // index of the next quote
	for n < len(chunk) {
		if end < n {
			if end = bytes.IndexByte(chunk[n:], quote); end < 0 {
				end = len(chunk)
			} else {
				end += n
			}
		}
		escape := -1
		if escapes {
			escape = bytes.IndexByte(chunk[n:end], '\\')
		}
		if escape < 0 {
			if end < len(chunk) {
				return end + 1, true
			}
			return end, false
		}
		n += escape + 2
	}
	return n, false
}

// until reads up to the text end, including it.
func (s *Scanner) until(end string) error {
	for {
		chunk, err := s.in.Peek(max(s.in.Buffered(), len(end)))
		if err != nil && len(chunk) < len(end) {
			return unfinished(err)
		}
		if n := bytes.Index(chunk, []byte(end)); n >= 0 {
			return s.consume(n + len(end))
		}
		if err := s.consume(len(chunk) - len(end) + 1); err != nil {
			return err
		}
	}
}

func unfinished(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrUnfinished
	}
	return err
}
