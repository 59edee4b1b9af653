package main

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// ratios runs every contestant several times, in turn, and prints their medians
// and what wp-oneway takes in proportion.
func (b *bench) ratios(ctx context.Context) error {
	if err := b.warm(ctx); err != nil {
		return err
	}
	runs := make([][]usage, len(contestants))
	for range b.rounds {
		for i, c := range contestants {
			u, err := measure(ctx, c.command(ctx, b), lab.Seldom)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if i == len(contestants)-1 {
				if err := b.whole(ctx, bucket); err != nil {
					return err
				}
			}
			if u.stored, err = b.empty(ctx, bucket); err != nil {
				return err
			}
			runs[i] = append(runs[i], u)
		}
	}
	b.say("%-22s %9s %9s %12s %10s", "", "wall", "CPU", "peak memory", "stored")
	medians := make([]usage, len(contestants))
	for i, c := range contestants {
		m := median(runs[i])
		medians[i] = m
		b.say("%-22s %7.1f s %7.1f s %8.0f MiB %7d MB", c.name, m.Wall.Seconds(), m.CPU.Seconds(), float64(m.Peak)/mib, m.stored/1_000_000)
	}
	ours := medians[len(medians)-1]
	for i, c := range contestants[:len(contestants)-1] {
		m := medians[i]
		b.say("wp-oneway : %-10s %9.2f %9.2f %12.2f %10.2f", c.name, ratio(ours.Wall, m.Wall), ratio(ours.CPU, m.CPU),
			ratio(ours.Peak, m.Peak), ratio(ours.stored, m.stored))
	}
	return nil
}

// warm lets every contestant find the files and rows in memory.
func (b *bench) warm(ctx context.Context) error {
	cmd := b.shell(ctx, `set -e; tar c -C "$ROOT" . | wc -c; mariadb-dump --no-defaults -uroot --socket="$SOCKET" wordpress | wc -c`)
	if _, err := measure(ctx, cmd, lab.Seldom); err != nil {
		return fmt.Errorf("warm up: %w", err)
	}
	return nil
}

// A usage is what a contestant took, and the bytes in the bucket afterwards.
type usage struct {
	lab.Usage
	stored int64
}

// measure runs a contestant.
func measure(ctx context.Context, cmd *exec.Cmd, every time.Duration) (usage, error) {
	u, err := lab.Measure(ctx, cmd, every)
	return usage{Usage: u}, err
}

// median takes each quantity's own median.
func median(runs []usage) usage {
	return usage{
		Usage: lab.Usage{
			Wall: middle(runs, func(u usage) int64 { return int64(u.Wall) }).Wall,
			CPU:  middle(runs, func(u usage) int64 { return int64(u.CPU) }).CPU,
			Peak: middle(runs, func(u usage) int64 { return u.Peak }).Peak,
			Each: middle(runs, usage.most).Each,
		},
		stored: middle(runs, func(u usage) int64 { return u.stored }).stored,
	}
}

func middle(runs []usage, by func(usage) int64) usage {
	sorted := slices.SortedFunc(slices.Values(runs), func(a, b usage) int { return cmp.Compare(by(a), by(b)) })
	return sorted[len(sorted)/2]
}

func ratio[N ~int64](a, b N) float64 { return float64(a) / float64(b) }
