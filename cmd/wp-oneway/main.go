// Command wp-oneway backs up WordPress sites one way: into a directory or a bucket
// where it can create objects and do nothing else.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/process"
)

func main() {
	process.LimitMemory(process.AgentMemory)
	// The process that reads our messages may close its pipe, and a file may reach its size
	// limit. In both cases, the write must fail with an error, and the signal must not kill a
	// running backup.
	signal.Ignore(syscall.SIGPIPE, syscall.SIGXFSZ)
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals()...)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], console.Streams{In: os.Stdin, Out: console.Interruptible(ctx, os.Stdout), Err: os.Stderr})
	stop()
	os.Exit(code)
}

// stopSignals returns the signals that end a run. It leaves out signals that the process was
// started to ignore, as with nohup.
func stopSignals() []os.Signal {
	signals := []os.Signal{syscall.SIGTERM}
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signals = append(signals, s)
		}
	}
	return signals
}

// run runs the program with args, and returns its exit status.
func run(ctx context.Context, args []string, io console.Streams) int {
	a := newApp(io)
	err := a.execute(ctx, args)
	if text := exit.Message(err); text != "" {
		a.Report(ctx, text)
	}
	if err != nil {
		a.tellUnstarted(ctx, err)
	}
	return exit.Status(err)
}
