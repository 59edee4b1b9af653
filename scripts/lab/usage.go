package lab

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Usage is what a program and all it started took.
type Usage struct {
	Wall   time.Duration
	CPU    time.Duration // user and system
	Peak   int64         // most resident bytes of all processes at one moment, by sampling
	SumHWM int64         // sum of the processes' own peaks (VmHWM): never less than Peak
	Each   []int64       // those peaks, the greatest first
}

// How often processes are looked at: often is short beside the time in which a
// stream fills its memory, but takes a quarter of a processor; seldom takes next to
// nothing of the time that is to be measured.
const (
	Often  = 2 * time.Millisecond
	Seldom = 50 * time.Millisecond
)

// Measure runs a command and looks at its processes again and again. It samples
// /proc: what wait4 tells of memory counts the process that started the command as well.
func Measure(ctx context.Context, cmd *exec.Cmd, every time.Duration) (Usage, error) {
	var said strings.Builder
	if cmd.Stdout == nil {
		cmd.Stdout = &said
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &said
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return Usage{}, fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	done, watched := make(chan struct{}), make(chan struct{})
	w := watcher{hwm: map[int]int64{}}
	go func() {
		defer close(watched)
		for {
			w.sample(cmd.Process.Pid)
			select {
			case <-done:
				return
			case <-time.After(every):
			}
		}
	}()
	err := cmd.Wait()
	u := Usage{Wall: time.Since(start)}
	close(done)
	<-watched
	if err != nil {
		return u, fmt.Errorf("run %s: %w: %.2000s", cmd.Path, err, said.String())
	}
	u.CPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	u.Peak = w.peak
	for _, bytes := range w.hwm {
		u.SumHWM += bytes
		u.Each = append(u.Each, bytes)
	}
	slices.SortFunc(u.Each, func(a, b int64) int { return cmp.Compare(b, a) })
	return u, ctx.Err()
}

// A watcher samples the memory of a tree of processes.
type watcher struct {
	peak int64
	hwm  map[int]int64 // VmHWM as last seen, by process
}

func (w *watcher) sample(root int) {
	var sum int64
	for queue := []int{root}; len(queue) > 0; queue = queue[1:] {
		pid := queue[0]
		rss, hwm := resident(pid)
		sum += rss
		if hwm > 0 {
			w.hwm[pid] = hwm
		}
		queue = append(queue, children(pid)...)
	}
	w.peak = max(w.peak, sum)
}

// resident is the resident bytes of a process and their peak; 0 once it has ended.
func resident(pid int) (rss, hwm int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) != 3 || fields[2] != "kB" {
			continue
		}
		kb, _ := strconv.ParseInt(fields[1], 10, 64)
		switch fields[0] {
		case "VmRSS:":
			rss = kb << 10
		case "VmHWM:":
			hwm = kb << 10
		}
	}
	return rss, hwm
}

// children are the processes that any thread of a process started.
func children(pid int) []int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var pids []int
	for _, list := range lists {
		b, err := os.ReadFile(list)
		if err != nil {
			continue // the thread has ended
		}
		for _, f := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(f); err == nil {
				pids = append(pids, n)
			}
		}
	}
	return pids
}
