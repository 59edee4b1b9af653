package source

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/native"
)

// TestMain runs the tests, or is a worker or a launcher of PHP: they are this binary,
// started again.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		if err := testWorker(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, "worker:", err)
			os.Exit(1) //nolint:forbidigo // this is a separate process
		}
		return
	}
	if len(os.Args) == 2 && os.Args[1] == native.LaunchCommand {
		if err := native.Launch(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1) //nolint:forbidigo // this is a separate process
		}
		return
	}
	m.Run() // TestMain's caller exits with the result
}
