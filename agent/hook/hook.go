// Package hook runs the operator's programs before and after backups. They run as the
// agent, with its rights but without its environment, and get the report so far.
package hook

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// A Hook is one program. Exactly one of Before and After is set, and one of Run and
// Shell.
type Hook struct {
	Key    string // where it is configured, such as hooks[0]
	Before Scope
	After  Scope
	Run    []string // the program and its arguments
	Shell  string   // a command for /bin/sh
	// Timeout is the maximum time; 0 is DefaultTimeout. After it, the program and the processes
	// that it started are stopped.
	Timeout time.Duration
	// InheritEnvironment gives it the whole environment of the agent, with its credentials.
	InheritEnvironment bool
}

// DefaultTimeout is the timeout of a hook.
const DefaultTimeout = 10 * time.Minute

// A Scope is what a hook runs before or after.
type Scope string

// The scopes.
const (
	Run   Scope = "run"   // the whole invocation
	Site  Scope = "site"  // the backup of each site
	Error Scope = "error" // an invocation that failed
)

// Check refuses a hook that lacks something or contradicts itself. Whether its program can
// be run is seen when it runs.
func (h *Hook) Check() error {
	switch {
	case (h.Before == "") == (h.After == ""):
		return errors.New("give either before or after, with run or site, or after: error")
	case h.Before != "" && h.Before != Run && h.Before != Site:
		return fmt.Errorf("before: %q: must be run or site", h.Before)
	case h.After != "" && h.After != Run && h.After != Site && h.After != Error:
		return fmt.Errorf("after: %q: must be run, site or error", h.After)
	case (len(h.Run) == 0) == (strings.TrimSpace(h.Shell) == ""):
		return errors.New("give either run, a list of a program and its arguments, or shell, a command")
	case h.Timeout < 0:
		return errors.New("timeout: must not be negative")
	}
	return nil
}

// when is what the hook runs before or after, in words.
func (h *Hook) when() string {
	if h.Before != "" {
		return "before " + string(h.Before)
	}
	return "after " + string(h.After)
}

// searchPath is where programs without a path are found, and the PATH of hooks.
const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// shell starts every hook: it sets the umask, which a process cannot set for a child only.
const shell = "/bin/sh"

// command returns the program to run and its arguments. Nobody but root and the agent's
// user may be able to change the program: it runs with the agent's rights.
func (h *Hook) command() (args []string, err error) {
	if err := operator.Check(shell, operator.Everybody); err != nil {
		return nil, err
	}
	if h.Shell != "" {
		return []string{shell, "-c", "umask 077\n" + h.Shell}, nil
	}
	program := h.Run[0]
	if !filepath.IsAbs(program) {
		if program, err = find(program); err != nil {
			return nil, err
		}
	}
	if err := operator.Check(program, operator.Everybody); err != nil {
		return nil, err
	}
	if info, err := os.Stat(program); err != nil || !info.Mode().IsRegular() || unix.Access(program, unix.X_OK) != nil {
		return nil, errors.Join(err, fmt.Errorf("%s: it is not an executable file; run chmod +x on it", program))
	}
	return append([]string{shell, "-c", `umask 077; exec "$@"`, "sh", program}, h.Run[1:]...), nil
}

// find looks a program up in searchPath.
func find(name string) (string, error) {
	if strings.Contains(name, "/") {
		return "", fmt.Errorf("%s: give the program's absolute path", name)
	}
	for dir := range strings.SplitSeq(searchPath, ":") {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: there is no such program in %s; give its absolute path", name, searchPath)
}
