package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress/php/native"
)

// A started is the first message of the process inside.
type started struct {
	Refused string `json:"refused,omitempty"` // why PHP is not isolated, or does not start; "" if it runs
}

// address is the address of PHP's server, in a network namespace of its own.
const address = "127.0.0.1:8080"

const (
	startLimit   = 30 * time.Second // the time PHP has to start
	requestLimit = 45 * time.Second // the time one page may take
	maxLog       = 64 << 10         // bytes of PHP's log
	maxLogLines  = 5
)

// Inside is the main function of the process that isolates itself, starts PHP, and requests the
// pages. The process runs in new namespaces already. It exits when orders ends; that also happens
// when its parent process dies. When it exits, the kernel kills all processes of its namespace.
func Inside(ctx context.Context, orders io.Reader, out io.Writer) error {
	runtime.LockOSThread() // PHP inherits the properties of this thread
	in := json.NewDecoder(orders)
	var o Options
	if err := in.Decode(&o); err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	go func() {
		_, _ = io.Copy(io.Discard, orders)
		end()
	}()
	say := json.NewEncoder(out)
	server, err := o.start(ctx)
	if err != nil {
		return say.Encode(started{Refused: err.Error()})
	}
	if err := say.Encode(started{}); err != nil {
		return err
	}
	return say.Encode(server.ask(ctx, o.URLs))
}

// start isolates this process, and starts PHP in it.
func (o Options) start(ctx context.Context) (*server, error) {
	for _, step := range []func() error{native.CloseOnExec, o.enterRoot, raiseLoopback, dropRights} {
		switch err := step(); {
		case errors.Is(err, errClosed):
			return nil, err
		case err != nil:
			return nil, fmt.Errorf("%w; %s", err, advice)
		}
	}
	return o.startPHP(ctx)
}

// A server is a running PHP.
type server struct {
	log   lockedTail
	ended chan struct{} // closed when it has ended
}

// startPHP starts PHP's server, and waits until it accepts connections. PHP runs no code of the
// site before the first request.
func (o Options) startPHP(ctx context.Context) (*server, error) {
	args := []string{}
	for _, setting := range append(native.Settings(),
		"disable_functions="+native.ProgramFunctions, "log_errors=1", "error_log=", "mail.log=",
		"memory_limit=512M", "max_execution_time=40", "date.timezone=UTC",
		"sys_temp_dir=/tmp", "upload_tmp_dir=/tmp", "session.save_path=/tmp", "session.save_handler=files",
	) {
		args = append(args, "-d", setting)
	}
	cmd := exec.Command(o.PHP, append(args, "-S", address, "-t", o.At, routerFile)...) //nolint:noctx // it ends with this process
	cmd.Dir = o.At
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=/tmp", "TMPDIR=/tmp", "LC_ALL=C.UTF-8", "OMP_NUM_THREADS=1"}
	s := &server{ended: make(chan struct{}), log: lockedTail{tail: tail{most: maxLog}}}
	cmd.Stdout, cmd.Stderr = &s.log, &s.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", o.PHP, plain(err))
	}
	go func() {
		_ = cmd.Wait()
		close(s.ended)
	}()
	if err := native.Limit(cmd.Process.Pid, map[int]uint64{
		unix.RLIMIT_CPU: 120, unix.RLIMIT_AS: 1 << 30, unix.RLIMIT_FSIZE: 64 << 20,
		unix.RLIMIT_NPROC: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: 1024,
	}); err != nil {
		return nil, fmt.Errorf("limit PHP: %w", err)
	}
	dialer := net.Dialer{Timeout: time.Second}
	for deadline := time.Now().Add(startLimit); ; {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return s, conn.Close()
		}
		select {
		case <-s.ended:
			return nil, fmt.Errorf("start %s: it ended: %s", o.PHP, cut(strings.Join(strings.Fields(s.log.String()), " ")))
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("start %s: %w", o.PHP, err)
		}
	}
}

// ask requests the pages, and stops after the first one that gets no answer.
func (s *server) ask(ctx context.Context, urls []string) Answer {
	answer := Answer{Pages: []Page{}}
	for _, url := range urls {
		page, err := get(ctx, url)
		if err != nil {
			page.Problem = s.why(err)
		}
		answer.Pages = append(answer.Pages, page)
		if err != nil {
			break
		}
	}
	answer.Log = s.lines()
	return answer
}

// why says why there is no answer.
func (s *server) why(err error) string {
	select {
	case <-s.ended:
		return "PHP ended during the request"
	case <-time.After(100 * time.Millisecond):
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("PHP takes longer than %s, so it was killed", requestLimit)
	}
	return cut(err.Error())
}

// lines returns the last messages of PHP's log: the first line of each, without the lines that log
// requests.
func (s *server) lines() (lines []string) {
	for line := range strings.Lines(s.log.String()) {
		date, text, ok := strings.Cut(line, "] ")
		if text = strings.TrimSpace(text); !ok || !strings.HasPrefix(date, "[") || strings.HasPrefix(text, "127.0.0.1:") || strings.Contains(text, "Development Server") {
			continue
		}
		lines = append(lines, cut(text))
	}
	return lines[max(0, len(lines)-maxLogLines):]
}

// A lockedTail may be written to while it is read.
type lockedTail struct {
	mu sync.Mutex
	tail
}

// Write implements io.Writer.
func (t *lockedTail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tail.Write(p)
}

func (t *lockedTail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tail.String()
}
