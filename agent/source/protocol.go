package source

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
)

// A worker and its parent communicate over an inherited socket and an inherited pipe. From
// the socket, the worker reads an Owner and any number of orders, one after the other. An
// order for a site comes with the descriptors of its streams, which are pipes. Into the
// pipe, the worker writes events, one JSON object per line. Everything the worker sends is
// untrusted: the worker may be under the control of the tenant.

// The worker's file descriptors; os/exec numbers them from 3.
const (
	orderFD = 3 + iota
	eventsFD
)

// maxEvent is the limit of an event, in bytes: the longest notes need almost all of it.
const maxEvent = 32 << 20

// maxParts is the maximum number of commas in an event, which bounds the memory of the decoded
// event: about 40 MiB. A site with 100,000 tables needs two thirds of it.
const maxParts = 400_000

// An order is one task of a worker. Either Site or Survey is set. When the worker has
// finished with the order, it sends the end of it, and waits for the next one.
type order struct {
	// Number is the order's number, from 1. All events about it carry the number.
	Number int `json:"number"`
	// Site is a site to open. The worker sends its facts, how each of its parts
	// ended, and the findings.
	Site *Request `json:"site,omitempty"`
	// Survey are sites of one owner whose configurations are read. The worker sends
	// the facts or an error for each, in this order.
	Survey []Request `json:"survey,omitempty"`
}

// An event is a message of the worker about an order. One of the other fields is set.
type event struct {
	Order    int          `json:"order"`
	Facts    *Facts       `json:"facts,omitempty"`
	Part     *partEnd     `json:"part,omitempty"`
	Findings *Findings    `json:"findings,omitempty"`
	Error    *remoteError `json:"error,omitempty"`
	// Waiting says that the dump begins (true) or ends to wait for a lock.
	Waiting *bool `json:"waiting,omitempty"`
	// Done says that the order is finished: nothing of its site is open any more.
	Done bool `json:"done,omitempty"`
}

// check refuses events that our workers never send.
func (e *event) check() error {
	set := 0
	for _, is := range []bool{e.Facts != nil, e.Part != nil, e.Findings != nil, e.Error != nil, e.Waiting != nil, e.Done} {
		if is {
			set++
		}
	}
	switch {
	case set != 1:
		return fmt.Errorf("worker sent an event with %d messages instead of one", set)
	case e.Part != nil && e.Part.Bytes < 0:
		return errors.New("worker reported a negative size")
	case e.Facts != nil && len(e.Facts.CheckErrors) > 2:
		return errors.New("worker reported errors of more parts than a site has")
	case e.Findings != nil:
		return e.Findings.check()
	}
	return nil
}

// kind names what the event reports.
func (e *event) kind() string {
	switch {
	case e.Facts != nil:
		return "the facts"
	case e.Part != nil:
		return "the end of " + e.Part.Name
	case e.Findings != nil:
		return "the findings"
	case e.Waiting != nil:
		return "a lock wait"
	case e.Done:
		return "the end of the order"
	}
	return "an error"
}

// readEvent reads one event of at most limit bytes.
func readEvent(r *bufio.Reader, limit int) (event, error) {
	var line []byte
	for {
		chunk, err := r.ReadSlice('\n')
		line = append(line, chunk...)
		if len(line) > limit {
			return event{}, fmt.Errorf("worker sent more than %d bytes in one event", limit)
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
	if parts := bytes.Count(line, []byte(",")); parts > maxParts {
		return event{}, fmt.Errorf("worker sent more than %d parts in one event", maxParts)
	}
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		return event{}, fmt.Errorf("read the worker's event: %w", err)
	}
	return e, e.check()
}

// An eventWriter sends events about one order, one at a time.
type eventWriter struct {
	mu      sync.Mutex
	order   int
	encoder *json.Encoder
}

func newEventWriter(w io.Writer, order int) *eventWriter {
	e := &eventWriter{encoder: json.NewEncoder(w), order: order}
	e.encoder.SetEscapeHTML(false) // escaping would write six bytes for one
	return e
}

func (e *eventWriter) send(v event) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	v.Order = e.order
	if err := e.encoder.Encode(v); err != nil {
		return fmt.Errorf("send the parent an event: %w", err)
	}
	return nil
}

// A partEnd reports the end of a part.
type partEnd struct {
	Name  string       `json:"name"`
	Bytes int64        `json:"bytes"`
	Error *remoteError `json:"error,omitempty"`
}

// check returns the error of the part, or an error if another number of bytes was received.
func (e *partEnd) check(received int64) error {
	if e.Error != nil {
		return e.Error
	}
	if e.Bytes != received {
		return fmt.Errorf("worker wrote %d bytes, but %d arrived", e.Bytes, received)
	}
	return nil
}

// A remoteError is an error of a worker, with the properties that the parent uses.
type remoteError struct {
	Message string                 `json:"message"`
	Config  *wordpress.ConfigError `json:"config,omitempty"`
	Restart bool                   `json:"restart,omitempty"`
}

func newRemoteError(err error) *remoteError {
	if err == nil {
		return nil
	}
	r := &remoteError{Message: err.Error(), Restart: Restartable(err)}
	var config *wordpress.ConfigError
	if errors.As(err, &config) {
		r.Config = config
	}
	return r
}

// Error is the message without control characters, as a tenant may have written it.
func (r *remoteError) Error() string { return wordpress.Printable(r.Message) }

// Unwrap returns the errors that callers look for.
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

// errRestart is in the chain of a worker's error that is Restartable.
var errRestart = errors.New("the site can be read again")

// Restartable reports whether reading the site a second time may succeed: its
// tables changed, or the connection was lost.
func Restartable(err error) bool {
	return errors.Is(err, errRestart) || errors.Is(err, dump.ErrChanged) || errors.Is(err, mysql.ErrLost)
}
