package php

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// The parts of generated INI files: whole lines, and words of values.
var (
	iniLines = []string{
		"[db]", "[ spaced name ]", "[prod : base]", `["quoted"]`, "['single']", " [indented]", "[E_ALL]", "[half", "[db] ; c", "[a]b = c", "[]", "[x;y]", `[a"b"c]`,
		"; comment", "  ;; comment", "# hash", "# hash = 1", "#(x)", "name", "name ", "= value", "a b = c", "a.b.c = d", "yes = 1", "null=2", "on", "9 = nine", "07 = x", "-3 = y",
		"a[] = 1", "a[k] = v", `a["q k"] = w`, "a['s'] = w", "a[ k ] = v", "a[0] = z", "a[E_ALL] = c", "a = scalar", "a[k][l] = deep", "[a] = b", "1[] = one", "a[k", "a[x y] = 1", "a[KNOWN]=2",
		"path = \"C:\\dir\\\"", "multi = \"first\nsecond\"", "m2 = 'first\nsecond'", "\ttabbed = 1", "x=1;y=2", "e =", "e = ;c", "e = \"\"", "e = ''", "bare = $", "k = a=b", "k == v", "\xef\xbb\xbfbom = 1",
	}
	iniWords = []string{
		"word", "12", "-5", "1.5", ".5", "5.", "0x1F", "0755", "1e5", "007", "99999999999999999999", "true", "On", "no", "none", "NULL", "yes sir", "E_ALL", "KNOWN", "PHP_EOL", "M_PI", "NotThere",
		`"dq"`, `"d\"q\\z\n\$"`, `'sq'`, `'s"q;'`, `"se;mi"`, `"${KNOWN_ENV}"`, "${KNOWN_ENV}", "${UNSET_ENV}", "$x", "$", "a$b", "it's", "don't ' x", "a!b", "!1", "!", "~7", "1|2", "6&3", "5 ^ 1", "(1|2)&2", "|",
		"a;b", "a ; c", ";c", "a:b", "/var/www", "p@ss#w%rd", "a{b}c", "(x)", "<a>", "a,b", "a\\b", "über", "\"open", "'open", "a\"b\"c", `"p$"`, `"pa$$w0rd"`, `"$"`, `"$$$"`, `"$\"x"`, "My Site", "KNOWN x", "007 12", "is null", "yes.it is", "-", "--1", "1-2", "a[b]", "*", "?", " ", "\t", "\\", `\"`, "false!", "a b  c",
	}
)

// The lines and words that are evaluated.
var (
	plainINILines = []string{
		"[db]", "[prod : base]", "[E_ALL]", "[db] ; c", "; comment", "  ;; comment", "a.b.c = d", "9 = nine", "07 = x", "-3 = y", "a[] = 1", "a[k] = v", "a[0] = z", "a[E_ALL] = c",
		"a = scalar", "1[] = one", "a[KNOWN]=2", "\ttabbed = 1", "x=1;y=2", "e =", "e = ;c", "e = \"\"", "e = ''",
	}
	plainINIWords = []string{
		"word", "12", "-5", "1.5", ".5", "5.", "0x1F", "0755", "1e5", "007", "true", "On", "no", "none", "NULL", "KNOWN", "M_PI", "NotThere",
		`"dq"`, `"d\"q\\z\n"`, `'sq'`, `'s"q;'`, `"se;mi"`, "a ; c", ";c", "a:b", "/var/www", "p@ss#w%rd", "a{b}c", "<a>", "a,b", "a\\b", "über", "-", "--1", "1-2", "a[b]", "*", "?",
		`"p$"`, `"pa$$w0rd"`, `"$"`, "My Site", "the KNOWN\t 007  12 1.50", "a 1 ; c",
	}
)

// anyINI returns a random text of these lines, and of names with at most most of these
// words as their value.
func anyINI(r *rand.Rand, lines, words []string, most int) string {
	var b strings.Builder
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	for range 1 + r.IntN(3) {
		if r.IntN(3) == 0 {
			b.WriteString(pick(lines))
		} else {
			b.WriteString(pick([]string{"k", "K.x", "n[]", "n[k]", " pad "}) + pick([]string{"=", " = ", "= ", " =", "\t=\t"}))
			for range 1 + r.IntN(most) {
				b.WriteString(pick([]string{"", " "}) + pick(words))
			}
		}
		b.WriteString(pick([]string{"\n", "\n", "\n", "\r\n", "\n\n", " \n", "\t\r\n", " ; c\n"}))
		if most > 1 {
			b.WriteString(pick([]string{"", "", "", "\r"}))
		}
	}
	return b.String()
}

// TestINIFilesAgree compares parse_ini_string with PHP for thousands of texts.
func TestINIFilesAgree(t *testing.T) {
	const each = 3000
	r := rand.New(rand.NewPCG(7, 11))
	var texts []string
	var in bytes.Buffer
	for i := range each {
		text := anyINI(r, iniLines, iniWords, 3)
		if i%2 == 0 {
			text = anyINI(r, plainINILines, plainINIWords, 1)
		}
		texts = append(texts, text)
		fmt.Fprintf(&in, "%s %d %d\n", hex.EncodeToString([]byte(text)), i%3, i/3%2)
	}
	cmd := exec.CommandContext(t.Context(), "php", "-n", "-d", "variables_order=GPC", "-r", `error_reporting(0); const KNOWN = 'known value';
		while (($l = fgets(STDIN)) !== false) { [$x, $mode, $sections] = explode(' ', trim($l));
			echo bin2hex(serialize(parse_ini_string(hex2bin($x), (bool) $sections, (int) $mode))), "\n"; }`)
	cmd.Env = []string{"KNOWN_ENV=from env"}
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(want) != each {
		t.Fatalf("PHP answers %d of %d texts", len(want), each)
	}
	wrong, open, plain := 0, 0, 0
	for i, text := range texts {
		got, known := evalINI(t, text, i%3, i/3%2 == 1)
		right, err := hex.DecodeString(want[i])
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case !known:
			if open++; i%2 == 0 {
				plain++
				t.Logf("undecided: %q", text)
			}
		case got != string(right):
			if wrong++; wrong < 12 {
				t.Errorf("%q in mode %d, sections %d:\n got %q\nwant %q", text, i%3, i/3%2, got, right)
			}
		}
	}
	if t.Logf("%d wrong, %d undecided of %d", wrong, open, each); plain > each/2/50 {
		t.Errorf("%d of %d plain texts are undecided", plain, each/2)
	}
}

// evalINI returns the evaluator's result for a text, serialized. known is false if the
// result is not known.
func evalINI(t *testing.T, text string, mode int, sections bool) (got string, known bool) {
	t.Helper()
	code := fmt.Sprintf("<?php const KNOWN = 'known value'; $r = serialize(parse_ini_string(hex2bin('%x'), %t, %d));\nrequire '/site/wp-settings.php';", text, sections, mode)
	res, err := Eval(t.Context(), eval.Options{
		Files: oneFile{code}, File: "/site/wp-config.php", DocRoot: "/site", Stop: []string{"/site/wp-settings.php"},
		EnvKnown: true, Env: map[string]string{"KNOWN_ENV": "from env"},
	})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	a := res.Variable("r")
	return a.Text, a.State == eval.Known
}

// FuzzINI: for any text, the result is an array, false or unknown, in a short time.
func FuzzINI(f *testing.F) {
	for _, s := range append(iniLines, iniWords...) {
		f.Add(s, 0)
		f.Add("k = "+s, 2)
		f.Add("[s]\nk[] = "+s+"\n", 1)
	}
	f.Fuzz(func(t *testing.T, text string, mode int) {
		if len(text) < 1<<16 {
			evalINI(t, text, (mode%3+3)%3, true)
		}
	})
}
