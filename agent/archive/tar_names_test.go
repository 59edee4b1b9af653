package archive_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A file whose name is longer than the kernel's limit is archived, with a warning that
// says how tar restores it. Other files are not affected.
func TestNamesTooLongForTar(t *testing.T) {
	base := t.TempDir()
	must(t, os.MkdirAll(base+"/html/wp-content", 0o755))
	must(t, os.WriteFile(base+"/html/wp-config.php", []byte("<?php"), 0o644))
	dir, err := unix.Open(base+"/html/wp-content", unix.O_DIRECTORY, 0)
	must(t, err)
	defer func() { must(t, unix.Close(dir)) }()
	name, folders := "wp-content", 0
	down := func(length int) { // into a folder with a name of that length
		part := strings.Repeat("d", length)
		must(t, unix.Mkdirat(dir, part, 0o755))
		next, err := unix.Openat(dir, part, unix.O_DIRECTORY, 0)
		must(t, err)
		must(t, unix.Close(dir))
		dir, name, folders = next, name+"/"+part, folders+1
	}
	put := func(length int, text string) string { // a file with a path of that length
		file := strings.Repeat("f", length-len(name)-1)
		fd, err := unix.Openat(dir, file, unix.O_CREAT|unix.O_WRONLY, 0o644)
		must(t, err)
		f := os.NewFile(uintptr(fd), file)
		_, err = f.WriteString(text)
		must(t, err)
		must(t, f.Close())
		return name + "/" + file
	}
	for len(name) < 3900 {
		down(200)
	}
	fits, tooLong := put(4095, "fits"), put(4096, "too long")
	must(t, unix.Linkat(dir, filepath.Base(tooLong), dir, "z", 0)) // the second name is short enough
	deep := 4095 - len(name)
	down(deep)
	below := put(len(name)+4, "below")

	stream, report := filesPart(t, base, nil)
	warnings := strings.Join(report.Warnings.Items, "\n")
	if report.Warnings.Total != 2 || strings.Count(warnings, "longer than 4,095 bytes") != 2 || !strings.Contains(warnings, "of everything in it") || !strings.Contains(warnings, "--transform") {
		t.Errorf("warnings: %q", warnings)
	}
	if report.Unreadable.Total != 0 {
		t.Errorf("unreadable: %q", report.Unreadable.Items)
	}
	untarred := func(arguments ...string) (string, error) {
		out := t.TempDir()
		cmd := exec.Command("tar", append([]string{"-xf", "-", "-C", out}, arguments...)...)
		cmd.Stdin = bytes.NewReader(stream)
		text, err := cmd.CombinedOutput()
		if err != nil && !strings.Contains(string(text), "File name too long") {
			t.Errorf("tar: %v: %.300s", err, text)
		}
		return out, err
	}
	read := func(path string) string {
		text, err := os.ReadFile(path)
		must(t, err)
		return string(text)
	}
	out, err := untarred()
	if err == nil {
		t.Error("tar accepts the long names: then the warning is not needed")
	}
	t.Chdir(out) // so that only the length of the names matters
	up := strings.Join(strings.Split(fits, "/")[:folders-1], "/")
	if got := read(fits); got != "fits" {
		t.Errorf("the longest name holds %q", got)
	}
	if got := read(filepath.Join(filepath.Dir(fits), "z")); got != "too long" {
		t.Errorf("the short name of a file that also has a long one holds %q", got)
	}
	out, err = untarred("--transform", "s,^"+up+"/,up/,")
	must(t, err)
	for name, want := range map[string]string{fits: "fits", tooLong: "too long", below: "below"} {
		if got := read(filepath.Join(out, "up", strings.TrimPrefix(name, up+"/"))); got != want {
			t.Errorf("a long name holds %q, want %q", got, want)
		}
	}
}
