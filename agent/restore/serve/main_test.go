package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

// attackProgram stands for PHP in the options of a test that runs machine code in its place.
const attackProgram = "attack"

// TestMain runs the tests, or acts as the process inside, for which this binary is started again.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == InsideCommand {
		if err := inside(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1) //nolint:forbidigo // it is a process of its own
		}
		return
	}
	m.Run() // TestMain's caller exits with the result
}

// inside runs Inside, or attacks if the options say so.
func inside(orders io.Reader) error {
	var read bytes.Buffer
	var o Options
	if err := json.NewDecoder(io.TeeReader(orders, &read)).Decode(&o); err != nil {
		return err
	}
	if o.PHP != attackProgram {
		return Inside(context.Background(), io.MultiReader(&read, orders), os.Stdout)
	}
	for _, step := range []func() error{o.enterRoot, raiseLoopback, dropRights} {
		if err := step(); err != nil {
			return err
		}
	}
	say := json.NewEncoder(os.Stdout)
	if err := say.Encode(started{}); err != nil {
		return err
	}
	return say.Encode(Answer{Log: attacks(o.URLs[0])})
}

// attacks tries what only machine code can do, as if the site had exploited a bug of PHP itself.
// It returns what succeeded. It leaves a process that sleeps.
func attacks(sleep string) (succeeded []string) {
	socket := func(family int) error {
		fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
		_ = unix.Close(fd)
		return err
	}
	for name, try := range map[string]func() error{
		"a mount namespace":     func() error { return unix.Unshare(unix.CLONE_NEWNS) },
		"clone":                 func() error { return callError(unix.SYS_CLONE, unix.CLONE_NEWUSER) },
		"clone3":                func() error { return callError(unix.SYS_CLONE3, 0) },
		"a file system":         func() error { return unix.Mount("proc", "/tmp", "proc", 0, "") },
		"a mount to write to":   func() error { return unix.Mount("", "/usr", "", unix.MS_REMOUNT|unix.MS_BIND, "") },
		"a device":              func() error { return unix.Mknod("/tmp/sda", unix.S_IFBLK|0o600, int(unix.Mkdev(8, 0))) },
		"root's ID":             func() error { return unix.Setuid(0) },
		"the user's keys":       func() error { _, err := unix.KeyctlGetKeyringID(unix.KEY_SPEC_USER_KEYRING, true); return err },
		"a virtual machine":     func() error { return socket(unix.AF_VSOCK) },
		"raw packets":           func() error { return socket(unix.AF_PACKET) },
		"the kernel's routes":   func() error { return socket(unix.AF_NETLINK) },
		"shared memory":         func() error { _, err := unix.SysvShmGet(1, 1<<20, unix.IPC_CREAT|0o600); return err },
		"memory as a file":      func() error { _, err := unix.MemfdCreate("x", 0); return err },
		"the kernel's ciphers":  func() error { return socket(unix.AF_ALG) },
		"the kernel's programs": func() error { return callError(unix.SYS_BPF, 0) },
		"a program of the site": func() error { return exec.Command("/site/program").Run() },
		"the internet": func() error {
			_, err := net.Dial("udp", "192.0.2.1:53")
			return err
		},
		"a chroot": func() error { return unix.Chroot("/tmp") },
	} {
		if err := try(); err == nil {
			succeeded = append(succeeded, name)
		}
	}
	if err := exec.Command("/usr/bin/sleep", sleep).Start(); err != nil {
		succeeded = append(succeeded, "no process to leave: "+err.Error())
	}
	return succeeded
}

// callError makes a system call that must not be allowed at all.
func callError(call, argument uintptr) error {
	_, _, errno := unix.RawSyscall(call, argument, 0, 0)
	if errno == unix.EPERM || errno == unix.ENOSYS {
		return errno
	}
	return nil // with any other error, the filter let the call pass
}
