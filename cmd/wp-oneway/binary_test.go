package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The program is small. It is far larger if anything that is linked looks up methods by
// name, such as text/template: the linker must then keep every method.
func TestBinaryIsSmall(t *testing.T) {
	info, err := os.Stat(shared.binary)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > 40_000_000 {
		t.Errorf("the binary has %d bytes", info.Size())
	}
}

// Every worker repeats what packages do when the program starts, so tables and regular
// expressions are made when they are first used.
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
