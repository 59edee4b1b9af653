package native

import (
	"fmt"
	"os"
	"testing"
)

// TestMain runs the tests. If this test binary was started as a launcher, it runs Launch
// instead.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == LaunchCommand {
		if err := Launch(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1) //nolint:forbidigo // the launcher is a separate process
		}
		return
	}
	m.Run() // the caller of TestMain exits with the result
}
