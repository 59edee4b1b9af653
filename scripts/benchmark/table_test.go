package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func used(wall, client time.Duration, memory int64) sample {
	return sample{wall: wall, client: client, memory: memory, bytes: 1}
}

func TestMedianTakesEachQuantityAlone(t *testing.T) {
	samples := []sample{used(3*time.Second, time.Second, 9*mib), used(time.Second, 2*time.Second, 8*mib), used(2*time.Second, 3*time.Second, mib)}
	wall, client, memory := median(samples, wallSeconds), median(samples, clientSeconds), median(samples, memoryMiB)
	if wall != 2 || client != 2 || memory != 8 {
		t.Errorf("medians are %v, %v, %v; want 2, 2, 8", wall, client, memory)
	}
}

// The ratio is the median of the ratios in each round, and not the ratio of the medians, because
// a disturbance in a round slows both contestants.
func TestRatioPairsTheRounds(t *testing.T) {
	ours := []sample{used(1, 0, 0), used(10, 0, 0), used(3, 0, 0)}
	peers := []sample{used(2, 0, 0), used(20, 0, 0), used(4, 0, 0)}
	if r := ratio(ours, peers, wallSeconds); r != 0.5 {
		t.Errorf("the ratio is %v, want 0.5", r)
	}
}

func TestResultsAreAMarkdownTable(t *testing.T) {
	one := []sample{used(time.Second, time.Second, mib)}
	two := []sample{used(2*time.Second, 4*time.Second, 4*mib)}
	results := []result{
		{contestant: contestant{name: "peer | zstd"}, samples: two},
		{contestant: contestant{name: "other"}, samples: two},
		{contestant: contestant{name: "ours", limit: 8 * mib, peers: []peer{{"peer | zstd", 0.7}, {"other", 0}, {"broken", 0}}}, samples: one},
		{contestant: contestant{name: "broken"}, failed: errors.New("no\nserver")},
	}
	var out strings.Builder
	if err := printResults(&out, "title", results); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := []string{
		"| ours | 1.00 | 1.00 | 0.00 | 1 (≤ 8) | 0.0 | peer \\| zstd | 0.50 | 0.25 | 0.25 | 1.000 | ≤ 0.70 |",
		"| ours | | | | | | other | 0.50 | 0.25 | 0.25 | 1.000 |  |",
		"| broken | failed: no server |",
	}
	for _, w := range want {
		if !strings.Contains(out.String(), w+"\n") {
			t.Errorf("missing %q in\n%s", w, out.String())
		}
	}
	columns := strings.Count(lines[3], "|")
	for _, line := range lines[2 : len(lines)-1] { // without the title and the failure
		if n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); n != columns {
			t.Errorf("%d separators, want %d: %s", n, columns, line)
		}
	}
	out.Reset()
	if err := printGrowth(&out, "growth", results, []result{{samples: two}, {samples: two}, {contestant: contestant{name: "ours"}, samples: two}, {}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "| ours | 2.00 | 4.00 | 4.00 | 1.00 |") {
		t.Errorf("the growth is wrong:\n%s", out.String())
	}
}

// A contestant that uses more memory than its limit makes the measurement fail.
func TestMemoryAboveTheLimitFails(t *testing.T) {
	r := result{contestant: contestant{name: "ours", limit: uploadLimit}, samples: []sample{{memory: uploadLimit}}}
	if err := checkLimits([]result{r}); err != nil {
		t.Error(err)
	}
	r.samples[0].memory++
	if err := checkLimits([]result{r}); err == nil {
		t.Error("one byte above the limit is accepted")
	}
}
