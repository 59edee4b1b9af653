// Command units writes the systemd units that the packages install. It uses the code of schedule
// install. The packages do not enable the units. schedule install adds a drop-in with the times
// and with the folders of the configuration, and enables the timer.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/schedule"
)

// program is the path where the packages install wp-oneway.
const program = "/usr/bin/wp-oneway"

// head replaces the first line of each unit.
const head = "# Part of the package wp-oneway. Enable it with: wp-oneway schedule install\n"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "units: give the folder to write into")
		os.Exit(2)
	}
	if err := write(context.Background(), os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "units:", err)
		os.Exit(1)
	}
}

func write(ctx context.Context, folder string) error {
	times, err := schedule.ParseTimes("daily 03:30")
	if err != nil {
		return err
	}
	files, err := schedule.Systemd{Dir: folder}.Files(ctx, schedule.Entry{
		Name: schedule.Default, Times: times, Window: schedule.Window(24 * time.Hour), Program: program,
		Arguments: []string{"backup", "--schedule", schedule.Default}, FailedArguments: []string{"schedule", "failed"},
	})
	if err != nil {
		return err
	}
	for _, f := range files {
		_, unit, _ := strings.Cut(f.Text, "\n")
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(f.Path)), []byte(head+unit), 0o644); err != nil { //nolint:gosec // everybody reads units
			return fmt.Errorf("write a unit: %w", err)
		}
	}
	return nil
}
