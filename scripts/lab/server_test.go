package lab

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
)

// shared holds the server of SharedMariaDB.
var shared struct {
	once   sync.Once
	server *Server
	err    error
}

// TestMain runs the tests, or the program that TestMeasureCountsAnonymousMemoryOnly starts.
func TestMain(m *testing.M) {
	if kind := os.Getenv(mappingEnv); kind != "" {
		if err := touchMapping(kind); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1) //nolint:forbidigo // TestMain decides the exit status
		}
		return
	}
	code := m.Run()
	if shared.server != nil {
		shared.server.Kill()
		_ = os.RemoveAll(shared.server.Dir)
	}
	os.Exit(code) //nolint:forbidigo // TestMain decides the exit status
}

// SharedMariaDB returns one server for all tests that need no special server. Each test uses its
// own names of databases.
func SharedMariaDB(t *testing.T) *Server {
	t.Helper()
	shared.once.Do(func() {
		dir, err := os.MkdirTemp("", "lab-test-") //nolint:usetesting // t.TempDir ends with its test
		if err != nil {
			shared.err = err
			return
		}
		shared.server, shared.err = StartMariaDB(context.Background(), dir)
	})
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.server
}
