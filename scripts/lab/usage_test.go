package lab

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestMeasureCountsAllProcesses(t *testing.T) {
	// Two descendants of the started process each hold 40 MB for a moment.
	hold := `head -c 40M /dev/zero | tail -c 40M | (sleep 0.3; cat >/dev/null)`
	cmd := exec.Command("sh", "-c", "("+hold+") & ("+hold+"); wait; true")
	u, err := Measure(context.Background(), cmd, FineSampling)
	if err != nil {
		t.Fatal(err)
	}
	if u.Peak < 80_000_000 || u.Peak > 140_000_000 {
		t.Errorf("peak is %d, should be a little over 80 MB", u.Peak)
	}
	var sum int64
	for _, n := range u.Each {
		sum += n
	}
	if sum < u.Peak {
		t.Errorf("the sum of the processes' peaks is %d, less than the peak %d", sum, u.Peak)
	}
	if u.Wall < 300*time.Millisecond || u.CPU <= 0 {
		t.Errorf("time is not counted: %+v", u)
	}
}

// mappingEnv is the variable that names the kind of memory to map and touch when
// TestMeasureCountsAnonymousMemoryOnly starts this binary again.
const mappingEnv = "LAB_TEST_MAPPING"

const mappingSize = 64 << 20

// touchMapping maps memory, reads or writes each of its pages, and holds it for a moment.
func touchMapping(kind string) error {
	fd, protection, flags := -1, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE
	switch kind {
	case "shared":
		flags = unix.MAP_ANON | unix.MAP_SHARED
	case "file":
		file, err := os.CreateTemp("", "lab-mapping-")
		if err != nil {
			return err
		}
		defer func() { _ = os.Remove(file.Name()) }()
		if err := file.Truncate(mappingSize); err != nil {
			return err
		}
		fd, protection, flags = int(file.Fd()), unix.PROT_READ, unix.MAP_SHARED
	}
	room, err := unix.Mmap(fd, 0, mappingSize, protection, flags)
	if err != nil {
		return err
	}
	for i := 0; i < len(room); i += os.Getpagesize() {
		if protection&unix.PROT_WRITE != 0 {
			room[i] = 1
		}
		touched += room[i]
	}
	time.Sleep(100 * time.Millisecond)
	return unix.Munmap(room)
}

var touched byte // prevents the compiler from removing the reads

// Anonymous and shared memory are counted. Pages of a mapped file are not, because the kernel can
// drop them; a program's own code would otherwise count too.
func TestMeasureCountsAnonymousMemoryOnly(t *testing.T) {
	for kind, counted := range map[string]bool{"private": true, "shared": true, "file": false} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), mappingEnv+"="+kind)
		u, err := Measure(t.Context(), cmd, FineSampling)
		if err != nil {
			t.Fatal(err)
		}
		if (u.Peak >= mappingSize) != counted || u.Peak > mappingSize+32<<20 {
			t.Errorf("%s: %d bytes are counted of a mapping of %d", kind, u.Peak, mappingSize)
		}
	}
}

func TestMeasureFailsWithTheProgram(t *testing.T) {
	if _, err := Measure(context.Background(), exec.Command("sh", "-c", "echo why >&2; exit 3"), FineSampling); err == nil {
		t.Error("a failed program was measured")
	}
}
