package agent

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// The worker speaks over inherited pipes: it reads one Request, and writes
// events, one JSON object a line: facts, then for each part how it ended, then
// the findings. The streams have a pipe each. Nothing it says is trusted further
// than the tenant himself would be.

// The worker's descriptors, from 3 as os/exec hands them over.
const (
	requestFD = 3 + iota
	eventsFD
	databaseFD
	filesFD
)

// maxEvent is the longest event the parent reads, in bytes.
const maxEvent = 32 << 20

// maxCount is the highest count that is believed; sums of them do not overflow, and
// readers of JSON who keep numbers as floating point get them right.
const maxCount = 1 << 53

// An event is one message of the worker's; one field is set.
type event struct {
	Facts    *Facts       `json:"facts,omitempty"`
	Part     *partEnd     `json:"part,omitempty"`
	Findings *Findings    `json:"findings,omitempty"`
	Error    *remoteError `json:"error,omitempty"`
}

// check refuses an event that no worker of ours sends.
func (e *event) check() error {
	set := 0
	for _, is := range []bool{e.Facts != nil, e.Part != nil, e.Findings != nil, e.Error != nil} {
		if is {
			set++
		}
	}
	switch {
	case set != 1:
		return fmt.Errorf("the worker sent an event that says %d things, not one", set)
	case e.Part != nil && e.Part.Bytes < 0:
		return errors.New("the worker sent a part of less than nothing")
	case e.Findings != nil:
		return e.Findings.check()
	}
	return nil
}

// kind tells events apart of which a worker sends one each.
func (e *event) kind() string {
	switch {
	case e.Facts != nil:
		return "the facts"
	case e.Part != nil:
		return "the end of " + e.Part.Name
	case e.Findings != nil:
		return "the findings"
	}
	return "an error"
}

// check refuses findings that cannot be: what they say goes into manifests and
// reports, whose readers rely on their form.
func (f *Findings) check() error {
	for _, n := range []wordpress.Notes{f.Warnings, f.Unreadable, f.Privileges} {
		if len(n.Items) > wordpress.MaxNotes || n.Total < len(n.Items) {
			return fmt.Errorf("the worker sent %d notes of %d; there are never more than %d by name", len(n.Items), n.Total, wordpress.MaxNotes)
		}
	}
	most, least, sum := int64(0), int64(0), f.counts()
	count := func(numbers ...int64) {
		most, least = max(most, slices.Max(numbers)), min(least, slices.Min(numbers))
	}
	count(f.Files, f.FileBytes, sum.Rows, sum.Excluded, int64(sum.Warnings), int64(sum.Unreadable))
	for _, t := range f.Tables {
		count(t.Rows)
	}
	for _, e := range f.Excludes {
		count(e.Entries)
	}
	if least < 0 || most > maxCount {
		return fmt.Errorf("the worker sent a count of %d or %d", least, most)
	}
	return nil
}

// partEnd says that a part has ended, and how.
type partEnd struct {
	Name  string       `json:"name"`
	Bytes int64        `json:"bytes"`
	Error *remoteError `json:"error,omitempty"`
}

// A remoteError carries an error across the pipe, with what the parent acts on.
type remoteError struct {
	Message string                 `json:"message"`
	Config  *wordpress.ConfigError `json:"config,omitempty"`
	Restart bool                   `json:"restart,omitempty"`
}

func newRemoteError(err error) *remoteError {
	if err == nil {
		return nil
	}
	r := &remoteError{Message: err.Error(), Restart: restartable(err)}
	var config *wordpress.ConfigError
	if errors.As(err, &config) {
		r.Config = config
	}
	return r
}

// Error is the message, made fit to print: it may hold what a tenant wrote.
func (r *remoteError) Error() string { return Printable(r.Message) }

// Unwrap gives the parts of the error that callers look for.
func (r *remoteError) Unwrap() []error {
	var errs []error
	if r.Config != nil {
		errs = append(errs, r.Config)
	}
	if r.Restart {
		errs = append(errs, errRestart)
	}
	return errs
}

// readEvent reads one event, no longer than maxEvent.
func readEvent(r *bufio.Reader) (event, error) {
	var line []byte
	for {
		chunk, err := r.ReadSlice('\n')
		line = append(line, chunk...)
		if len(line) > maxEvent {
			return event{}, fmt.Errorf("the worker sent more than %d bytes in one event", maxEvent)
		}
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			if errors.Is(err, io.EOF) && len(line) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return event{}, err
		}
	}
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		return event{}, fmt.Errorf("read the worker's event: %w", err)
	}
	return e, e.check()
}

// Printable makes text of unknown origin fit for a terminal and a log line:
// control characters and what is not UTF-8 are escaped, and it is cut at 4 KiB.
func Printable(s string) string {
	const most = 4 << 10
	if len(s) > most {
		s = s[:most] + "…"
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\uFFFD' && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) || r == '\u2028' || r == '\u2029' || (r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069'):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
