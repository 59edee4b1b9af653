package sitetest

import (
	"syscall"
	"time"
)

// Stopwatch begins to take a time. It is told by the clock or by the processors, by
// whichever is less: others may have had the processors, and Go's collector, which
// runs beside, has them as well.
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
