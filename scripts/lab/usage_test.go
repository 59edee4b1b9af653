package lab

import (
	"context"
	"os/exec"
	"testing"
	"time"
)

func TestMeasureCountsAllProcesses(t *testing.T) {
	// Two processes, neither of them the one started, each hold 40 MB for a moment.
	hold := `head -c 40M /dev/zero | tail -c 40M | (sleep 0.3; cat >/dev/null)`
	cmd := exec.Command("sh", "-c", "("+hold+") & ("+hold+"); wait; true")
	u, err := Measure(context.Background(), cmd, Often)
	if err != nil {
		t.Fatal(err)
	}
	if u.Peak < 80_000_000 || u.Peak > 140_000_000 {
		t.Errorf("peak is %d, should be a little over 80 MB", u.Peak)
	}
	if u.SumHWM < u.Peak {
		t.Errorf("sum of peaks %d is less than the peak %d", u.SumHWM, u.Peak)
	}
	if u.Wall < 300*time.Millisecond || u.CPU <= 0 {
		t.Errorf("time is not counted: %+v", u)
	}
}

func TestMeasureFailsWithTheProgram(t *testing.T) {
	if _, err := Measure(context.Background(), exec.Command("sh", "-c", "echo why >&2; exit 3"), Often); err == nil {
		t.Error("a program that failed was measured")
	}
}
