package php

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Generated programs. The evaluator's results are compared with those of PHP. An unknown
// is never wrong, but only few programs may give one. The environment can ask for longer
// runs, with other programs:
//
//	PHP_SEED=5 PHP_PROGRAMS=100000 go test -run Differential ./wordpress/php

func seedOf(t testing.TB, usual uint64) uint64 { return uint64(numberOf(t, "PHP_SEED", int(usual))) }

func programsOf(t testing.TB, usual int) int { return numberOf(t, "PHP_PROGRAMS", usual) }

func numberOf(t testing.TB, name string, usual int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// TestDifferentialOfPrograms uses programs with all kinds of statements and expressions.
func TestDifferentialOfPrograms(t *testing.T) {
	g := newGenerator(rand.New(rand.NewPCG(seedOf(t, 20261123), 1)))
	programs := make([]string, programsOf(t, 2000))
	for i := range programs {
		programs[i] = g.program()
	}
	compareAll(t, programs, 0.1)
}

// compareAll compares the evaluator with PHP. share is the largest fraction of the
// programs that may be undecided.
func compareAll(t *testing.T, programs []string, share float64) {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("testdata/agree/site")); err != nil {
		t.Fatal(err)
	}
	runs := make([]testRun, len(programs))
	answers := make([]string, len(programs))
	for i, p := range programs {
		runs[i].file = filepath.Join(dir, "p"+strconv.Itoa(i)+".php")
		if err := os.WriteFile(runs[i].file, []byte("<?php\n"+p), 0o600); err != nil {
			t.Fatal(err)
		}
		answers[i] = evaluated(t, runs[i].file, true)
	}
	open, wrong, missed, reasons := 0, 0, 0, map[string]int{}
	for i, want := range askedPHP(t, runs) {
		d := disagreement(answers[i], want)
		if d == uncaught && missed < len(programs)/300 {
			missed++
			continue
		}
		if d != "" {
			if wrong++; wrong <= 20 {
				t.Errorf("%s\n%s", programs[i], d)
			}
		} else if strings.HasPrefix(answers[i], undecided) && !endsEarly(want) {
			open++
			_, why, _ := strings.Cut(answers[i], ".php:")
			_, why, _ = strings.Cut(why, ": ")
			why, _, _ = strings.Cut(why, ":")
			reasons[why]++
		}
	}
	t.Logf("%d programs, %d wrong, %d undecided: %v", len(programs), wrong, open, reasons)
	if float64(open) > share*float64(len(programs)) {
		t.Errorf("%d of %d programs are undecided", open, len(programs))
	}
}
