package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

func TestRemoveDemoRefusesForeignFolders(t *testing.T) {
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := removeDemo(dir); err == nil {
		t.Error("removed a folder that no demo made")
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
}

func TestRemoveDemoEndsServersOfAKilledRun(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, marker), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	// Two processes whose command lines look like servers: one in the folder, one in another
	// folder.
	ours, other := startNamed(t, "mariadbd", dir+"/mariadb"), startNamed(t, "mariadbd", dir+"-other/mariadb")
	if err := removeDemo(dir); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ours:
	case <-time.After(5 * time.Second):
		t.Error("the server of the demo is still running")
	}
	select {
	case <-other:
		t.Error("a server in another folder was ended")
	case <-time.After(100 * time.Millisecond):
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder is still there: %v", err)
	}
	if err := removeDemo(dir); err != nil {
		t.Errorf("remove a folder that does not exist: %v", err)
	}
}

// startNamed starts a waiting process with this name and argument on its command line. The
// returned channel is closed when the process has ended.
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
		_ = cmd.Wait() // a signal or the end of its input has ended it
		close(done)
	}()
	t.Cleanup(func() {
		_ = in.Close() // the process may have ended
		<-done
	})
	return done
}
