package config

import (
	"fmt"
	"os"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/native"
)

// TestMain runs the tests. If this binary was started again as the launcher of PHP, it
// launches PHP instead.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == native.LaunchCommand {
		if err := native.Launch(os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1) //nolint:forbidigo // a separate process
		}
		return
	}
	m.Run() // the caller of TestMain exits with the result
}
