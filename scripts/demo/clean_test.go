package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func TestRemoveDemoLeavesOthersFoldersAlone(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := removeDemo(dir); err == nil {
		t.Error("removed a folder that is no demo's")
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

func TestRemoveDemoEndsWhatAKilledRunLeft(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, marker), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	// Processes are told by their command lines: one is a server in the folder, one not.
	ours, other := startNamed(t, "mariadbd", dir+"/mariadb"), startNamed(t, "mariadbd", dir+"-other/mariadb")
	if err := removeDemo(dir); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ours:
	case <-time.After(5 * time.Second):
		t.Error("the server of the demo still runs")
	}
	select {
	case <-other:
		t.Error("the server of another folder was ended")
	case <-time.After(100 * time.Millisecond):
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	if err := removeDemo(dir); err != nil {
		t.Errorf("a folder that is gone: %v", err)
	}
}

// startNamed starts a process that calls itself name, has arg on its command
// line and sleeps; the channel is closed when it has ended.
func startNamed(t *testing.T, name, arg string) <-chan struct{} {
	t.Helper()
	cmd := exec.Command("sh", "-c", "read -r x", name, arg)
	cmd.Args[0] = name
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // ended by a signal, or by its input's end
		close(done)
	}()
	t.Cleanup(func() {
		_ = in.Close() // it may have ended
		<-done
	})
	return done
}
