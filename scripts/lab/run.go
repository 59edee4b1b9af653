package lab

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// runIn runs a program in dir and returns its standard output. An error contains
// the program's standard error.
func runIn(ctx context.Context, dir, program string, args ...string) (string, error) {
	return runWithInput(ctx, dir, "", program, args...)
}

// runWithInput is runIn with text on standard input.
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
