package php

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/lib"
)

// TestSignaturesArePHPs compares the list with the PHP that is installed, and the
// functions that are modelled with the list.
func TestSignaturesArePHPs(t *testing.T) {
	cmd := exec.Command("php", "-r", `
		while (($line = fgets(STDIN)) !== false) {
			$name = strtok(rtrim($line, "\n"), ' ');
			if (!function_exists($name)) { echo $line; continue; }
			$text = $name;
			foreach ((new ReflectionFunction($name))->getParameters() as $p) {
				$text .= ' ' . $p->getType() . ($p->isPassedByReference() ? '&' : '') . ($p->isVariadic() ? '...' : '$') . $p->getName();
				$text .= $p->isOptional() && !$p->isVariadic() ? '=' : '';
			}
			echo $text, "\n";
		}`)
	cmd.Stdin = strings.NewReader(lib.KnownSignatures)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(out), "\n")
	for i, line := range strings.Split(lib.KnownSignatures, "\n") {
		if i >= len(want) || line != want[i] {
			t.Errorf("PHP does not have %q", line)
		}
	}
	for name, f := range php82().Functions {
		required, most := 0, len(f.Takes)
		for _, p := range f.Takes {
			if p.Variadic {
				most = -1
			} else if !p.Optional {
				required++
			}
		}
		switch {
		case f.Unmodelled || f.Vendor || strings.Contains(name, `\`) || f.Run == nil:
		case f.Takes == nil && f.Max > 0:
			t.Errorf("nothing says what %s takes", name)
		case f.Min > required || f.Max >= 0 && (most < 0 || f.Max < most):
			t.Errorf("%s takes %d to %d arguments, and PHP's %d to %d", name, f.Min, f.Max, required, most)
		}
	}
}
