package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUnits(t *testing.T) {
	dir := t.TempDir()
	if err := write(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	for unit, want := range map[string]string{
		"wp-oneway.timer":           "OnCalendar=*-*-* 03:30:00",
		"wp-oneway.service":         "ExecStart=/usr/bin/wp-oneway backup --schedule default",
		"wp-oneway-failed@.service": "ExecStart=/usr/bin/wp-oneway schedule failed %i",
	} {
		text, err := os.ReadFile(filepath.Join(dir, unit))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), head) || !strings.Contains(string(text), "\n"+want+"\n") || strings.Contains(string(text), "Written by") {
			t.Errorf("%s:\n%s", unit, text)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 3 {
		t.Errorf("%d units", len(files))
	}
}
