package drill

import (
	"context"
	"errors"
	"math"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestGuard: a process that takes the place of the server and uses too much is killed.
func TestGuard(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, test := range map[string]struct {
		command       []string
		space, memory int64
		want          error
	}{
		"memory": {[]string{"perl", "-e", `<STDIN>; $x = "x" x 8; $x .= $x while length $x < 1 << 26; sleep 600`}, math.MaxInt64 / 2, 16 << 20, errMemory},
		"disk":   {[]string{"sh", "-c", `cat; head -c 64M /dev/zero > "$0"; exec sleep 600`, filepath.Join(dir, "big")}, 16 << 20, math.MaxInt64 / 2, errDisk},
	} {
		cmd := exec.CommandContext(t.Context(), test.command[0], test.command[1:]...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		start, err := cmd.StdinPipe() // closing it starts the script
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		s := &privateServer{cmd: cmd, ended: make(chan struct{})}
		ctx, stop := s.guard(t.Context(), dir, test.space, test.memory)
		if err := start.Close(); err != nil {
			t.Fatal(err)
		}
		go func() {
			_ = cmd.Wait()
			close(s.ended)
		}()
		<-s.ended
		<-ctx.Done()
		if !errors.Is(context.Cause(ctx), test.want) {
			t.Errorf("%s: %v", name, context.Cause(ctx))
		}
		stop()
	}
}
