package state

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// maxHistory is the size at which the history file is rotated, in bytes. One older file
// is kept.
const maxHistory = 10 << 20

// A HistoryLine is one run of one site, as a line of history.jsonl.
type HistoryLine struct {
	Version int    `json:"version"`
	Site    string `json:"site"`
	Path    string `json:"path"`
	Kind    string `json:"kind"` // as in Site.Runs
	LastRun
	Contents
	Destinations []HistoryDestination `json:"destinations,omitempty"`
}

// A HistoryDestination is the result of a run at one destination.
type HistoryDestination struct {
	Name   string          `json:"name"`
	Status manifest.Status `json:"status"`
	Bytes  int64           `json:"bytes"`
	Error  string          `json:"error,omitempty"`
}

// StoredBytes is the size of the run at the destination where it is largest.
func (l *HistoryLine) StoredBytes() (bytes int64) {
	for _, d := range l.Destinations {
		bytes = max(bytes, d.Bytes)
	}
	return bytes
}

// NewHistoryLine is the line of a run that finished at now.
func NewHistoryLine(report *manifest.SiteReport, noUploads bool, now time.Time) *HistoryLine {
	l := &HistoryLine{
		Version: manifest.Version, Site: report.Name, Path: report.Path, Kind: RunLabel(report.Kind, noUploads),
		LastRun: lastRun(report, now), Contents: contents(report),
	}
	for _, d := range report.Destinations {
		at := HistoryDestination{Name: d.Name, Status: d.Status, Bytes: d.Bytes}
		if d.Error != nil {
			at.Error = d.Error.Message
		}
		l.Destinations = append(l.Destinations, at)
	}
	return l
}

func (d Dirs) historyPath() string { return filepath.Join(d.State, "history.jsonl") }

// AppendHistory appends a run to the history. It leaves no half line behind, and begins a
// new file when the old one is full.
func (d Dirs) AppendHistory(ctx context.Context, line *HistoryLine) error {
	text, err := json.Marshal(line)
	if err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	unlock, err := d.Exclusive(ctx, "history")
	if err != nil {
		return err
	}
	defer unlock()
	path := d.historyPath()
	if info, err := os.Stat(path); err == nil && info.Size()+int64(len(text)) >= maxHistory {
		if err := os.Rename(path, path+".1"); err != nil {
			return fmt.Errorf("rotate the history: %w", err)
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("open the history: %w", err)
	}
	if err := errors.Join(appendLine(f, text), f.Close()); err != nil {
		return fmt.Errorf("write the history: %w", err)
	}
	return nil
}

// appendLine appends a line to a file, or leaves the file as it is. A half line at its end,
// which a crash has left, is ended first.
func appendLine(f *os.File, text []byte) error {
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if end > 0 {
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, end-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			text = append([]byte{'\n'}, text...)
		}
	}
	if _, err := f.Write(append(text, '\n')); err != nil {
		return errors.Join(err, f.Truncate(end))
	}
	return nil
}

// History reads the runs of the history that keep accepts, the oldest first. Lines that
// are damaged are skipped. Without a history it returns none.
func (d Dirs) History(ctx context.Context, keep func(*HistoryLine) bool) (lines []HistoryLine, err error) {
	for _, path := range []string{d.historyPath() + ".1", d.historyPath()} {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read the history: %w", err)
		}
		defer f.Close()
		scan := bufio.NewScanner(f)
		scan.Buffer(nil, maxHistory)
		for scan.Scan() && ctx.Err() == nil {
			var line HistoryLine
			if json.Unmarshal(bytes.TrimSpace(scan.Bytes()), &line) == nil && line.Version == manifest.Version && keep(&line) {
				lines = append(lines, line)
			}
		}
		if err := errors.Join(scan.Err(), ctx.Err()); err != nil {
			return nil, fmt.Errorf("read the history: %w", err)
		}
	}
	return lines, nil
}
