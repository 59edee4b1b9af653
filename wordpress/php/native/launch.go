package native

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// LaunchCommand is the argument that starts this program as a launcher.
const LaunchCommand = "launch-php"

// resultFD is the file descriptor of the result pipe in the launcher. In PHP, the pipe is
// standard error, because php-cgi can open no other inherited descriptor.
const resultFD = 3

// A launchJob is what a launcher reads from its standard input.
type launchJob struct {
	Binary string   `json:"binary"`
	Args   []string `json:"args"`
	Env    []string `json:"env"`
}

// Launch is the main function of a launcher: a process between the asking process and
// PHP. It holds no secrets, so it does not need protection from tracing. The worker is
// protected from being traced, and such a process cannot create a user namespace; the
// launcher can. It reads a job from orders, runs PHP, and kills PHP when orders ends.
// That is also the case when the asking process dies.
func Launch(orders io.Reader) error {
	runtime.LockOSThread() // PHP inherits properties of the thread
	if err := CloseOnExec(); err != nil {
		return err
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("set no_new_privs: %w", err)
	}
	in := json.NewDecoder(orders)
	var job launchJob
	if err := in.Decode(&job); err != nil {
		return fmt.Errorf("read the job: %w", err)
	}
	result := os.NewFile(resultFD, "result")
	cmd, err := job.start(result)
	_ = result.Close()
	if err != nil {
		return err
	}
	ended, over := make(chan struct{}), make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, io.MultiReader(in.Buffered(), orders))
		close(over)
	}()
	var died error
	go func() {
		died = cmd.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-over:
	case <-time.After(timeout + endDelay):
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // the process group, which may have ended already
	select {
	case <-ended:
		return signalled(died)
	case <-time.After(endDelay): // PHP hangs in the kernel
		return nil
	}
}

// signalled returns an error if PHP was killed by a signal that we did not send.
func signalled(err error) error {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return nil
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return fmt.Errorf("it was killed by a signal: %s", status.Signal())
	}
	return nil
}

// CloseOnExec marks every inherited file descriptor above standard error as
// close-on-exec, so that PHP does not inherit it.
func CloseOnExec() error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return fmt.Errorf("list the open files: %w", err)
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd >= resultFD {
			syscall.CloseOnExec(fd)
		}
	}
	return nil
}

// start starts PHP with as few rights as the system allows: where possible, in namespaces
// without a network and without other processes.
func (j launchJob) start(result *os.File) (*exec.Cmd, error) {
	var err error
	for _, isolation := range isolations() {
		var cmd *exec.Cmd
		if cmd, err = j.startIn(isolation, result); err == nil || !forbidden(err) {
			return cmd, err
		}
	}
	return nil, err
}

func (j launchJob) startIn(isolation syscall.SysProcAttr, result *os.File) (*exec.Cmd, error) {
	cmd := exec.Command(j.Binary, j.Args...) //nolint:noctx // Launch kills its whole process group
	cmd.Env, cmd.Dir = append([]string{}, j.Env...), "/"
	cmd.Stderr = result // standard input and output are /dev/null
	cmd.SysProcAttr = &isolation
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start PHP: %w", err)
	}
	if err := Limit(cmd.Process.Pid, limits()); err != nil {
		_ = cmd.Process.Kill()
		return nil, errors.Join(fmt.Errorf("limit PHP: %w", err), cmd.Wait())
	}
	return cmd, nil
}

// forbidden reports whether an error may mean that namespaces are not permitted.
func forbidden(err error) bool {
	for _, e := range []error{syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOSPC, syscall.EUSERS, syscall.ENOSYS} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// isolations returns the ways to start PHP, the strictest first.
func isolations() []syscall.SysProcAttr {
	plain := syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	apart := plain
	apart.Cloneflags = unix.CLONE_NEWNET | unix.CLONE_NEWPID | unix.CLONE_NEWIPC
	if uid, gid := os.Geteuid(), os.Getegid(); uid != 0 {
		apart.Cloneflags |= unix.CLONE_NEWUSER
		apart.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		apart.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
	}
	return []syscall.SysProcAttr{apart, plain}
}

// limits returns the resource limits of PHP.
func limits() map[int]uint64 {
	return map[int]uint64{
		unix.RLIMIT_CPU: 10, unix.RLIMIT_AS: 1 << 30, unix.RLIMIT_FSIZE: 16 << 20,
		unix.RLIMIT_NPROC: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_NOFILE: 256,
	}
}

// Limit lowers the resource limits of a process. Call it for PHP before PHP can read its
// script.
func Limit(pid int, limits map[int]uint64) error {
	for resource, most := range limits {
		var now unix.Rlimit
		if err := unix.Prlimit(pid, resource, nil, &now); err != nil {
			return err
		}
		most = min(most, now.Max)
		if err := unix.Prlimit(pid, resource, &unix.Rlimit{Cur: most, Max: most}, nil); err != nil {
			return err
		}
	}
	return nil
}
