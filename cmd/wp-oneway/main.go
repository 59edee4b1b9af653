// Command wp-oneway backs WordPress sites up one way: into a directory or a
// bucket where it can create objects and do nothing else.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the linker when a release is built.
var version = "dev"

func main() {
	limitMemory(agentMemory)
	// A reader of our messages may close its pipe, and a file may reach its size limit.
	// Both are errors of that write, and must not kill a running backup.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ)
	ctx, stop := signal.NotifyContext(context.Background(), obeyed()...)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	code := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// obeyed are the signals that end a run: not those that we were started to ignore,
// as nohup does.
func obeyed() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM}
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	return signals
}
