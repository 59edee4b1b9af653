package native

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// binaries are the PHP programs to test with; scripts/setup installs both.
var binaries = []string{"/usr/bin/php-cgi", "/usr/bin/php"}

// siteOptions writes the files of a site into a folder, and returns the options to ask
// for it. The text config comes before the line in wp-config.php that requires WordPress.
func siteOptions(t *testing.T, config string, more map[string]string) Options {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{
		"wp-config.php":   "<?php\n" + config + "\nrequire_once ABSPATH . 'wp-settings.php';",
		"wp-settings.php": "<?php file_put_contents(__DIR__ . '/wordpress-ran', 'x'); exit;",
	}
	for name, text := range more {
		files[name] = text
	}
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if _, err := os.Stat(filepath.Join(root, "wordpress-ran")); err == nil {
			t.Error("WordPress itself ran")
		}
	})
	return Options{
		Binary: Auto, Entry: filepath.Join(root, "wp-config.php"), Constants: map[string]string{"ABSPATH": root + "/"},
		Server: map[string]string{"DOCUMENT_ROOT": root}, Stop: "wp-settings.php",
		Report:  []string{"DB_NAME", "DB_PASSWORD", "ABSPATH", "WP_DEBUG", "NOTHING"},
		Globals: []string{"table_prefix"},
	}
}

func ask(t *testing.T, o Options) (*Answer, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	return Ask(ctx, o)
}

func TestAskReportsWhatStands(t *testing.T) {
	for _, binary := range binaries {
		o := siteOptions(t, `define('DB_NAME', getenv('NAME')); define('DB_PASSWORD', "p\xff\0"); define('WP_DEBUG', false);
			define('LIST', array(1)); $table_prefix = 'w_'; require 'sub/more.php';`, map[string]string{"sub/more.php": "<?php require_once __DIR__ . '/../sub/again.php'; require_once 'sub/again.php';", "sub/again.php": "<?php file_get_contents(__DIR__ . '/data.env');", "sub/data.env": "X=1"})
		o.Binary, o.Env = binary, map[string]string{"NAME": "from env"}
		o.Report = append(o.Report, "LIST")
		a, err := ask(t, o)
		if err != nil {
			t.Fatalf("%s: %v", binary, err)
		}
		want := map[string]Value{
			"DB_NAME": {"from env", true}, "DB_PASSWORD": {"p\xff\x00", true}, "WP_DEBUG": {"", true}, "LIST": {}, "ABSPATH": {o.Constants["ABSPATH"], true},
		}
		for name, value := range want {
			if a.Constants[name] != value {
				t.Errorf("%s: %s is %+v, want %+v", binary, name, a.Constants[name], value)
			}
		}
		if len(a.Constants) != len(want) || a.Variables["table_prefix"].Text != "w_" || !strings.HasPrefix(a.Version, "8.") {
			t.Errorf("%s: answer is %+v", binary, a)
		}
		root := o.Server["DOCUMENT_ROOT"]
		if got := strings.ReplaceAll(strings.Join(a.Files, " "), root+"/", ""); got != "wp-config.php sub/more.php sub/again.php sub/data.env" {
			t.Errorf("%s: files are %s", binary, got)
		}
		if u := a.Uses[Environment]; u.Name != "getenv" || u.File != o.Entry || u.Line != 2 || len(a.Uses) != 1 {
			t.Errorf("%s: uses are %+v", binary, a.Uses)
		}
	}
}

// TestAskStopsAtWordPress: PHP answers when it reaches wp-settings.php, by whatever path
// the file is named, and never runs it.
func TestAskStopsAtWordPress(t *testing.T) {
	for name, config := range map[string]string{
		"absolute":             "require ABSPATH . 'wp-settings.php';",
		"relative":             "require 'wp-settings.php';",
		"dots":                 "require __DIR__ . '/./sub/../wp-settings.php';",
		"link":                 "require ABSPATH . 'other-name.php';",
		"folder link":          "require ABSPATH . 'link/wp-settings.php';",
		"missing":              "require ABSPATH . 'gone/wp-settings.php';",
		"URL":                  "require 'file://' . ABSPATH . 'wp-settings.php';",
		"open_basedir":         "ini_set('open_basedir', __DIR__); require ABSPATH . 'wp-settings.php';",
		"outside open_basedir": "ini_set('open_basedir', __DIR__ . '/sub'); require ABSPATH . 'wp-settings.php';",
		"in a function":        "function go() { require ABSPATH . 'wp-settings.php'; } go();",
	} {
		for _, binary := range binaries {
			o := siteOptions(t, "define('DB_NAME', 'n');"+config, map[string]string{"sub/x.php": ""})
			o.Binary = binary
			root := o.Server["DOCUMENT_ROOT"]
			if err := errors.Join(os.Symlink("wp-settings.php", root+"/other-name.php"), os.Symlink(".", root+"/link")); err != nil {
				t.Fatal(err)
			}
			if a, err := ask(t, o); err != nil || a.Constants["DB_NAME"].Text != "n" {
				t.Errorf("%s, %s: %+v, %v", name, binary, a, err)
			}
		}
	}
}

// TestAskWithoutAnAnswer: if a configuration gives no answer, the error says why, and
// quotes no secret.
func TestAskWithoutAnAnswer(t *testing.T) {
	for name, c := range map[string]struct{ config, want string }{
		"exit":                 {"exit;", "exit, die or a redirect"},
		"die":                  {"die('hunter2');", "exit, die or a redirect"},
		"redirect":             {"header('Location: https://x.test/hunter2'); exit;", "exit, die or a redirect"},
		"syntax":               {"define('DB_NAME' 'hunter2');", "a syntax error"},
		"exception":            {"throw new RuntimeException('hunter2');", "an uncaught RuntimeException"},
		"command":              {"define('DB_PASSWORD', shell_exec('echo hunter2'));", "Call to undefined function shell_exec()"},
		"proc_open":            {"proc_open('sleep 60', [], $p);", "Call to undefined function proc_open()"},
		"fork":                 {"pcntl_fork();", "Call to undefined function pcntl_fork()"},
		"bare word":            {"define('DB_PASSWORD', hunter2);", "Undefined constant"},
		"memory":               {"$a = str_repeat('hunter2', 1 << 29);", "Allowed memory size"},
		"memory without limit": {"ini_set('memory_limit', -1); $a = []; while (true) $a[] = str_repeat('hunter2', 1 << 20);", "without an answer"},
		"missing file":         {"require __DIR__ . '/hunter2.php';", "Failed opening required"},
		"two answers":          {"file_put_contents('php://stderr', \"wp-oneway \" . '{\"php\":\"8.2\",\"sapi\":\"cli\"} {}' . \"\\n\");", "expected form"},
		"rubbish":              {"file_put_contents('php://stderr', \"wp-oneway hunter2\\n\");", "expected form"},
		"half an answer":       {"fwrite(fopen('php://stderr', 'w'), 'wp-oneway {\"php\":'); exit;", "expected form"},
		"megabytes":            {"for (;;) file_put_contents('php://stderr', str_repeat('hunter2', 1 << 16));", "longer than"},
		"wrapper back":         {"stream_wrapper_restore('file'); file_put_contents(__DIR__ . '/wp-settings.php', '<?php exit;');", "exit, die or a redirect"},
		"output":               {"for ($i = 0; $i < 1000; $i++) echo str_repeat('hunter2', 1 << 16); exit;", "exit, die or a redirect"},
	} {
		for _, binary := range binaries {
			t.Run(name+filepath.Base(binary), func(t *testing.T) {
				o := siteOptions(t, c.config, nil)
				o.Binary = binary
				a, err := ask(t, o)
				if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("answer %+v, error %v; want an error with %q", a, err, c.want)
				}
			})
		}
	}
}
