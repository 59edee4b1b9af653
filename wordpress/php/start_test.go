package php

import "testing"

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
