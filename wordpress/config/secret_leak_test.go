package config

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// leakMarker replaces the secret S in leakForms.
const leakMarker = "Pa55wMarkerX9"

// leakForms are statements that are refused. Each contains a secret S: as a literal, as a
// word without quotes, or as the input of a computation.
var leakForms = []string{
	`define('DB_PASSWORD', decrypt('S', DB_NAME));`,
	`define('DB_PASSWORD', openssl_decrypt('S', 'aes-256-cbc', "S"));`,
	`define('DB_PASSWORD', file_get_contents('https://u:S@vault/x'));`,
	`define('DB_PASSWORD', file_get_contents('/etc/S'));`,
	`define('DB_PASSWORD', S);`,
	`define('DB_PASSWORD', S . getenv('X'));`,
	`define('DB_PASSWORD', rand() > S);`,
	`define('DB_PASSWORD', rand() ? 'x' : 'S');`,
	`define('DB_PASSWORD', shell_exec('vault S'));`,
	"define('DB_PASSWORD', `vault S`);",
	`define('DB_PASSWORD', exec("vault $x S"));`,
	`throw new Exception('S');`,
	`throw new RuntimeException("x S", 3);`,
	`die('S');`,
	`exit("S");`,
	`echo 'S'; exit;`,
	`require '/srv/S.php';`,
	`require __DIR__ . '/S.php';`,
	`include 'https://S/x.php';`,
	`include 'phar://S';`,
	`include getenv('X') . 'S';`,
	`eval(getenv('X') . 'S');`,
	`eval('S');`,
	`eval('throw new Exception("S");');`,
	`define('DB_PASSWORD' 'S');`,
	`define('DB_PASSWORD', 'x' S);`,
	`define('DB_PASSWORD', S S);`,
	`define('DB_PASSWORD', S'x');`,
	`define('DB_PASSWORD', 123S);`,
	`$x = 'S`,
	`$f = 'S'; $f();`,
	`$f = 'S'; new $f;`,
	`$f = 'S'; $o = new stdClass; $o->$f();`,
	`$f = 'S'; stdClass::$f();`,
	`$f = 'S'; echo constant($f);`,
	`echo constant('S');`,
	`echo constant(str_repeat('S', 100000));`,
	`echo constant('a"S"b');`,
	`echo constant("a's S 'x");`,
	`$f = "a S b"; $f();`,
	`$f = "a S b"; $o = new stdClass; $o->$f();`,
	`$f = "a S b"; new $f;`,
	`class P { private $p; } $f = "a S b"; P::$$f = 1;`,
	`function t(int $i) {} t('S');`,
	`strlen(...['S' => 1]);`,
	`$a = rand() > S ? 1 : S; define('DB_PASSWORD', $a);`,
	`define('DB_PASSWORD', rand() === 5S);`,
	`class K {} echo constant('K::S');`,
	`class C { private $p; } $c = new C; echo $c->{'S'}->x(); $c->S();`,
	`class C { function __get($n) { throw new Exception($n); } } echo (new C)->{'S'};`,
	`echo match ('S') { 'a' => 1 };`,
	`define('DB_PASSWORD', match (rand()) { 1 => 'S', default => 'x' });`,
	`enum E: string { case A = 'a'; } E::from('S');`,
	`strlen();  // S`,
	`str_repeat('S', -1);`,
	`intdiv('S', 1);`,
	`'S' % 2;`,
	`[] + 'S';`,
	`(function (int $i) {})('S');`,
	`while (rand()) { $a[] = 'S'; } define('DB_PASSWORD', $a);`,
	`$a = ['S' => getenv('X')]; define('DB_PASSWORD', $a['S']);`,
	`switch (getenv('X')) { case 'S': define('DB_PASSWORD', 'S'); }`,
	`if (getenv('X') === 'S') { define('DB_PASSWORD', 'S'); }`,
	`foreach (getenv() as $k => $v) { define('DB_PASSWORD', 'S'); }`,
	`goto S; S: echo 1;`,
	`function g() { yield 'S'; } foreach (g() as $x) { define('DB_PASSWORD', getenv($x)); }`,
	`define('DB_PASSWORD', getenv('X') ?: <<<T
S
T
);`,
	`define('DB_PASSWORD', json_encode(['S']));`,
	`define('DB_PASSWORD', vault(key: S, name: 'S'));`,
	`define('DB_PASSWORD', preg_replace('/(S)(?R)/', 'S', 'S'));`,
	`define('DB_PASSWORD', parse_ini_string('a = S | 1')['a']);`,
	`define('DB_PASSWORD', $_SERVER['HTTP_X'] . 'S');`,
	`define('DB_PASSWORD', $u = getenv('X') /* S */ . 'S');`,
	`define('WP_CONTENT_DIR', getenv('X') . '/S'); define('DB_PASSWORD', getenv('X'));`,
	`define('UPLOADS', getenv('X') . '/S');`,
	`for (;;) { $s = 'S'; }`,
	`function r($s) { return r($s); } r('S');`,
	`interface I {} interface I {} // S`,
	`list('S' => $a, $b);`,
	`$this->S = 'S';`,
	`unset($x->{'S'}); null->{'S'} = 1;`,
}

// TestRefusalsHoldNoSecret asserts that a refusal names functions, constants and
// variables, but never quotes values of a configuration.
func TestRefusalsHoldNoSecret(t *testing.T) {
	refused := 0
	for _, form := range leakForms {
		code := strings.ReplaceAll(form, "S", "\x01")
		for name, keep := range map[string]string{"DB_NAME": "DB_NAME", "DB_PASSWORD": "DB_PASSWORD", "_SERVER": "_SERVER"} {
			code = strings.ReplaceAll(code, strings.ReplaceAll(name, "S", "\x01"), keep)
		}
		for _, word := range []string{"UPLOADS"} {
			code = strings.ReplaceAll(code, strings.ReplaceAll(word, "S", "\x01"), word)
		}
		code = strings.ReplaceAll(code, "\x01", leakMarker)
		root := writeSite(t, "define('DB_NAME', 'n'); define('DB_USER', 'u'); define('DB_HOST', 'h');\n"+code+"\ndefine('DB_PASSWORD', 'p');", nil)
		site, err := Read(t.Context(), root, Options{Home: filepath.Dir(root)})
		var texts []string
		if err != nil {
			refused++
			texts = append(texts, err.Error())
			var e *wordpress.ConfigError
			if errors.As(err, &e) {
				b, err := json.Marshal(e)
				if err != nil {
					t.Fatal(err)
				}
				texts = append(texts, e.Message, e.Hint, string(b))
			}
		}
		if site != nil {
			texts = append(texts, site.Config.Doubts...)
		}
		if err == nil && len(site.Config.Doubts) == 0 {
			t.Errorf("%s gives an answer, want a refusal", form)
		}
		for _, text := range texts {
			if strings.Contains(text, leakMarker) {
				t.Errorf("%s\nis refused with the secret: %s", form, text)
			}
		}
	}
	if refused < 40 {
		t.Errorf("%d forms are refused, want 40 or more", refused)
	}
}
