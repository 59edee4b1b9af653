package lab_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// sharedDir is where the server of sharedMariaDB lives.
var sharedDir string

// startShared starts the server of sharedMariaDB.
var startShared = sync.OnceValues(func() (*lab.Server, error) {
	return lab.StartMariaDB(context.Background(), sharedDir)
})

func TestMain(m *testing.M) {
	var err error
	if sharedDir, err = os.MkdirTemp("", "lab-test-"); err != nil {
		fmt.Fprintln(os.Stderr, "make a folder:", err)
		os.Exit(1) //nolint:forbidigo // TestMain decides the exit status
	}
	code := m.Run()
	_ = os.RemoveAll(sharedDir) // the server ends with this process
	os.Exit(code)               //nolint:forbidigo // TestMain decides the exit status
}

// sharedMariaDB is one server for all tests that need nothing special of it. Each
// test uses databases of its own names.
func sharedMariaDB(t *testing.T) *lab.Server {
	t.Helper()
	s, err := startShared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}
