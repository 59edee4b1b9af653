package safefs

import (
	"errors"
	"syscall"
	"testing"
)

// A file system that answers EINTR for ever ends in an error, not in a loop. The call is a
// fake: Go itself repeats EINTR in the calls that a test could make.
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
