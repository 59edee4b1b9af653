package safefs

import (
	"errors"
	"syscall"
	"testing"
)

// A file system that returns EINTR for ever leads to an error, and not to an endless loop. The
// test uses a fake call, because Go itself repeats the real calls after EINTR.
func TestRetryIsBounded(t *testing.T) {
	calls := 0
	interrupted := func(times int) func() (int, error) {
		return func() (int, error) {
			if calls++; calls <= times {
				return -1, syscall.EINTR
			}
			return 7, nil
		}
	}
	if n, err := retry(interrupted(5)); n != 7 || err != nil {
		t.Errorf("after a few signals: %d, %v", n, err)
	}
	calls = 0
	if _, err := retry(interrupted(1 << 30)); !errors.Is(err, syscall.EINTR) || calls != retries {
		t.Errorf("after %d calls: %v", calls, err)
	}
}
