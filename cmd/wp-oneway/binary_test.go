package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The program is small. It would be far larger if a linked package looked up methods by name, as
// text/template does: the linker must then keep every method.
func TestBinaryIsSmall(t *testing.T) {
	info, err := os.Stat(shared.binary)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 40_000_000 {
		t.Errorf("the binary has %d bytes", info.Size())
	}
}

// Packages do little when the program starts, because every worker repeats it. Tables and regular
// expressions are made at their first use.
func TestPackagesDoLittleAtStart(t *testing.T) {
	cmd := exec.Command(shared.binary, "version")
	cmd.Env = []string{"GODEBUG=inittrace=1"}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	const limit = 64 << 10
	packages := 0
	for line := range strings.Lines(string(out)) {
		var (
			name   string
			rest   [5]string
			memory int
		)
		if n, _ := fmt.Sscan(line, new(string), &name, &rest[0], &rest[1], &rest[2], &rest[3], &rest[4], &memory); n < 8 || !strings.Contains(name, "/wp-oneway/") {
			continue
		}
		if packages++; memory > limit {
			t.Errorf("%s allocates %d bytes at start", name, memory)
		}
	}
	if packages < 3 {
		t.Errorf("only %d packages are traced:\n%s", packages, out)
	}
}
