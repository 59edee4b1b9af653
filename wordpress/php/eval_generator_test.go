package php

import (
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// TestGeneratorsInWorldsThatPart: if only some worlds advance a generator, the other
// worlds must not see its new position.
func TestGeneratorsInWorldsThatPart(t *testing.T) {
	const g = `function g() { yield 'a'; yield 'b'; yield 'c'; } $g = g(); `
	for _, code := range []string{
		g + `if (rand()) { $g->next(); } $r = $g->current();`,
		g + `$g->current(); if (rand()) { $g->next(); } $r = $g->current();`,
		g + `foreach ($g as $v) { if (rand()) break; } $r = $g->current();`,
		g + `foreach ($g as $v) { if (rand()) break; } $r = $v;`,
		g + `$x = rand() ? $g->current() : 1; $g->next(); $r = $g->current();`,
		g + `while (rand()) { $g->next(); } $r = $g->current();`,
		g + `do { $g->next(); } while (rand()); $r = $g->current();`,
		g + `switch (rand()) { case 1: $g->next(); case 2: $g->next(); } $r = $g->current();`,
		g + `try { if (rand()) throw new Exception; $g->next(); } catch (Exception $e) { } $r = $g->current();`,
		g + `foreach ([1, 2] as $i) { if (rand()) continue; $g->next(); } $r = $g->current();`,
		g + `if (rand()) { $h = $g; } else { $h = null; } $h?->next(); $r = $g->current();`,
		g + `foreach (rand() ? $g : [] as $v) { } $r = $g->valid();`,
		g + `array_map(function ($x) use ($g) { $g->next(); }, (array) json_decode($_SERVER['HTTP_X'])); $r = rand() ? $g->current() : $g->current();`,
		`function g() { if (rand()) return; yield 1; } $r = 0; foreach (g() as $v) { $r++; }`,
		`function g() { if (rand()) { yield 1; } yield 2; } $r = 0; foreach (g() as $v) { $r++; }`,
		`function g() { while (rand()) { yield 1; } } $r = 0; foreach (g() as $v) { $r++; }`,
		`function g() { $GLOBALS['r'] = 'b'; yield 1; } $r = 'a'; if (rand()) { $g = g(); } foreach ($g ?? [] as $v) { }`,
		`function g() { $GLOBALS['r'] = 'b'; yield 1; } $r = 'a'; foreach (rand() ? g() : g() as $v) { }`,
		`function g() { $GLOBALS['r'] = 'b'; yield 1; } $r = 'a'; $a = ['g' => g()]; if (rand()) { $a['g'] = null; } if ($a['g']) { $a['g']->current(); }`,
		`class I implements IteratorAggregate { function getIterator(): Iterator { $GLOBALS['r'] = 'b'; return rand() ? new ArrayIterator([]) : new ArrayIterator([1]); } } $r = 'a'; foreach (new I as $v) { $r = 'c'; }`,
	} {
		r, err := evalText(t, t.TempDir(), "<?php "+code+"\nrequire __DIR__ . '/wp-settings.php';", nil)
		if err != nil {
			continue
		}
		if a := r.Variable("r"); a.State != eval.Open {
			t.Errorf("%s\nis %q", code, a.Text)
		}
	}
}
