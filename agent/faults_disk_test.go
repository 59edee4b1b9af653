package agent

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
)

// withOwnMounts runs the test again in a process with its own mount namespace.
// It returns true in that process.
func withOwnMounts(t *testing.T) bool {
	t.Helper()
	if os.Getenv("WP_ONEWAY_TEST_MOUNTS") != "" {
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			t.Fatal(err)
		}
		return true
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "WP_ONEWAY_TEST_MOUNTS=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if uid, gid := os.Geteuid(), os.Getegid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN}
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
	}
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("in its own mount namespace: %v\n%s", err, out)
	}
	return false
}

// disk mounts a file system of that size, in bytes.
func disk(t *testing.T, size int64) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// backupTo backs up a site with 1 MiB of random data into a folder.
func backupTo(t *testing.T, dir string) manifest.SiteReport {
	t.Helper()
	place := smallSite(t)
	noise := make([]byte, 1<<20)
	_, _ = rand.Read(noise) // never fails
	if err := os.WriteFile(filepath.Join(place.Path, "wp-content", "uploads", "noise.bin"), noise, 0o644); err != nil {
		t.Fatal(err)
	}
	a := &Agent{Host: "host", Dirs: state.Dirs{State: t.TempDir(), Run: t.TempDir()}}
	return a.Backup(t.Context(), []Job{{Place: place, Name: "site", Kind: manifest.Files, Sinks: []string{dir}}}).Sites[0]
}

// wholeOrNothing checks a folder against the report of the only run into it.
func wholeOrNothing(t *testing.T, dir string, report manifest.SiteReport) {
	t.Helper()
	var manifests, temporary []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		switch {
		case err != nil || !d.Type().IsRegular():
		case strings.HasSuffix(path, manifest.Suffix):
			manifests = append(manifests, path)
		case strings.HasSuffix(path, ".tmp"):
			temporary = append(temporary, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(temporary) != 0 {
		t.Errorf("left behind: %q", temporary)
	}
	if (report.Status == manifest.OK) != (len(manifests) == 1) {
		t.Fatalf("reported as %s (%+v), and there are the manifests %q", report.Status, report.Error, manifests)
	}
	if report.Status != manifest.OK {
		return
	}
	text, err := os.ReadFile(manifests[0])
	if err != nil {
		t.Fatal(err)
	}
	var m manifest.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	for _, o := range m.Objects {
		got, err := os.ReadFile(filepath.Join(dir, o.Name))
		if sum := sha256.Sum256(got); err != nil || hex.EncodeToString(sum[:]) != o.SHA256 || int64(len(got)) != o.Bytes {
			t.Errorf("%s differs from its entry in the manifest: %v", o.Name, err)
		}
	}
}

// Wherever the disk becomes full, it holds a complete run or none.
func TestFullDisk(t *testing.T) {
	if !withOwnMounts(t) {
		return
	}
	seen := map[manifest.Status]int{}
	for size := int64(1<<20 - 64<<10); size < 1<<20+128<<10; size += 4 << 10 {
		dir := disk(t, size)
		report := backupTo(t, dir)
		wholeOrNothing(t, dir, report)
		if seen[report.Status]++; report.Status == manifest.Failed && !strings.Contains(report.Error.Message, "is full") {
			t.Errorf("%d bytes: %q does not say that the disk is full", size, report.Error.Message)
		}
	}
	if seen[manifest.OK] == 0 || seen[manifest.Failed] == 0 {
		t.Errorf("not all results occurred: %v", seen)
	}
}

func TestReadOnlyDisk(t *testing.T) {
	if !withOwnMounts(t) {
		return
	}
	dir := disk(t, 8<<20)
	if err := unix.Mount("", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	report := backupTo(t, dir)
	wholeOrNothing(t, dir, report)
	if report.Status != manifest.Failed || !strings.Contains(report.Error.Message, "mounted read-only") {
		t.Errorf("%s, %+v", report.Status, report.Error)
	}
}

// A full disk adds nothing to the history, and takes nothing from it.
func TestHistoryOnAFullDisk(t *testing.T) {
	if !withOwnMounts(t) {
		return
	}
	d := state.Dirs{State: disk(t, 64<<10)}
	line := &state.HistoryLine{Version: manifest.Version, Site: "shop"}
	if err := d.AppendHistory(t.Context(), line); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(d.State, "history.jsonl")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	long := *line
	long.Error = strings.Repeat("x", 1<<20)
	if err := d.AppendHistory(t.Context(), &long); err == nil || !strings.Contains(err.Error(), "no space left") {
		t.Errorf("appended to a full disk: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the history has changed (%v)", err)
	}
	if err := d.AppendHistory(t.Context(), line); err != nil {
		t.Errorf("a line that fits: %v", err)
	}
}
