// Command wp-oneway backs up WordPress sites one way: into a directory or a bucket
// where it can create objects and do nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"os/user"
	"syscall"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// version is set by the linker when a release is built.
var version = "dev"

func main() {
	limitMemory(agentMemory)
	// A reader of our messages may close its pipe, and a file may reach its size limit.
	// Both are errors of that write, and must not kill a running backup.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ)
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// stopSignals returns the signals that end a run: not those that the process was
// started to ignore, as nohup does.
func stopSignals() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM}
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	return signals
}

// run is the program without the process: arguments in, exit status out.
func run(ctx context.Context, args []string, io streams) int {
	a := newApp(io)
	err := a.execute(ctx, args)
	if text := message(err); text != "" {
		a.report(ctx, text)
	}
	if err != nil {
		a.tellUnstarted(ctx, err)
	}
	return exitStatus(err)
}

// A usageError is wrong usage or configuration.
type usageError struct{ cause error }

func (e *usageError) Error() string { return e.cause.Error() }
func (e *usageError) Unwrap() error { return e.cause }

// usage marks an error as one of usage or configuration.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &usageError{err}
}

// A printedError ends a command whose output already says what is wrong.
type printedError struct{ status manifest.Status }

func (e *printedError) Error() string { return string(e.status) }

// An exitError ends a command with that exit status; its output already says why.
type exitError struct{ code int }

func (e *exitError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// exitStatus is the exit status of a command that returned err.
func exitStatus(err error) int {
	var printed *printedError
	var wrong *usageError
	var exit *exitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.code
	case errors.As(err, &printed):
		return printed.status.ExitCode()
	case errors.As(err, &wrong):
		return manifest.Refused.ExitCode()
	}
	return manifest.Failed.ExitCode()
}

// message is the text of an error that was not printed yet.
func message(err error) string {
	printed, exit := (*printedError)(nil), (*exitError)(nil)
	if err == nil || errors.As(err, &printed) || errors.As(err, &exit) {
		return ""
	}
	return err.Error()
}

// setHome sets HOME from the user database where the environment has none, as in a
// systemd service: the configuration, the credentials and the backups are below it.
func setHome() {
	if os.Getenv("HOME") != "" {
		return
	}
	if u, err := user.Current(); err == nil && u.HomeDir != "" {
		_ = os.Setenv("HOME", u.HomeDir) // if it stays unset, the code that needs it returns an error
	}
}
