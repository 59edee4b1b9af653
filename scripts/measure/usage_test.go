package main

import (
	"context"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestMeasureCountsAllProcesses(t *testing.T) {
	// Two processes, neither of them the one started, each hold 40 MB for a moment.
	hold := `head -c 40M /dev/zero | tail -c 40M | (sleep 0.3; cat >/dev/null)`
	cmd := exec.Command("sh", "-c", "("+hold+") & ("+hold+"); wait; true")
	u, err := measure(context.Background(), cmd)
	if err != nil {
		t.Fatal(err)
	}
	if u.peak < 80_000_000 || u.peak > 140_000_000 {
		t.Errorf("peak is %d, should be a little over 80 MB", u.peak)
	}
	if u.sumHWM < u.peak {
		t.Errorf("sum of peaks %d is less than the peak %d", u.sumHWM, u.peak)
	}
	if u.wall < 300*time.Millisecond || u.cpu <= 0 {
		t.Errorf("time is not counted: %+v", u)
	}
}

func TestMeasureFailsWithTheProgram(t *testing.T) {
	if _, err := measure(context.Background(), exec.Command("sh", "-c", "echo why >&2; exit 3")); err == nil {
		t.Error("a program that failed was measured")
	}
}

func TestMedianTakesEachQuantityAlone(t *testing.T) {
	m := median([]usage{{wall: 3, cpu: 1, peak: 9}, {wall: 1, cpu: 2, peak: 8}, {wall: 2, cpu: 3, peak: 1}})
	if m.wall != 2 || m.cpu != 2 || m.peak != 8 {
		t.Errorf("got %+v", m)
	}
}

// An upload that takes more memory than it may is a failure of the measurement.
func TestCompareHoldsTheLimit(t *testing.T) {
	var out strings.Builder
	b := &bench{out: &out, rounds: 1, stream: 1}
	runs := make([][]usage, len(uploaders))
	for i := range runs {
		runs[i] = []usage{{wall: time.Second, cpu: time.Second, sumHWM: 100 << 20, each: []int64{uploadLimit, 20 << 20}}}
	}
	if err := b.compare(runs); err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "wp-oneway : rclone rcat") {
		t.Errorf("no ratios:\n%s", out.String())
	}
	runs[len(runs)-1][0].each[0]++
	if err := b.compare(runs); err == nil {
		t.Error("a byte too much was taken")
	}
}
