package main

import (
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

func took(wall, cpu time.Duration, peak int64) usage {
	return usage{Usage: lab.Usage{Wall: wall, CPU: cpu, Peak: peak}}
}

func TestMedianTakesEachQuantityAlone(t *testing.T) {
	m := median([]usage{took(3, 1, 9), took(1, 2, 8), took(2, 3, 1)})
	if m.Wall != 2 || m.CPU != 2 || m.Peak != 8 {
		t.Errorf("got %+v", m)
	}
}

// An upload that takes more memory than it may is a failure of the measurement.
func TestCompareHoldsTheLimit(t *testing.T) {
	var out strings.Builder
	b := &bench{out: &out, rounds: 1, stream: 1}
	runs := make([][]usage, len(uploaders))
	for i := range runs {
		runs[i] = []usage{{Usage: lab.Usage{Wall: time.Second, CPU: time.Second, Peak: 100 << 20, Each: []int64{uploadLimit, 20 << 20}}}}
	}
	if err := b.compare(runs); err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "wp-oneway : rclone rcat") {
		t.Errorf("no ratios:\n%s", out.String())
	}
	runs[len(runs)-1][0].Each[0]++
	if err := b.compare(runs); err == nil {
		t.Error("a byte too much was taken")
	}
}
