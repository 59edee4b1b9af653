package native

import (
	"fmt"
	"os"
	"testing"
)

// TestMain runs the tests, or is a launcher: a launcher is this binary, started again.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == LaunchCommand {
		if err := Launch(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1) //nolint:forbidigo // it is a process of its own
		}
		return
	}
	m.Run() // TestMain's caller exits with what it says
}
