package php

import "testing"

// TestLargeJSONIsBounded: a JSON string that takes most of the permitted memory must not
// be copied.
func TestLargeJSONIsBounded(t *testing.T) {
	for name, code := range map[string]string{
		"plain":   `$j = '"' . str_repeat('a', 50_000_000) . '"'; $v = json_decode($j);`,
		"long":    `$j = str_repeat('"', 100_000_000); $v = json_decode($j);`,
		"quoted":  `$j = str_pad('"', 100_000_000, 'a'); $v = json_decode($j);`,
		"escaped": `$j = str_pad('"', 100_000_000, '\"'); $v = json_decode($j);`,
		"invalid": `$j = str_pad('"', 100_000_000, "é\xff") ; $v = json_decode($j);`,
		"again":   `$j = '"' . str_repeat('\n', 10_000_000) . '"'; while (1) { $v[] = json_decode($j); }`,
		"kept":    `$j = '["' . str_repeat('a', 50_000_000) . '"]'; $v = json_decode($j); $w = json_decode($j); $x = json_encode($v);`,
		"half":    `$j = '"' . str_repeat('\u0041', 8_000_000) . '"'; $v = json_decode($j);`,
		"list":    `$j = '[' . str_repeat('"abcdefgh",', 5_000_000) . '1]'; $v = json_decode($j);`,
		"numbers": `$j = '[' . str_repeat('1,', 25_000_000) . '1]'; $v = json_decode($j);`,
		"names":   `$j = str_repeat('{"a":', 500) . '"' . str_repeat('b', 100_000_000); $v = json_decode($j);`,
	} {
		t.Run(name, func(t *testing.T) {
			peak, took, err := measured("<?php\n" + code + "\nrequire '/site/wp-settings.php';")
			t.Logf("%d MiB, %v: %v", peak>>20, took, err)
			checkBounds(t, peak, took)
		})
	}
}
