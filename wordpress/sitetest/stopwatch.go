package sitetest

import (
	"syscall"
	"time"
)

// Stopwatch starts a measurement. The result is the smaller of wall-clock time and
// processor time: other processes may use the processors, and Go's garbage collector
// runs in parallel.
func Stopwatch() (took func() time.Duration) {
	processors := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			panic(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start, before := time.Now(), processors()
	return func() time.Duration { return min(time.Since(start), processors()-before) }
}
