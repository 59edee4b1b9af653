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
	// maxLoadWait is how long a backup waits for a lower load: a host that is always busy
	// needs backups too.
	maxLoadWait = time.Hour
	// loadPause is how often the load is read meanwhile.
	loadPause = 15 * time.Second
)

// WaitForLoad returns once the load of the host is at most the limit, or after maxLoadWait; a
// limit of 0 is none.
func WaitForLoad(ctx context.Context, limit float64, warn func(text string)) error {
	return (&loadWait{limit, readLoad, sleep, warn}).wait(ctx)
}

// A loadWait waits until a host is less busy.
type loadWait struct {
	limit float64                                    // 0 is none
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

// readLoad is the average number of processes that ran or waited for the processors or a disk
// in the last minute.
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

// sleep waits, or returns why ctx has ended.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
