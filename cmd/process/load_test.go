package process

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// The load and the clock are faked: a real load takes minutes to rise.
func TestLoadWait(t *testing.T) {
	stop := errors.New("stopped")
	for _, c := range []struct {
		name   string
		limit  float64
		loads  []float64 // the last one repeats; an empty list is an error
		cancel bool
		waited time.Duration
		warned []string
		want   error
	}{
		{"no limit", 0, nil, false, 0, nil, nil},
		{"low", 4, []float64{4}, false, 0, nil, nil},
		{"falls", 4, []float64{9, 5, 4}, false, 30 * time.Second, []string{"waiting at most 1h0m0s, since the load is 9.00"}, nil},
		{"stays", 4, []float64{9}, false, time.Hour, []string{"waiting", "starting although the load is 9.00 after waiting for 1h0m0s"}, nil},
		{"unknown", 4, nil, false, 0, []string{"starting without checking the load: no load"}, nil},
		{"cancelled", 4, []float64{9}, true, 0, []string{"waiting"}, stop},
	} {
		var waited time.Duration
		var warned []string
		l := loadWait{
			limit: c.limit,
			read: func() (float64, error) {
				if len(c.loads) == 0 {
					return 0, errors.New("no load")
				}
				load := c.loads[0]
				if len(c.loads) > 1 {
					c.loads = c.loads[1:]
				}
				return load, nil
			},
			pause: func(_ context.Context, d time.Duration) error {
				if c.cancel {
					return stop
				}
				waited += d
				return nil
			},
			warn: func(text string) { warned = append(warned, text) },
		}
		err := l.wait(t.Context())
		matches := slices.EqualFunc(warned, c.warned, strings.HasPrefix)
		if !errors.Is(err, c.want) || waited != c.waited || !matches {
			t.Errorf("%s: waited %s, warned %q, %v", c.name, waited, warned, err)
		}
	}
	if load, err := readLoad(); err != nil || load < 0 {
		t.Errorf("the load of this host: %v (%v)", load, err)
	}
}
