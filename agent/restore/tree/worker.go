package tree

import (
	"bufio"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// WorkerCommand is the hidden command that carries out an order with the rights of a site's
// owner.
const WorkerCommand = "restore-worker"

// The file descriptors of a worker: one for its events, and from firstFolder on one for each box
// and target.
const (
	eventsFD    = 3
	firstFolder = 4
)

// An event is a message of a worker. The owner of the site may forge it.
type event struct {
	Change *Change  `json:"change,omitempty"`
	Files  int64    `json:"files,omitempty"` // number of files read so far
	Done   *Summary `json:"done,omitempty"`
	Error  string   `json:"error,omitempty"`
}

// filesPause is the minimum time between two reports of the number of files.
const filesPause = 100 * time.Millisecond

// The maximum length of an event, and of an error text, in bytes.
const (
	maxEvent = 1 << 20
	maxError = 4 << 10
)

// stageAs starts a worker with the rights of a user to carry out an order. The worker gets only
// the stream and the folders; its environment is empty.
func stageAs(ctx context.Context, in io.Reader, user User, o order, open []*os.File, tell listener) (sum Summary, err error) {
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	events, theirs, err := os.Pipe()
	if err != nil {
		return sum, fmt.Errorf("start the worker: %w", err)
	}
	defer events.Close()
	cmd := exec.CommandContext(ctx, "/proc/self/exe", WorkerCommand)
	cmd.Env, cmd.Dir = []string{}, "/"
	cmd.ExtraFiles = append([]*os.File{eventsFD - 3: theirs}, open...)
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setpgid: true, Pdeathsig: syscall.SIGKILL,
		Credential: &syscall.Credential{Uid: user.UID, Gid: user.GID, Groups: user.Groups},
	}
	var said strings.Builder
	cmd.Stderr = &headWriter{&said}
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	_ = theirs.Close() // the worker has its own copy
	if err != nil {
		return sum, fmt.Errorf("start the worker for uid %d: %w", user.UID, err)
	}
	sent := make(chan error, 1)
	go func() {
		err := send(stdin, o, in)
		if err != nil && !errors.Is(err, syscall.EPIPE) {
			kill() // the worker has read content that failed its check
		}
		sent <- err
	}()
	done, heard := hear(events, tell)
	if heard != nil {
		kill()
	}
	died := cmd.Wait()
	failed := <-sent
	switch {
	case failed != nil && !errors.Is(failed, syscall.EPIPE) && !errors.Is(failed, os.ErrClosed):
		return sum, failed
	case heard != nil:
		return sum, heard
	case done == nil && died != nil:
		return sum, fmt.Errorf("the worker for uid %d died: %w %s", user.UID, died, wordpress.Printable(strings.TrimSpace(said.String())))
	case done == nil:
		return sum, fmt.Errorf("the worker for uid %d ended before its work was done", user.UID)
	}
	return *done, nil
}

// send sends an order and the stream.
func send(w io.WriteCloser, o order, in io.Reader) error {
	err := gob.NewEncoder(w).Encode(o)
	if err == nil {
		_, err = io.Copy(w, in)
	}
	if closed := w.Close(); err == nil {
		err = closed
	}
	return err
}

// hear calls tell with what a worker reports, until the worker sends its summary.
func hear(events io.Reader, tell listener) (*Summary, error) {
	lines := bufio.NewScanner(events)
	lines.Buffer(nil, maxEvent)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("read the worker's answer: %w", err)
		}
		switch {
		case e.Error != "":
			return nil, errors.New(wordpress.Printable(e.Error))
		case e.Done != nil:
			return e.Done, nil
		case e.Change != nil:
			if err := tell.change(Change{wordpress.Printable(e.Change.Action), wordpress.Printable(e.Change.Path)}); err != nil {
				return nil, err
			}
		case e.Files > 0:
			if err := tell.files(e.Files); err != nil {
				return nil, err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the worker's answer: %w", err)
	}
	return nil, nil //nolint:nilnil // the end of the process says why
}

// Worker is the main function of a worker.
func Worker(ctx context.Context, stdin io.Reader) error {
	for fd := eventsFD; fd < firstFolder; fd++ {
		syscall.CloseOnExec(fd)
	}
	events := json.NewEncoder(os.NewFile(eventsFD, "events"))
	if os.Geteuid() == 0 {
		return errors.New("refusing to run a worker as root")
	}
	in := bufio.NewReaderSize(stdin, 256<<10)
	var o order
	if err := gob.NewDecoder(in).Decode(&o); err != nil {
		return fmt.Errorf("read the order: %w", err)
	}
	var open []*os.File
	for _, p := range o.Places {
		for _, has := range []bool{p.Box, p.Target} {
			if has {
				open = append(open, os.NewFile(uintptr(firstFolder+len(open)), p.Name))
			}
		}
	}
	var said time.Time
	sum, err := stage(ctx, in, o, open, listener{
		change: func(c Change) error { return events.Encode(event{Change: &c}) },
		files: func(n int64) error {
			if time.Since(said) < filesPause {
				return nil
			}
			said = time.Now()
			return events.Encode(event{Files: n})
		},
	})
	if err == nil {
		_, err = io.Copy(io.Discard, in) // the parent verifies the stream up to its end
	}
	if err != nil {
		text := err.Error()
		return events.Encode(event{Error: text[:min(len(text), maxError)]})
	}
	return events.Encode(event{Done: &sum})
}

// A headWriter keeps only the beginning of what is written to it.
type headWriter struct{ b *strings.Builder }

// Write implements io.Writer.
func (w *headWriter) Write(p []byte) (int, error) {
	w.b.Write(p[:min(len(p), max(0, maxError-w.b.Len()))])
	return len(p), nil
}
