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

// A Usage holds the time and the anonymous memory that a program and its child processes used.
// Anonymous memory is RssAnon plus RssShmem: pages that the kernel cannot drop. Pages of files,
// such as the program's own code, are not counted, because the kernel can drop them at any time.
type Usage struct {
	Wall time.Duration
	CPU  time.Duration // user and system time
	Peak int64         // highest sampled sum over all processes, in bytes
	Each []int64       // highest value of each process, in bytes, the largest first
}

// Sampling intervals. FineSampling is shorter than the time in which a stream fills its buffers,
// but uses a quarter of a processor. CoarseSampling uses almost no processor time.
const (
	FineSampling   = 2 * time.Millisecond
	CoarseSampling = 50 * time.Millisecond
)

// Measure runs a command, and samples its processes in /proc at an interval. It samples because
// the kernel does not record the maximum of anonymous memory, and the maximum that wait4 reports
// includes the process that started the command.
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
	w := sampler{most: map[int]int64{}}
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
	for _, bytes := range w.most {
		u.Each = append(u.Each, bytes)
	}
	slices.SortFunc(u.Each, func(a, b int64) int { return cmp.Compare(b, a) })
	return u, ctx.Err()
}

// A sampler records the anonymous memory of a process and its descendants, in bytes.
type sampler struct {
	peak int64
	most map[int]int64 // highest value of each process, by PID
}

func (s *sampler) sample(root int) {
	var sum int64
	for queue := []int{root}; len(queue) > 0; queue = queue[1:] {
		pid := queue[0]
		n := anonymous(pid)
		sum += n
		if n > 0 {
			s.most[pid] = max(s.most[pid], n)
		}
		queue = append(queue, children(pid)...)
	}
	s.peak = max(s.peak, sum)
}

// anonymous returns the anonymous memory of a process in bytes, or 0 if the process has ended.
func anonymous(pid int) (bytes int64) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[2] == "kB" && (fields[0] == "RssAnon:" || fields[0] == "RssShmem:") {
			kb, _ := strconv.ParseInt(fields[1], 10, 64)
			bytes += kb << 10
		}
	}
	return bytes
}

// children returns the PIDs of the processes that any thread of a process started.
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
