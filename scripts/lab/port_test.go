package lab

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// Another server or test may take a free port before the server listens on it. The server is then
// started again.
func TestServersAreStartedAgainWhenTheirPortIsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	ctx, tools := context.Background(), t.TempDir()
	// Each program takes the port at the first start of a server with its name.
	for name, swap := range map[string]string{
		"mariadbd": fmt.Sprintf("*--socket=*) %%s && set -- \"$@\" --port=%d", port),
		"php":      fmt.Sprintf("*127.0.0.1:*) %%s && set -- -S 127.0.0.1:%d", port),
	} {
		real, err := lookProgram(name, name)
		if err != nil {
			t.Fatal(err)
		}
		first := fmt.Sprintf("mkdir %q 2>/dev/null", filepath.Join(tools, name+"-started"))
		text := fmt.Sprintf("#!/bin/sh\ncase $* in %s ;; esac\nexec %s \"$@\"\n", fmt.Sprintf(swap, first), real)
		if err := os.WriteFile(filepath.Join(tools, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", tools+":"+os.Getenv("PATH"))
	if m, err := StartMariaDB(ctx, t.TempDir()); err != nil {
		t.Errorf("start MariaDB while its port is taken: %v", err)
	} else {
		m.Kill()
	}
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "readme.html"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, stop, err := ServeWordPress(ctx, root, nil)
	if err != nil {
		t.Fatalf("start php while its port is taken: %v", err)
	}
	stop()
	for _, name := range []string{"mariadbd", "php"} {
		if _, err := os.Stat(filepath.Join(tools, name+"-started")); err != nil {
			t.Errorf("%s was never given the taken port: %v", name, err)
		}
	}
}
