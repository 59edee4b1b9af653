package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// printResults prints the medians of all contestants, and the ratios to their
// peers, as a Markdown table.
func printResults(out io.Writer, title string, results []result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n", title)
	fmt.Fprintln(&b, "| work | wall s | client CPU s | server CPU s | memory MiB | stored MB | compared with | wall | CPU | memory | stored | goal, wall |")
	fmt.Fprintln(&b, "|---|---:|---:|---:|---:|---:|---|---:|---:|---:|---:|---:|")
	for _, r := range results {
		if r.failed != nil {
			fmt.Fprintf(&b, "| %s | failed: %.200s |\n", cell(r.name), cell(r.failed.Error()))
			continue
		}
		limit := ""
		if r.limit > 0 {
			limit = fmt.Sprintf(" (≤ %d)", r.limit/mib)
		}
		fmt.Fprintf(&b, "| %s | %.2f | %.2f | %.2f | %.0f%s | %.1f |", cell(r.name),
			median(r.samples, wallSeconds), median(r.samples, clientSeconds), median(r.samples, serverSeconds),
			median(r.samples, memoryMiB), limit, median(r.samples, storedMB))
		comparisons := compare(r, results)
		fmt.Fprintln(&b, comparisons[0])
		for _, c := range comparisons[1:] {
			fmt.Fprintf(&b, "| %s | | | | | |%s\n", cell(r.name), c)
		}
	}
	fmt.Fprintln(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

// compare returns the last cells of the rows of a contestant. Each row has the ratios to one
// peer. There is always at least one row.
func compare(r result, results []result) []string {
	var rows []string
	for _, p := range r.peers {
		i := slices.IndexFunc(results, func(other result) bool { return other.name == p.name })
		if i < 0 || results[i].failed != nil {
			continue
		}
		goal := ""
		if p.goal > 0 {
			goal = fmt.Sprintf("≤ %.2f", p.goal)
		}
		peers := results[i].samples
		stored := ""
		if median(peers, storedMB) > 0 {
			stored = fmt.Sprintf("%.3f", ratio(r.samples, peers, storedMB))
		}
		rows = append(rows, fmt.Sprintf(" %s | %.2f | %.2f | %.2f | %s | %s |", cell(p.name), ratio(r.samples, peers, wallSeconds),
			ratio(r.samples, peers, clientSeconds), ratio(r.samples, peers, memoryMiB), stored, goal))
	}
	if rows == nil {
		return []string{" | | | | | |"}
	}
	return rows
}

// printGrowth prints how much the medians grew from the small to the large amount of data.
func printGrowth(out io.Writer, title string, few, many []result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n| work | wall | client CPU | memory | stored |\n|---|---:|---:|---:|---:|\n", title)
	for i, r := range many {
		if r.failed != nil || few[i].failed != nil {
			continue
		}
		fmt.Fprintf(&b, "| %s |", cell(r.name))
		for _, of := range []func(sample) float64{wallSeconds, clientSeconds, memoryMiB, storedMB} {
			fmt.Fprintf(&b, " %.2f |", median(r.samples, of)/median(few[i].samples, of))
		}
		fmt.Fprintln(&b)
	}
	fmt.Fprintln(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

// checkLimits fails if the median memory of a contestant exceeds its limit.
func checkLimits(results []result) error {
	var exceeded []error
	for _, r := range results {
		if used := median(r.samples, func(s sample) float64 { return float64(s.memory) }); r.limit > 0 && used > float64(r.limit) {
			exceeded = append(exceeded, fmt.Errorf("%s used %.1f MiB of memory; its limit is %d MiB", r.name, used/mib, r.limit/mib))
		}
	}
	return errors.Join(exceeded...)
}

func wallSeconds(s sample) float64   { return s.wall.Seconds() }
func clientSeconds(s sample) float64 { return s.client.Seconds() }
func serverSeconds(s sample) float64 { return s.server.Seconds() }
func memoryMiB(s sample) float64     { return float64(s.memory) / mib }
func storedMB(s sample) float64      { return float64(s.bytes) / mb }

// median returns the median of one quantity. If the number of samples is even, it is the higher
// one of the two in the middle. Without samples, it is 0.
func median(samples []sample, of func(sample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	return middle(values)
}

// ratio returns the median of the ratios between a sample and the peer's sample in the same
// round.
func ratio(samples, peers []sample, of func(sample) float64) float64 {
	values := make([]float64, min(len(samples), len(peers)))
	for i := range values {
		values[i] = of(samples[i]) / of(peers[i])
	}
	return middle(values)
}

func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// cell returns text escaped for a cell of a Markdown table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(strings.TrimSpace(s))
}
