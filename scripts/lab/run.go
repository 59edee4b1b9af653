// Package lab is the test library. It starts servers and creates sites for the tests, the
// quickstart and the benchmarks, and compares what was restored with the original. Each server
// keeps its data in its own folder, and listens on a Unix socket or a free port. The services of
// the machine are not changed.
//
// Servers: StartMariaDB, StartMySQL, StartRelease, StartMinIO. Sites: InstallWordPress.
// Restoring with standard tools: RestoreFiles, RestoreDatabase. Comparing: Compare,
// CompareDatabases. Resources of a program: Measure. Package faults disturbs the network between
// a client and a server.
package lab

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// runIn runs a program in dir, and returns its standard output. An error contains the program's
// standard error.
func runIn(ctx context.Context, dir, program string, args ...string) (string, error) {
	return runWithInput(ctx, dir, "", program, args...)
}

// runWithInput is like runIn, with stdin as the text on standard input.
func runWithInput(ctx context.Context, dir, stdin, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	var out, errs strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(errs.String())
		if text == "" {
			text = strings.TrimSpace(out.String())
		}
		return out.String(), fmt.Errorf("run %s: %w: %.2000s", program, err, text)
	}
	return out.String(), nil
}
