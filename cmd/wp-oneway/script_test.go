package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestScripts runs the scripts in testdata, each of which tests one rule of the command line. The
// scripts use the commands of testscript and those of scriptCommands. Each script has its own
// state folder and home folder, and no variables of wp-oneway.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:  "testdata",
		Cmds: scriptCommands(),
		Condition: func(name string) (bool, error) {
			if name != "root" {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			return os.Geteuid() == 0, nil
		},
		Setup: func(env *testscript.Env) error {
			state := filepath.Join(env.WorkDir, "state")
			env.Vars = []string{
				"WORK=" + env.WorkDir, "HOME=" + state, "STATE_DIRECTORY=" + state, "TMPDIR=" + env.WorkDir,
				"PATH=" + shared.dir + ":" + os.Getenv("PATH"),
			}
			return os.Mkdir(state, 0o700)
		},
	})
}

func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"site": siteCommand, "exits": exitsCommand, "refused": refusedCommand, "config": configCommand, "lines": linesCommand,
	}
}

// siteCommand (site FOLDER [FILE]) creates a small site. FILE becomes its wp-config.php. Without
// FILE, the site's database cannot be reached.
func siteCommand(ts *testscript.TestScript, neg bool, args []string) {
	text := config("x", "x", "/nowhere")
	switch {
	case neg || len(args) < 1 || len(args) > 2:
		ts.Fatalf("usage: site FOLDER [FILE]")
	case len(args) == 2:
		text = ts.ReadFile(args[1])
	}
	ts.Check(createSite(ts.MkAbs(args[0]), text))
}

// exitsCommand (exits STATUS COMMAND…) runs a command and checks its exit status.
func exitsCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if got := exitCode(ts, args[1:]); got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// refusedCommand (refused TEXT COMMAND…) checks that a command is refused because of wrong usage
// or configuration: exit status 2, nothing on standard output, and one line on standard error
// that contains TEXT.
func refusedCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: refused TEXT COMMAND…")
	}
	code := exitCode(ts, args[1:])
	stdout, stderr := ts.ReadFile("stdout"), ts.ReadFile("stderr")
	if code != 2 || stdout != "" || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "; ;") || !strings.Contains(stderr, args[0]) {
		ts.Fatalf("exit status %d, want 2 and one line with %q", code, args[0])
	}
}

// configCommand (config TEXT [WANT]) writes TEXT into config.yaml. With WANT, a backup with that
// file must be refused, with an error that contains WANT and the name of the file. Values that
// contain hunter2 are secret and must not be printed.
func configCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: config TEXT [WANT]")
	}
	file := ts.MkAbs("config.yaml")
	ts.Check(os.WriteFile(file, []byte(strings.ReplaceAll(args[0], `\n`, "\n")+"\n"), 0o600))
	if len(args) == 1 {
		return
	}
	refusedCommand(ts, false, []string{args[1], "wp-oneway", "backup", "--config", file, "--kind", "files", "site"})
	if stderr := ts.ReadFile("stderr"); !strings.Contains(stderr, "config.yaml") || strings.Contains(stderr, "hunter2") {
		ts.Fatalf("the message must name the file, and no secret")
	}
}

// linesCommand (lines stdout|stderr N) checks the number of lines of output.
func linesCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: lines stdout|stderr N")
	}
	if got := strings.Count(ts.ReadFile(args[0]), "\n"); strconv.Itoa(got) != args[1] {
		ts.Fatalf("%s has %d lines, want %s", args[0], got, args[1])
	}
}

// exitCode runs a command to its end and returns its exit status.
func exitCode(ts *testscript.TestScript, args []string) int {
	err := ts.Exec(args[0], args[1:]...)
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		return e.ExitCode()
	}
	ts.Check(err)
	return 0
}
