package php

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// TestKnownNamesArePHPs compares the lists with the PHP that is installed.
func TestKnownNamesArePHPs(t *testing.T) {
	out, err := exec.Command("php", "-r", `
		foreach (get_defined_functions()['internal'] as $f) echo "f $f\n";
		foreach (array_merge(get_declared_classes(), get_declared_interfaces()) as $c) if ((new ReflectionClass($c))->isInternal()) echo "c ", strtolower($c), "\n";
		foreach (get_defined_constants() as $k => $v) if (is_int($v)) echo "k $k $v\n";`).Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(out)) {
		kind, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		name, value, _ := strings.Cut(rest, " ")
		n++
		switch kind {
		case "f":
			if _, ok := php82().Functions[name]; !ok && !strings.HasPrefix(name, "cli_") && !strings.HasPrefix(name, "readline_callback") {
				t.Errorf("function %s is not known", name)
			}
		case "c":
			if !php82().ClassNames[name] {
				t.Errorf("class %s is not known", name)
			}
		case "k":
			v, ok := php82().Constants[name]
			if !ok || v.Kind() != eval.KindUnknown && eval.ToString(v) != value {
				t.Errorf("constant %s is %v, want %s", name, v, value)
			}
		}
	}
	if n < 3000 {
		t.Errorf("PHP names %d things, want thousands", n)
	}
}

// probe evaluates statements in a site with the given files, and returns $r.
func probe(t *testing.T, files map[string]string, code string) eval.Answer {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("releases/1", filepath.Join(dir, "current")); err != nil {
		t.Fatal(err)
	}
	res, err := evalText(t, dir, "<?php "+code+"\nrequire __DIR__ . '/wp-settings.php';", func(o *eval.Options) { o.Env = map[string]string{"A": "b"} })
	if err != nil {
		t.Fatalf("%s: %v", code, err)
	}
	return res.Variable("r")
}

// TestWhatIsNotModelledIsUnknown: everything that a function which is not modelled
// writes, calls or changes is unknown afterwards.
func TestWhatIsNotModelledIsUnknown(t *testing.T) {
	for _, code := range []string{
		`exec('id', $out); $r = $out[0] ?? 'default';`,
		`$r = 1; exec('id', $o, $r);`,
		`$r = 'x'; sscanf('a b', '%s %s', $a, $r);`,
		`openssl_pkey_export('k', $r); $r ??= 'x';`,
		`set_include_path('/x'); $r = include 'code.php';`,
		`ini_set('include_path', '/x'); $r = @include 'code.php';`,
		`$r = 0; array_walk_recursive($a = [1], function () { $GLOBALS['r'] = 2; });`,
		`$r = 'x'; iterator_apply(new ArrayIterator([1]), function () { $GLOBALS['r'] = 2; return true; });`,
		`$r = 'x'; call_user_func(date('Y') . 'f', 1);`,
		`file_put_contents(__DIR__ . '/data.txt', 'new'); $r = file_get_contents(__DIR__ . '/data.txt');`,
		`file_put_contents('./code.php', '<?php $r = 1;'); $r = 0; include __DIR__ . '/code.php';`,
		`unlink(__DIR__ . '/data.txt'); $r = file_exists('data.txt');`,
		`rename('a', 'data.txt'); $r = realpath('data.txt');`,
		`mkdir('sub2'); $r = is_dir('sub2');`,
		`touch('sub/new'); $r = count(scandir(__DIR__ . '/sub'));`,
		`$h = fopen(__DIR__ . '/data.txt', 'a'); $r = file_get_contents('data.txt');`,
		`copy('x', rand() . ''); $r = file_get_contents('data.txt');`,
		`if (rand()) { set_include_path('sub'); } $r = include 'code.php';`,
		`$r = getenv('HTTP_HOST');`,
		`$h = fopen('lines.txt', 'r'); if (rand()) { fgets($h); } $r = fgets($h);`,
		`$h = fopen('lines.txt', 'r'); fseek($h, 2); $r = fgets($h);`,
		`$r = (new ArrayObject(['a' => date('Y')]))['a'];`,
		`$r = (array) new ArrayObject(['a' => 1]);`,
		`$r = get_object_vars(new ArrayObject(['a' => 1]));`,
		`putenv(rand() . '=x'); $r = getenv('A');`,
		`putenv('A=' . rand()); $r = getenv('A');`,
		`if (rand()) { strtok('a/b', '/'); } else { strtok('a/c', '/'); } $r = strtok('/');`,
		`$r = getenv('REQUEST_URI');`,
		`$r = function_exists('apache_getenv');`,
		`if (rand()) { $_SERVER['HTTP_HOST'] = 'a'; } $r = $_SERVER['HTTP_HOST'] === 'b' ? 1 : 2;`,
		`if (rand()) { $_SERVER['HTTPS'] = 'on'; } else { $x = 1; } $r = $_SERVER['HTTPS'] ?? 'none';`,
		`if ($_SERVER['HTTP_HOST'] == 'a') { $x = 1; } $r = $_SERVER['HTTP_HOST'] == 'a' ? 1 : 2;`,
		`if ($_SERVER['HTTP_HOST'] == '0') { $r = $_SERVER['HTTP_HOST']; } else { $r = 'x'; }`,
		`foreach ($_SERVER as $k => $v) { if (strpos($k, 'HTTP_') === 0) { $n = $v; } } $r = $n ?? 'none';`,
		`$r = 0; foreach ($_SERVER as $k => $v) { $r++; }`,
	} {
		if a := probe(t, testFiles(), code); a.State != eval.Open {
			t.Errorf("%s\nis %v %q, want unknown", code, a.State, a.Text)
		}
	}
}

func testFiles() map[string]string {
	return map[string]string{
		"data.txt": "top", "lines.txt": "a\nb\n", "code.php": "<?php return 'top';", "sub/data.txt": "sub", "sub/code.php": "<?php return 'sub';",
		"releases/1/x": "", "releases/data.txt": "releases", "releases/code.php": "<?php return 'releases';",
	}
}

func TestWhereFilesAreLookedFor(t *testing.T) {
	for code, want := range map[string]string{
		`$r = getcwd() === __DIR__ ? 'yes' : 'no';`:                                                      "yes",
		`$r = file_get_contents(__DIR__ . '/current/../data.txt');`:                                      "releases",
		`$r = include __DIR__ . '/current/../code.php';`:                                                 "releases",
		`$r = file_exists(__DIR__ . '/current/../sub') ? 'yes' : 'no';`:                                  "no",
		`$r = basename(dirname(realpath(__DIR__ . '/current/../data.txt')));`:                            "releases",
		`file_put_contents('sub/log', 'x'); $r = file_get_contents('data.txt');`:                         "top",
		`if (rand()) { file_put_contents('log', 'x'); } $r = file_get_contents('data.txt');`:             "top",
		`$r = fopen('log', 'rb'); $r = file_get_contents('data.txt');`:                                   "top",
		`$r = implode(',', array_keys(getenv()));`:                                                       "A",
		`$r = array_key_exists('NOPE', $_SERVER) ? 'yes' : 'no';`:                                        "no",
		`foreach ($_SERVER as $k => $v) { if (strpos($k, 'A') === 0 && strlen($k) === 1) { $r = $v; } }`: "b",
		`if ($_SERVER['HTTP_HOST'] !== 'a') { exit; } $r = $_SERVER['HTTP_HOST'];`:                       "a",
		`if ($_SERVER['HTTP_HOST'] == 'a.b') { $r = $_SERVER['HTTP_HOST']; } else { $r = 'a.b'; }`:       "a.b",
		`define('\\X', 1); define('X', 2); $r = X . \X;`:                                                 "22",

		`$r = pack('H*', '616263') . var_export("a'\\b", true);`: `abc'a\'\\b'`,

		`$a = 'x'; extract(['a' => 1, 'b' => 2, '3' => 4], EXTR_PREFIX_ALL, 'p'); $r = $a . $p_a . $p_b . $p_3;`: "x124",

		`$a = 'x'; $n = extract(['a' => 'y', 'b' => 2]); $r = $a . $b . $n;`: "y22",

		`$r = 'a'; ?> <? $r = 'b'; ?> <?php ;`: "a",
		`putenv('X=' . rand()); $r = 'still';`: "still",

		`$r = json_decode('{"a":12345678901234567890,"b":5}', true, 9, JSON_BIGINT_AS_STRING)['a'];`: "12345678901234567890",
		`$r = FILTER_SANITIZE_STRING . T_STRING;`:                                                    "513262",
	} {
		if a := probe(t, testFiles(), code); a.State != eval.Known || a.Text != want {
			t.Errorf("%s\nis %v %q (%v), want %q", code, a.State, a.Text, a.Why, want)
		}
	}
}
