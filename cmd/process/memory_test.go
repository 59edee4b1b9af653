package process

import (
	"math"
	"runtime/debug"
	"strings"
	"testing"
)

func TestMemoryPlan(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		memory  int64
		sites   int
		streams int
		dense   bool
		want    MemoryPlan
	}{
		// Without limits.memory.
		{0, 0, 2, false, MemoryPlan{1, 32, 64 * mib}},
		{0, 3, 2, false, MemoryPlan{3, 32, 176 * mib}},
		{0, 2, 2, true, MemoryPlan{2, 32, 248 * mib}},
		{0, 1, 1, false, MemoryPlan{1, 20, 52 * mib}},
		{76 * mib, 1, 1, false, MemoryPlan{1, 12, 44 * mib}},
		{1024 * mib, 1, 1, false, MemoryPlan{1, 36, 992 * mib}},
		// One site: the pool comes first, then the garbage collector.
		{88 * mib, 1, 2, false, MemoryPlan{1, 24, 56 * mib}},
		{96 * mib, 1, 2, false, MemoryPlan{1, 32, 64 * mib}},
		{100*mib + 1, 1, 2, false, MemoryPlan{1, 36, 68*mib + 1}},
		{1024 * mib, 1, 2, false, MemoryPlan{1, 72, 992 * mib}},
		{152 * mib, 1, 2, true, MemoryPlan{1, 24, 120 * mib}},
		// Several: as many as fit.
		{167 * mib, 4, 2, false, MemoryPlan{1, 72, 135 * mib}},
		{168 * mib, 4, 2, false, MemoryPlan{2, 24, 104 * mib}},
		{328 * mib, 4, 2, false, MemoryPlan{4, 24, 200 * mib}},
		{math.MaxInt64, 1000, 2, false, MemoryPlan{1000, 72, math.MaxInt64 - 32000*mib}},
	} {
		got, err := PlanMemory(c.memory, c.sites, c.streams, c.dense)
		if err != nil || got != c.want {
			t.Errorf("%d bytes, %d sites, dense %v: %+v (%v), want %+v", c.memory, c.sites, c.dense, got, err, c.want)
		}
		if c.memory > 0 && got.total() != c.memory {
			t.Errorf("%d bytes are planned as %d", c.memory, got.total())
		}
	}
	for _, c := range []struct {
		memory int64
		dense  bool
		want   string
	}{
		{88*mib - 1, false, "too little for one site; give at least 88 MiB"},
		{152*mib - 1, true, "too little for one site; give at least 152 MiB, or a level of compression below 10"},
	} {
		if _, err := PlanMemory(c.memory, 9, 2, c.dense); err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%d bytes, dense %v: %v", c.memory, c.dense, err)
		}
	}
}

// GOMEMLIMIT has precedence over the limit of the plan.
func TestOperatorsMemoryLimitStays(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	t.Setenv("GOMEMLIMIT", "300MiB")
	LimitMemory(1 << 30)
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("GOMEMLIMIT is set, but the limit is %d", got)
	}
	t.Setenv("GOMEMLIMIT", "")
	LimitMemory(1 << 30)
	if got := debug.SetMemoryLimit(-1); got != 1<<30 {
		t.Errorf("the limit is %d", got)
	}
}
