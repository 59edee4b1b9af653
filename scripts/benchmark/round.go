package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// A contestant is one way of doing the work of a suite.
type contestant struct {
	name    string
	command string // for bash, with pipefail and the environment's variables
	peers   []peer // the contestants to compare this one with
	// limit is the maximum anonymous memory of all its processes at one moment, in bytes. 0 means
	// no limit. More memory is an error.
	limit int64
	// stored returns the size of the result after a run, in bytes, and removes the result. It
	// fails if the result is incomplete. If stored is nil, the result is standard output.
	stored func(context.Context) (int64, error)
	// If optional is true, the contestant may fail. The table then says why.
	optional bool
}

// A peer names another contestant to compare with.
type peer struct {
	name string
	goal float64 // the ratio of wall times should be at most this; 0 means no goal
}

// A sample holds what one run used.
type sample struct {
	wall, client, server time.Duration // client and server: CPU time
	memory               int64         // highest anonymous memory of all client processes at one moment, in bytes
	bytes                int64         // size of the result, in bytes
}

// A result is a contestant with its samples, one for each round.
type result struct {
	contestant
	samples []sample
	failed  error // the error of an optional contestant
}

// rounds describes how often contestants run.
type rounds struct {
	measured int
	warmUp   bool
	interval time.Duration // between two samples of the memory
}

// runRounds runs all contestants in each round. Each round begins with a different contestant, so
// that no contestant has an advantage.
func (e *environment) runRounds(ctx context.Context, list []contestant, r rounds) ([]result, error) {
	results := make([]result, len(list))
	for i, c := range list {
		results[i].contestant = c
	}
	first := 0
	if r.warmUp {
		first = -1
	}
	for round := first; round < r.measured; round++ {
		fmt.Fprintf(os.Stderr, "bench: round %d of %d\n", round+1, r.measured)
		for i := range list {
			c := &results[(i+max(round, 0))%len(list)]
			if c.failed != nil {
				continue
			}
			s, err := e.runOnce(ctx, c.contestant, r.interval)
			switch {
			case err == nil && round >= 0:
				c.samples = append(c.samples, s)
			case err != nil && c.optional && ctx.Err() == nil:
				c.failed = err
			case err != nil:
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	return results, nil
}

// runOnce runs a contestant and measures it.
func (e *environment) runOnce(ctx context.Context, c contestant, interval time.Duration) (sample, error) {
	before, err := e.serverCPU()
	if err != nil {
		return sample{}, err
	}
	cmd := exec.CommandContext(ctx, "bash", "-o", "pipefail", "-c", c.command)
	cmd.Env = append(os.Environ(), e.vars...)
	var output counter
	cmd.Stdout = &output
	u, err := lab.Measure(ctx, cmd, interval)
	if err != nil {
		return sample{}, err
	}
	after, err := e.serverCPU()
	if err != nil {
		return sample{}, err
	}
	s := sample{wall: u.Wall, client: u.CPU, server: after - before, memory: u.Peak, bytes: output.n}
	if c.stored != nil {
		s.bytes, err = c.stored(ctx)
	}
	return s, err
}

// serverCPU returns the CPU time that the environment's servers have used so far.
func (e *environment) serverCPU() (total time.Duration, err error) {
	var pids []int
	if e.server != nil {
		pids = append(pids, e.server.PID())
	}
	if e.store != nil {
		pids = append(pids, e.store.PID())
	}
	for _, pid := range pids {
		t, err := cpuTime(pid)
		if err != nil {
			return 0, fmt.Errorf("read the CPU time of process %d: %w", pid, err)
		}
		total += t
	}
	return total, nil
}

// cpuTime returns the user and system time of a process.
func cpuTime(pid int) (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The second field, the name, may contain spaces. Fields 14 and 15 are utime and stime, in
	// units of 10 ms.
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(fields) < 13 {
		return 0, errors.New("too few fields")
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, err
}

// A counter counts the bytes that are written to it.
type counter struct{ n int64 }

// Write implements io.Writer.
func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// ReadFrom implements io.ReaderFrom. It reads r in large blocks.
func (c *counter) ReadFrom(r io.Reader) (int64, error) {
	buf := make([]byte, 1<<20)
	var total int64
	for {
		n, err := r.Read(buf)
		c.n += int64(n)
		total += int64(n)
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}
