package config

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// BenchmarkRead reads every site of the corpus. It reports the median and the 99th
// percentile.
func BenchmarkRead(b *testing.B) {
	var cases []*preparedCase
	for _, dir := range corpora {
		entries, err := os.ReadDir(dir)
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range entries {
			c := prepareCase(b, dir, e.Name())
			if !slices.Contains(c.Tags, "limits") && e.Name() != "endless-loop" && e.Name() != "huge-file" {
				cases = append(cases, c)
			}
		}
	}
	var took []time.Duration
	for b.Loop() {
		for _, c := range cases {
			start := time.Now()
			_, _ = Read(context.Background(), filepath.Join(c.dir, c.Docroot), c.options())
			took = append(took, time.Since(start))
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs/site-median")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs/site-p99")
}
