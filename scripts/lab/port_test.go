package lab

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// A port that was free may be taken before the server has it: with other servers,
// and other tests, that happens now and then.
func TestServersAreStartedAgainWhenTheirPortIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	ctx, tools := context.Background(), t.TempDir()
	// Programs of these names, which take the port at their first start.
	for name, swap := range map[string]string{
		"mariadbd": fmt.Sprintf("*) set -- \"$@\" --port=%d", port),
		"php":      fmt.Sprintf("*127.0.0.1:*) set -- -S 127.0.0.1:%d", port),
	} {
		real, err := lookProgram(name, name)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("#!/bin/sh\nmkdir %q 2>/dev/null && case $* in %s ;; esac\nexec %s \"$@\"\n", tools+"/"+name+"-began", swap, real)
		if err := os.WriteFile(filepath.Join(tools, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(tools, "mariadbd-began"), 0o755); err != nil { // its data are made first
		t.Fatal(err)
	}
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))
	dir := t.TempDir()
	m, err := StartMariaDB(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Stop(); err != nil {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(tools, "mariadbd-began")); err != nil {
		t.Fatal(err)
	}
	if m, err = StartMariaDB(ctx, dir); err != nil {
		t.Errorf("its port was taken: %v", err)
	} else {
		m.Kill()
	}
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "readme.html"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, stop, err := ServeWordPress(ctx, root, nil)
	if err != nil {
		t.Fatalf("its port was taken: %v", err)
	}
	stop()
}
