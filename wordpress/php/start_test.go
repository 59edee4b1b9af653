package php

import (
	"slices"
	"testing"
)

// An evaluation starts with the functions and classes of PHP that all evaluations share. A search
// for sites starts two or three for each site.
func TestEvaluationsStartCheaply(t *testing.T) {
	files := memoryFiles{"/s/wp-config.php": `<?php define('DB_NAME', 'shop'); require '/s/end.php';`, "/s/end.php": "<?php"}
	opt := Options{Files: files, File: "/s/wp-config.php", Stop: []string{"/s/end.php"}, EnvKnown: true}
	evaluate := func() {
		if _, err := Eval(t.Context(), opt); err != nil {
			t.Fatal(err)
		}
	}
	evaluate()
	if n := testing.AllocsPerRun(20, evaluate); n > 250 {
		t.Errorf("an evaluation of one line allocates %v times; it should not build tables", n)
	}
}

// countingFiles records the paths that an evaluation resolves.
type countingFiles struct {
	memoryFiles
	resolved []string
}

func (f *countingFiles) Resolve(path string) (string, error) {
	f.resolved = append(f.resolved, path)
	return f.memoryFiles.Resolve(path)
}

// An included file is resolved once, and once more only if the code has changed files. Each
// resolution costs several system calls.
func TestAnIncludeIsResolvedOnce(t *testing.T) {
	for code, want := range map[string][]string{
		`require '/s/a.php';`:                                {"/s/a.php", "/s/end.php"},
		`file_put_contents('/s/b', ''); require '/s/a.php';`: {"/s/b", "/s/a.php", "/s/end.php", "/s/a.php"},
	} {
		files := &countingFiles{memoryFiles: memoryFiles{"/s/wp-config.php": "<?php " + code, "/s/a.php": "<?php"}}
		if _, err := Eval(t.Context(), Options{Files: files, File: "/s/wp-config.php", Stop: []string{"/s/end.php"}, EnvKnown: true}); err == nil {
			t.Error("the evaluation reaches the end without an include of it")
		}
		if !slices.Equal(files.resolved, want) {
			t.Errorf("%s: resolved %q, want %q", code, files.resolved, want)
		}
	}
}
