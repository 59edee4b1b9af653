package source

import (
	"context"
	"fmt"
	"os"
	"testing"
)

// TestMain runs the tests, or is a worker: a worker is this binary, started again.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		if err := testWorker(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "worker:", err)
			os.Exit(1) //nolint:forbidigo // it is a process of its own
		}
		return
	}
	m.Run() // TestMain's caller exits with what it says
}
