package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// surveyed is what a site's configuration says, as far as a survey tells it: it
// crosses the pipe without the password.
type surveyed struct {
	WordPress string       `json:"wordpress"`
	Config    string       `json:"config"`
	Multisite bool         `json:"multisite"`
	DB        SiteDB       `json:"db"`
	Error     *ReportError `json:"error,omitempty"`
}

// maxSurveyed is the longest answer of a survey's worker, in bytes.
const maxSurveyed = 256 << 10

// lateError says that the configurations of one owner's sites take too long.
type lateError struct{ uid uint32 }

func (e *lateError) Error() string {
	return fmt.Sprintf("read the configuration: the sites of uid %d take too long together", e.uid)
}

// surveyHere reads configurations with our own rights.
func surveyHere(ctx context.Context, reqs []Request, next func(surveyed)) error {
	for _, req := range reqs {
		read := surveyOne(ctx, req)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		next(read)
	}
	return nil
}

func surveyOne(ctx context.Context, req Request) surveyed {
	req.ConfigOnly = true
	site, err := openLocal(ctx, req, slog.New(slog.DiscardHandler))
	if err != nil {
		return surveyed{Error: reportError(err)}
	}
	defer site.Close()
	f := site.Facts()
	c := f.Config
	return surveyed{
		WordPress: f.WordPress, Config: clip(c.ConfigFile), Multisite: c.Multisite,
		DB: SiteDB{Name: clip(string(c.Name)), Host: clip(string(c.Host)), Port: c.Port, Socket: clip(string(c.Socket))},
	}
}

// serveSurvey is the worker's side.
func serveSurvey(ctx context.Context, reqs []Request, events io.Writer) error {
	out := json.NewEncoder(events)
	return surveyHere(ctx, reqs, func(read surveyed) { _ = out.Encode(read) }) // who does not listen has gone
}

// surveyAs reads configurations in a worker with their owner's rights. What it
// says is no more than what the tenant could write into them.
func surveyAs(ctx context.Context, owner Owner, reqs []Request, next func(surveyed)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var stderr tail
	cmd := workerProcess(ctx, &stderr)
	requests, send, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make the worker's pipes: %w", err)
	}
	defer send.Close()
	answers, events, err := os.Pipe()
	if err != nil {
		return errors.Join(fmt.Errorf("make the worker's pipes: %w", err), requests.Close())
	}
	defer answers.Close()
	cmd.ExtraFiles = []*os.File{requests, events}
	err = cmd.Start()
	_, _ = requests.Close(), events.Close()
	if err != nil {
		return fmt.Errorf("start the worker for uid %d: %w", owner.UID, err)
	}
	// A worker that its owner stops, or that hangs in a file system, is not waited for.
	defer context.AfterFunc(ctx, func() {
		_ = send.SetDeadline(time.Unix(1, 0))
		_ = answers.SetDeadline(time.Unix(1, 0))
	})()
	messages := json.NewEncoder(send)
	if err = messages.Encode(owner); err == nil {
		err = messages.Encode(Request{Survey: reqs})
	}
	if err == nil {
		err = hear(answers, len(reqs), next)
	}
	cancel()
	dead := reap(cmd)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, syscall.EPIPE) {
		return err
	}
	if err != nil {
		return fmt.Errorf("the worker that read the configuration died: %w%s", dead, stderr.note())
	}
	return nil
}

// reap waits for the end of a process that is killed, but not for one that the
// kernel cannot end: that is reaped in its own time.
func reap(cmd *exec.Cmd) error {
	dead := make(chan error, 1)
	go func() { dead <- cmd.Wait() }()
	select {
	case err := <-dead:
		return err
	case <-time.After(5 * time.Second):
		return errors.New("it does not end")
	}
}

// hear takes the answers of a worker, as many as it was asked for.
func hear(answers io.Reader, n int, next func(surveyed)) error {
	lines := bufio.NewReaderSize(answers, maxSurveyed)
	for range n {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("the worker sent more than %d bytes of one site", maxSurveyed)
		}
		if err != nil {
			return err
		}
		var read surveyed
		if err := json.Unmarshal(line, &read); err != nil {
			return fmt.Errorf("read the worker's answer: %w", err)
		}
		if read.Error != nil {
			read.Error.Message = Printable(read.Error.Message)
		}
		next(read)
	}
	return nil
}

// workerProcess is this binary, to be started again as a worker: without our
// environment, and killed when we die.
func workerProcess(ctx context.Context, stderr io.Writer) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "worker")
	cmd.Env = []string{} // nil would be ours
	cmd.Dir = "/"
	cmd.Stderr = stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			err = os.ErrProcessDone
		}
		return err
	}
	cmd.WaitDelay = time.Second // for what it said last, and no longer
	return cmd
}
