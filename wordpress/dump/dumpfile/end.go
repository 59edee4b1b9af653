// Package dumpfile reads dumps of wp-oneway. It treats a dump as hostile input, because an
// attacker who controlled the host may have written it.
package dumpfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"
	"strconv"
	"sync"
)

// Totals are the numbers in the last line of a dump.
type Totals struct {
	Tables int
	Rows   int64
}

// ErrTruncated is the error for a dump without its last line.
var ErrTruncated = errors.New("the dump is truncated: its last line is missing")

// endPrefix is the beginning of the last line.
const endPrefix = "-- Dump completed at "

// maxEnd is the maximum length of the last line in bytes.
const maxEnd = 256

var endLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^-- Dump completed at [0-9TZ:+-]{20,35} tables=(\d{1,9}) rows=(\d{1,18}) sha256=([0-9a-f]{64})\n$`)
})

// An EndChecker is a writer that checks the last line of the dump that is written to it. That
// line contains the SHA-256 of everything before it.
type EndChecker struct {
	sum  hash.Hash
	last []byte // the end of what was written, at most maxEnd bytes, not yet in sum
}

// NewEndChecker returns a checker for one dump.
func NewEndChecker() *EndChecker { return &EndChecker{sum: sha256.New()} }

// Write implements io.Writer. It never fails.
func (c *EndChecker) Write(p []byte) (int, error) {
	n := len(p)
	if n >= maxEnd {
		c.sum.Write(c.last)
		c.sum.Write(p[:n-maxEnd])
		c.last = append(c.last[:0], p[n-maxEnd:]...)
		return n, nil
	}
	c.last = append(c.last, p...)
	if more := len(c.last) - maxEnd; more > 0 {
		c.sum.Write(c.last[:more])
		c.last = append(c.last[:0], c.last[more:]...)
	}
	return n, nil
}

// Totals returns the numbers in the last line. It must be called after all of the dump was
// written. It returns an error if the line is missing or its hash is wrong.
func (c *EndChecker) Totals() (Totals, error) {
	at := bytes.LastIndex(c.last, []byte("\n"+endPrefix))
	if at < 0 && !bytes.HasPrefix(c.last, []byte(endPrefix)) {
		return Totals{}, ErrTruncated
	}
	parts := endLine().FindSubmatch(c.last[at+1:])
	if parts == nil {
		return Totals{}, ErrTruncated
	}
	c.sum.Write(c.last[:at+1])
	if hex.EncodeToString(c.sum.Sum(nil)) != string(parts[3]) {
		return Totals{}, errors.New("the dump was changed: its SHA-256 is not the one in its last line")
	}
	tables, err1 := strconv.Atoi(string(parts[1]))
	rows, err2 := strconv.ParseInt(string(parts[2]), 10, 64)
	return Totals{Tables: tables, Rows: rows}, errors.Join(err1, err2)
}

// CheckEnd reads a dump to its end, and checks its last line.
func CheckEnd(r io.Reader) (Totals, error) {
	c := NewEndChecker()
	if _, err := io.CopyBuffer(c, struct{ io.Reader }{r}, make([]byte, 256<<10)); err != nil {
		return Totals{}, err
	}
	totals, err := c.Totals()
	if err != nil {
		return Totals{}, fmt.Errorf("read the dump: %w", err)
	}
	return totals, nil
}
