package process

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// maxLoadWait is the longest time that a backup waits for a lower load. A host that is always
	// busy needs backups too.
	maxLoadWait = time.Hour
	// loadPause is the time between two readings of the load.
	loadPause = 15 * time.Second
)

// WaitForLoad returns once the load of the host is at most limit, or after maxLoadWait. A limit
// of 0 means no limit.
func WaitForLoad(ctx context.Context, limit float64, warn func(text string)) error {
	return (&loadWait{limit, readLoad, sleep, warn}).wait(ctx)
}

// A loadWait waits until the load of a host is low enough.
type loadWait struct {
	limit float64                                    // 0 means no limit
	read  func() (float64, error)                    // the 1-minute load
	pause func(context.Context, time.Duration) error // waits
	warn  func(text string)
}

// wait returns once the load is at most the limit, or after maxLoadWait.
func (l *loadWait) wait(ctx context.Context) error {
	if l.limit == 0 {
		return nil
	}
	for waited := time.Duration(0); ; waited += loadPause {
		load, err := l.read()
		switch {
		case err != nil:
			l.warn("starting without checking the load: " + err.Error())
			return nil //nolint:nilerr // the backup matters more
		case load <= l.limit:
			return nil
		case waited >= maxLoadWait:
			l.warn(fmt.Sprintf("starting although the load is %.2f after waiting for %s (limits.load is %g)", load, maxLoadWait, l.limit))
			return nil
		case waited == 0:
			l.warn(fmt.Sprintf("waiting at most %s, since the load is %.2f (limits.load is %g)", maxLoadWait, load, l.limit))
		}
		if err := l.pause(ctx, loadPause); err != nil {
			return err
		}
	}
}

// readLoad returns the 1-minute load: the average number of processes that ran or waited for a
// processor or a disk.
func readLoad() (float64, error) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0, fmt.Errorf("read the load: %w", err)
	}
	first, _, _ := strings.Cut(string(text), " ")
	load, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0, fmt.Errorf("read the load: %q in /proc/loadavg is not a number", first)
	}
	return load, nil
}

// sleep waits for the time d. If ctx ends earlier, it returns the cause.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
