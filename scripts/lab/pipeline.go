package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// A Pipeline is a list of programs. Each reads the output of the one before, as in a pipeline of
// a shell with pipefail.
type Pipeline []Stage

// A Stage is one program of a pipeline.
type Stage struct {
	Args []string
	Env  []string // added to the environment of this process
}

// String returns the pipeline as typed in a shell, without quotes.
func (p Pipeline) String() string {
	lines := make([]string, len(p))
	for i, s := range p {
		lines[i] = strings.Join(s.Args, " ")
	}
	return strings.Join(lines, " | ")
}

// Run runs all stages at once and waits for them. It fails if a stage fails. stdin
// and stdout may be nil.
func (p Pipeline) Run(ctx context.Context, stdin *os.File, stdout io.Writer) error {
	cmds := make([]*exec.Cmd, len(p))
	stderr := make([]strings.Builder, len(p))
	in := stdin
	var failed []error
	for i, s := range p {
		c := exec.CommandContext(ctx, s.Args[0], s.Args[1:]...)
		c.Env = append(os.Environ(), s.Env...)
		c.Stderr = &stderr[i]
		if in != nil {
			c.Stdin = in
		}
		var read, write *os.File
		if i < len(p)-1 {
			var err error
			if read, write, err = os.Pipe(); err != nil {
				return err
			}
			c.Stdout = write
		} else {
			c.Stdout = stdout
		}
		err := c.Start()
		if err == nil {
			cmds[i] = c
		}
		failed = append(failed, err)
		// This process closes its ends of the pipes, so that each program notices when its
		// neighbour ends.
		failed = append(failed, closePipe(write))
		if in != stdin {
			failed = append(failed, closePipe(in))
		}
		in = read
	}
	for i, c := range cmds {
		if c == nil {
			continue
		}
		if err := c.Wait(); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w: %.2000s", p[i].Args[0], err, strings.TrimSpace(stderr[i].String())))
		}
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("run %s: %w", p, err)
	}
	return nil
}

func closePipe(f *os.File) error {
	if f == nil {
		return nil
	}
	return f.Close()
}
