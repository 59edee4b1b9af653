package php

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// TestLimitsAreDocumented asserts that docs/inspect.md states the default limits of the
// evaluator.
func TestLimitsAreDocumented(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "inspect.md"))
	if err != nil {
		t.Fatal(err)
	}
	l := eval.Limits{}.WithDefaults()
	for _, want := range []string{
		fmt.Sprintf("takes at most %.0f s and allocates at most %d MiB in sum", eval.MaxTime.Seconds(), l.Bytes>>20),
		fmt.Sprintf("at most %d steps, %d nested calls and %d included files, and reads files of at most %d MiB", l.Steps, l.Depth, l.Files, l.FileSize>>20),
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("docs/inspect.md does not say %q", want)
		}
	}
}
