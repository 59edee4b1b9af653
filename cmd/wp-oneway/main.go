// Command wp-oneway backs WordPress sites up one way: into a directory or a
// bucket where it can create objects and do nothing else.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// version is set by the linker when a release is built.
var version = "dev"

// memoryLimit is what the garbage collector keeps the process below, in bytes. The
// streams' own memory is bounded by the agent; this bounds what is thrown away
// in between.
const memoryLimit = 84 << 20

func main() {
	debug.SetMemoryLimit(memoryLimit)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	code := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}
