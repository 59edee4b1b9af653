package php

import (
	"os/exec"
	"strings"
	"testing"
)

// TestSignaturesArePHPs holds the list against the PHP that is installed, and the
// functions that are modelled against the list.
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
	cmd.Stdin = strings.NewReader(knownSignatures)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(out), "\n")
	for i, line := range strings.Split(knownSignatures, "\n") {
		if i >= len(want) || line != want[i] {
			t.Errorf("PHP does not have %q", line)
		}
	}
	for name, f := range php82().Functions {
		required, most := 0, len(f.takes)
		for _, p := range f.takes {
			if p.variadic {
				most = -1
			} else if !p.optional {
				required++
			}
		}
		switch {
		case f.unmodelled || f.vendor || strings.Contains(name, `\`) || f.fn == nil:
		case f.takes == nil && f.max > 0:
			t.Errorf("nothing says what %s takes", name)
		case f.min > required || f.max >= 0 && (most < 0 || f.max < most):
			t.Errorf("%s takes %d to %d arguments, and PHP's %d to %d", name, f.min, f.max, required, most)
		}
	}
}
