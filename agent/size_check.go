package agent

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// sizes returns the sizes of the run's parts, with the keys of state.Site.Sizes. A
// key includes the selection: runs with other options cannot be compared.
func (r *run) sizes(findings source.Findings, streams []manifest.Stream) (map[string]state.Size, error) {
	sizes := map[string]state.Size{}
	for _, s := range streams {
		size := state.Size{Run: r.name, Time: r.started}
		var selection any
		switch s.Name {
		case manifest.DatabaseStream:
			size.Bytes = s.RawBytes
			for _, t := range findings.Tables {
				size.Count += t.Rows
			}
			selection = rowSelection(r.job.Dump)
		case manifest.FilesStream:
			size.Count, size.Bytes = findings.Files, findings.FileBytes
			selection = r.job.Selection
		}
		text, err := json.Marshal(selection)
		if err != nil {
			return nil, fmt.Errorf("record the size of the run: %w", err)
		}
		sum := sha256.Sum256(text)
		sizes[s.Name+" "+hex.EncodeToString(sum[:8])] = size
	}
	return sizes, nil
}

// rowSelection keeps the options that change how much a dump holds.
func rowSelection(o dump.Options) dump.Options {
	o.Strict, o.Threads, o.LockWait, o.SkipDefiner, o.For = false, 0, 0, false, ""
	return o
}

// checkSizes reports the parts that have shrunk, and puts these warnings before all
// others.
func (r *run) checkSizes(findings *source.Findings, now map[string]state.Size) {
	warnings := r.state.CheckSizes(now)
	r.report.Shrunk = slices.Clone(warnings)
	warnFirst(findings, warnings)
}

// warnFirst puts warnings before all others, of which only the first ones are kept.
func warnFirst(findings *source.Findings, warnings []string) {
	if len(warnings) == 0 {
		return
	}
	var all wordpress.Notes
	for _, note := range append(warnings, findings.Warnings.Items...) {
		all.Add(note)
	}
	all.Total = len(warnings) + findings.Warnings.Total
	findings.Warnings = all
}
