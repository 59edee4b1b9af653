package main

import (
	"math"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

func TestMemoryPlan(t *testing.T) {
	const mib = 1 << 20
	for _, c := range []struct {
		memory  byteSize
		sites   int
		streams int
		dense   bool
		want    memoryPlan
	}{
		// Without limits.memory.
		{0, 0, 2, false, memoryPlan{1, 32, 64 * mib}},
		{0, 3, 2, false, memoryPlan{3, 32, 176 * mib}},
		{0, 2, 2, true, memoryPlan{2, 32, 248 * mib}},
		{0, 1, 1, false, memoryPlan{1, 20, 52 * mib}},
		{76 * mib, 1, 1, false, memoryPlan{1, 12, 44 * mib}},
		{1024 * mib, 1, 1, false, memoryPlan{1, 36, 992 * mib}},
		// One site: the pool comes first, then the garbage collector.
		{88 * mib, 1, 2, false, memoryPlan{1, 24, 56 * mib}},
		{96 * mib, 1, 2, false, memoryPlan{1, 32, 64 * mib}},
		{100*mib + 1, 1, 2, false, memoryPlan{1, 36, 68*mib + 1}},
		{1024 * mib, 1, 2, false, memoryPlan{1, 72, 992 * mib}},
		{152 * mib, 1, 2, true, memoryPlan{1, 24, 120 * mib}},
		// Several: as many as fit.
		{167 * mib, 4, 2, false, memoryPlan{1, 72, 135 * mib}},
		{168 * mib, 4, 2, false, memoryPlan{2, 24, 104 * mib}},
		{328 * mib, 4, 2, false, memoryPlan{4, 24, 200 * mib}},
		{math.MaxInt64, 1000, 2, false, memoryPlan{1000, 72, math.MaxInt64 - 32000*mib}},
	} {
		got, err := planMemory(c.memory, c.sites, c.streams, c.dense)
		if err != nil || got != c.want {
			t.Errorf("%d bytes, %d sites, dense %v: %+v (%v), want %+v", c.memory, c.sites, c.dense, got, err, c.want)
		}
		if c.memory > 0 && got.total() != int64(c.memory) {
			t.Errorf("%d bytes are planned as %d", c.memory, got.total())
		}
	}
	for _, c := range []struct {
		memory byteSize
		dense  bool
		want   string
	}{
		{88*mib - 1, false, "too little for one site; give at least 88 MiB"},
		{152*mib - 1, true, "too little for one site; give at least 152 MiB, or a level of compression below 10"},
	} {
		if _, err := planMemory(c.memory, 9, 2, c.dense); err == nil || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%d bytes, dense %v: %v", c.memory, c.dense, err)
		}
	}
}

// GOMEMLIMIT has precedence over the limit of the plan.
func TestOperatorsMemoryLimitStays(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	defer debug.SetMemoryLimit(before)
	t.Setenv("GOMEMLIMIT", "300MiB")
	limitMemory(1 << 30)
	if got := debug.SetMemoryLimit(-1); got != before {
		t.Errorf("GOMEMLIMIT is set, but the limit is %d", got)
	}
	t.Setenv("GOMEMLIMIT", "")
	limitMemory(1 << 30)
	if got := debug.SetMemoryLimit(-1); got != 1<<30 {
		t.Errorf("the limit is %d", got)
	}
}

// A backup keeps to limits.memory, or is refused with the least value.
func TestBackupWithLimitsMemory(t *testing.T) {
	t.Parallel()
	h, site, to := newHost(t), smallSite(t), t.TempDir()
	args := []string{site, "--name", "x", "--kind", "files", "--to", to}
	h.configure("limits:\n  sites: 3\n  memory: 20MiB\n")
	h.refused("config.yaml:3: 'limits.memory' is 20 MiB, too little for one site; give at least 76 MiB", append([]string{"backup"}, args...)...)
	h.configure("limits: {sites: 3, memory: 100MiB}\nlevel: 19\n")
	h.refused("give at least 140 MiB, or a level of compression below 10", append([]string{"backup"}, args...)...)
	h.configure("limits: {sites: 3, memory: 170MiB}\n")
	if _, _, stderr := h.run(append([]string{"backup"}, args...)...); !strings.Contains(stderr, "fewer sites at the same time than limits.sites, to stay within limits.memory\" sites=2") {
		t.Errorf("stderr: %s", stderr)
	}
	one(t, filepath.Join(to, "x", "files-backups"), "*Z-*.manifest.json")
}
