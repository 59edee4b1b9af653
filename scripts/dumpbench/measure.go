package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A contestant is one way to dump, as a line of shell.
type contestant struct {
	name    string
	command string
	against string // whose times its own are compared with
	goal    float64
	other   bool // somebody else's program, which may not come to terms with the server
}

// A cost is what one run took.
type cost struct {
	wall, client, server float64 // seconds; the latter two of CPU
	peak                 float64 // megabytes
	bytes                int64
}

// ours is the command that dumps with the product's own code.
func (s *subject) ours() string {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return shell([]string{self, "-socket", s.server.Socket})
}

func (s *subject) contestants() []contestant {
	stock := s.dumper + " --single-transaction -uroot -S" + s.server.Socket + " bench"
	list := []contestant{
		{name: "stock", command: stock},
		{name: "ours", command: s.ours(), against: "stock", goal: 0.5},
		{name: "ours, 2 threads", command: s.ours() + " -threads 2", against: "stock", goal: 0.5},
		{name: "stock | zstd -3 -T2", command: stock + " | zstd -q -3 -T2"},
		{name: "ours, zstd", command: s.ours() + " -zstd", against: "stock | zstd -3 -T2", goal: 0.7},
		{name: "ours, zstd, 2 threads", command: s.ours() + " -zstd -threads 2", against: "stock | zstd -3 -T2", goal: 0.7},
		{name: "stock | gzip", command: stock + " | gzip"},
		{name: "ours, zstd ", command: s.ours() + " -zstd", against: "stock | gzip", goal: 0.2},
	}
	if path, err := exec.LookPath("mydumper"); err == nil {
		out := shell([]string{s.dir + "/mydumper"})
		base := fmt.Sprintf("rm -rf %s; %s -u root -S %s -B bench -t 2 -o %s", out, path, s.server.Socket, out)
		list = append(list, contestant{name: "mydumper -t 2", command: base, other: true, against: "ours, 2 threads"}, contestant{name: "mydumper -t 2 -c", command: base + " -c", other: true, against: "ours, zstd, 2 threads"})
	}
	return list
}

// measure runs all contestants in turn, round by round, and prints the medians.
func (s *subject) measure(ctx context.Context, out io.Writer, o options) error {
	list := s.contestants()
	costs, failed := map[string][]cost{}, map[string]error{}
	for round := -1; round < o.rounds; round++ { // the first one warms up
		for i := range list {
			c := list[(i+max(round, 0))%len(list)]
			if failed[c.name] != nil {
				continue
			}
			took, err := s.once(ctx, c)
			if err != nil && c.other {
				failed[c.name] = err
				continue
			}
			if err != nil {
				return err
			}
			if round >= 0 {
				costs[c.name] = append(costs[c.name], took)
			}
		}
		fmt.Fprintf(os.Stderr, "round %d of %d\n", round+1, o.rounds)
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%s, medians of %d paired runs\n\n%-24s %8s %10s %10s %8s %12s\n", s.name, o.rounds, "", "wall s", "client CPU", "server CPU", "peak MB", "bytes")
	for _, c := range list {
		if err := failed[c.name]; err != nil {
			fmt.Fprintf(&table, "%-24s failed: %.200s\n", c.name, strings.ReplaceAll(err.Error(), "\n", " "))
			continue
		}
		runs := costs[c.name]
		fmt.Fprintf(&table, "%-24s %8.2f %10.2f %10.2f %8.0f %12d", c.name, median(runs, func(c cost) float64 { return c.wall }),
			median(runs, func(c cost) float64 { return c.client }), median(runs, func(c cost) float64 { return c.server }),
			median(runs, func(c cost) float64 { return c.peak }), runs[0].bytes)
		if other := costs[c.against]; other != nil {
			var ratios []cost
			for i := range runs {
				ratios = append(ratios, cost{wall: runs[i].wall / other[i].wall})
			}
			ratio := median(ratios, func(c cost) float64 { return c.wall })
			fmt.Fprintf(&table, "   %.2f × %s", ratio, c.against)
			if c.goal > 0 {
				fmt.Fprintf(&table, " (goal %.1f), size %.3f ×", c.goal, float64(runs[0].bytes)/float64(other[0].bytes))
			}
		}
		fmt.Fprintln(&table)
	}
	_, err := io.WriteString(out, table.String())
	return err
}

// once runs a contestant and counts what it writes.
func (s *subject) once(ctx context.Context, c contestant) (cost, error) {
	before, err := s.serverCPU()
	if err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, "bash", "-o", "pipefail", "-c", c.command)
	var count counter
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &count, &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return cost{}, fmt.Errorf("%s: %w: %s", c.name, err, stderr.String())
	}
	took := cost{wall: time.Since(start).Seconds(), bytes: count.n}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if ok {
		took.client = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
		took.peak = float64(usage.Maxrss) / 1024
	}
	after, err := s.serverCPU()
	took.server = after - before
	return took, err
}

// serverCPU is how many seconds of CPU the server has taken so far.
func (s *subject) serverCPU() (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.server.PID()))
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	user, err := strconv.ParseFloat(fields[11], 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseFloat(fields[12], 64)
	return (user + system) / 100, err
}

func median(list []cost, of func(cost) float64) float64 {
	values := make([]float64, len(list))
	for i, c := range list {
		values[i] = of(c)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// A counter counts what is written to it.
type counter struct{ n int64 }

// Write counts p.
func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}

// ReadFrom counts all of r, in large pieces.
func (c *counter) ReadFrom(r io.Reader) (int64, error) {
	buf := make([]byte, 1<<20)
	for {
		n, err := r.Read(buf)
		c.n += int64(n)
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			return c.n, err
		}
	}
}

// shell quotes a command for the shell.
func shell(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		quoted[i] = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
	}
	return strings.Join(quoted, " ")
}
