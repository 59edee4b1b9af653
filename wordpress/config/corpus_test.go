package config

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// corpora are the folders with the test cases of the reader.
var corpora = []string{"testdata/wpconfig/cases", "testdata/wpconfig-more/cases"}

// refusedCases are the cases that are refused because they use a feature that is not
// supported, with a part of the error. Their expected.json contains PHP's answer.
var refusedCases = map[string]string{
	"autoloaded-settings-class":      "uses an autoloader",
	"builtin-objects-harmless":       "uses an exception inside a try statement",
	"container-of-closures":          "uses class_alias()",
	"database-url-query-arrays":      "calls parse_str() for",
	"encoded-credentials":            "calls str_rot13()",
	"enums-traits-abstract":          "uses a trait",
	"environment-required":           "uses finally",
	"fopen-dotenv":                   "calls fgets()",
	"generator-dotenv":               "uses an enum",
	"loops-and-goto-like":            "uses finally",
	"namespaces-that-shadow":         "uses a class with __invoke",
	"obfuscated-eval-known":          "calls gzuncompress()",
	"openssl-decrypt":                "calls openssl_decrypt()",
	"password-very-long":             "calls range()",
	"platformsh-config-reader":       "uses an exception inside a try statement",
	"servers-by-priority":            "calls uasort()",
	"settings-object-with-interface": "uses a class with __get",
	"strict-types-fallback":          "uses a conversion to another type under strict types",
	"strings-of-conditions":          "calls intdiv()",
	"table-prefix-forms":             "uses an assignment by reference",
	"templates-by-callback":          "uses a closure that uses a variable by reference",
	"types-that-convert":             "uses a named argument",
	"vip-loader-class":               "uses a class with __get",
	"working-directory-changed":      "uses chdir()",
	"yaml-by-hand":                   "uses an assignment by reference",
}

// A corpusCase is case.json. testdata/wpconfig/README.md describes its format.
type corpusCase struct {
	Docroot string             `json:"docroot"`
	Home    string             `json:"home"`
	Env     *map[string]string `json:"env"`
	Host    string             `json:"host"`
	Needs   string             `json:"needs"`
	Setup   []setupStep        `json:"setup"`
	Tags    []string           `json:"tags"`   // "limits": the case is left out of the benchmark
	Worlds  []request          `json:"worlds"` // more requests for the oracle to try
}

type setupStep struct {
	Op     string  `json:"op"`
	Path   string  `json:"path"`
	Target string  `json:"target"`
	Mode   any     `json:"mode"`
	UID    int     `json:"uid"`
	GID    int     `json:"gid"`
	Parts  [][]any `json:"parts"`
}

// setDecoys sets variables in the environment of the test that no site may ever see.
func setDecoys(t testing.TB) {
	for _, name := range []string{
		"DB_NAME", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_PORT", "TABLE_PREFIX", "table_prefix", "DATABASE_URL", "CLEARDB_DATABASE_URL",
		"WORDPRESS_DB_NAME", "WORDPRESS_DB_USER", "WORDPRESS_DB_PASSWORD", "WORDPRESS_DB_HOST", "WORDPRESS_TABLE_PREFIX",
		"WORDPRESS_CONFIG_EXTRA", "WP_ENV", "PLATFORM_ENVIRONMENT", "PLATFORM_RELATIONSHIPS", "HTTP_HOST", "DATABASE_NAME",
	} {
		t.Setenv(name, "decoy")
	}
}

func TestCorpus(t *testing.T) {
	setDecoys(t)
	for _, dir := range corpora {
		testCorpus(t, dir)
	}
}

func testCorpus(t *testing.T, dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 50 {
		t.Fatalf("the corpus %s has %d cases, want 50 or more", dir, len(entries))
	}
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			c := prepareCase(t, dir, e.Name())
			if c.Needs == "root" && os.Geteuid() != 0 {
				t.Skip("needs root")
			}
			if c.Needs == "nonroot" && os.Geteuid() == 0 {
				defer c.asNobody(t)()
			}
			watch := sitetest.Stopwatch()
			site, err := Read(context.Background(), filepath.Join(c.dir, c.Docroot), c.options())
			if took := watch(); took > 5*time.Second {
				t.Errorf("took %v, want under 5 s", took)
			}
			c.compare(t, site, err)
		})
	}
}

// Sites are read at the same time. Under the race detector, this shows variables that the
// evaluations share: the tests of the evaluator's own packages run without it.
func TestSitesAreReadAtTheSameTime(t *testing.T) {
	for _, dir := range corpora {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(entries); i += 8 {
			t.Run(entries[i].Name(), func(t *testing.T) {
				t.Parallel()
				c := prepareCase(t, dir, entries[i].Name())
				if c.Needs != "" {
					return // the user of a process is no choice of one of its goroutines
				}
				site, err := Read(context.Background(), filepath.Join(c.dir, c.Docroot), c.options())
				c.compare(t, site, err)
			})
		}
	}
}

// asNobody makes user nobody the owner of the case. This thread then opens files with
// nobody's rights, until the returned function is called. Root could read every file.
func (c *preparedCase) asNobody(t *testing.T) (back func()) {
	t.Helper()
	const nobody = 65534
	err := filepath.WalkDir(c.dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(path, nobody, nobody))
	})
	for dir := filepath.Dir(c.dir); err == nil && dir != filepath.Clean(os.TempDir()) && len(dir) > 1; dir = filepath.Dir(dir) {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread()
	if err := unix.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(c.dir, c.Docroot)); err != nil {
		t.Fatalf("user nobody cannot reach the site: %v", err)
	}
	return func() {
		_ = unix.Setfsuid(0)
		runtime.UnlockOSThread()
	}
}

// canRun reports whether the user who runs the test can run the case. Some cases need
// root; others need a user who cannot read every file.
func (c *preparedCase) canRun() bool {
	root := os.Geteuid() == 0
	return (c.Needs != "root" || root) && (c.Needs != "nonroot" || !root)
}

// A preparedCase is a case copied to a folder of its own and set up.
type preparedCase struct {
	corpusCase
	name     string
	dir      string
	tree     string
	expected map[string]any
}

func prepareCase(t testing.TB, dir, name string) *preparedCase {
	c := &preparedCase{name: name, dir: filepath.Join(realTemp(t), name)}
	if out, err := exec.Command("cp", "-a", filepath.Join(dir, name), c.dir).CombinedOutput(); err != nil {
		t.Fatalf("copy case: %v: %s", err, out)
	}
	c.tree = filepath.Join(c.dir, "tree")
	readJSON(t, filepath.Join(c.dir, "case.json"), &c.corpusCase)
	readJSON(t, filepath.Join(c.dir, "expected.json"), &c.expected)
	for _, s := range c.Setup {
		if err := c.do(s); err != nil {
			t.Fatalf("set up %s %s: %v", s.Op, s.Path, err)
		}
	}
	return c
}

func realTemp(t testing.TB) string {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func readJSON(t testing.TB, path string, to any) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, to); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func (c *preparedCase) token(s string) string { return strings.ReplaceAll(s, "@@TREE@@", c.tree) }

func (c *preparedCase) do(s setupStep) error {
	path := filepath.Join(c.dir, s.Path)
	switch s.Op {
	case "subst":
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(c.token(string(text))), 0o644)
	case "symlink":
		return os.Symlink(c.token(s.Target), path)
	case "mkfifo":
		return syscall.Mkfifo(path, 0o644)
	case "mkdir":
		return os.MkdirAll(path, 0o755)
	case "chown":
		return os.Chown(path, s.UID, s.GID)
	case "chmod":
		mode, err := parseMode(s.Mode)
		if err != nil {
			return err
		}
		return os.Chmod(path, mode)
	case "write":
		return c.write(path, s.Parts)
	}
	return errors.New("unknown operation")
}

func (c *preparedCase) write(path string, parts [][]any) error {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(strings.Repeat(c.token(p[0].(string)), int(p[1].(float64))))
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

// parseMode takes a mode as an octal string or as a number.
func parseMode(v any) (os.FileMode, error) {
	switch v := v.(type) {
	case float64:
		return os.FileMode(v), nil
	case string:
		var mode os.FileMode
		for _, d := range strings.TrimPrefix(v, "0o") {
			mode = mode<<3 | os.FileMode(d-'0')
		}
		return mode, nil
	}
	return 0, errors.New("mode is neither a string nor a number")
}

func (c *preparedCase) options() Options {
	home := c.Home
	if home == "" {
		home = "tree"
	}
	o := Options{Home: filepath.Join(c.dir, home), World: wordpress.World{HTTPHost: c.Host, VariablesOrder: "EGPCS"}}
	if c.Env != nil {
		o.World.EnvKnown = true
		o.World.Env = map[string]string{}
		for k, v := range *c.Env {
			o.World.Env[k] = c.token(v)
		}
	}
	return o
}

// compare compares an answer with every key of expected.json.
func (c *preparedCase) compare(t *testing.T, site *Site, err error) {
	t.Helper()
	var refused *wordpress.ConfigError
	if err != nil && !errors.As(err, &refused) {
		t.Fatalf("got error %v, want an answer or a ConfigError", err)
	}
	if site == nil {
		t.Fatal("got no site")
	}
	if refused != nil {
		classes := []string{}
		if e, ok := c.expected["error"].(string); ok {
			classes = append(classes, e)
		}
		if list, ok := c.expected["accept"].([]any); ok {
			for _, e := range list {
				classes = append(classes, e.(string))
			}
		}
		if why, ok := refusedCases[c.name]; ok {
			if refused.Class == wordpress.NotMySQL || !strings.Contains(refused.Error(), why) {
				t.Errorf("refused with %v, want a reason that says %q", refused, why)
			}
		} else if !slices.Contains(classes, string(refused.Class)) {
			t.Errorf("refused with %s (%v), want %v", refused.Class, refused, c.expected)
		}
		if site.Config.DB.Name != "" || site.Config.DB.Password != "" {
			t.Errorf("refused, but gives a database: %+v", site.Config.DB)
		}
		t.Logf("%s: %v", refused.Class, refused)
		return
	}
	if why, ok := refusedCases[c.name]; ok {
		t.Fatalf("answered %q, want a refusal that says %q", site.Config.DB.Name, why)
	}
	if c.expected["ok"] != true {
		t.Fatalf("answered %q, want a refusal %v", site.Config.DB.Name, c.expected["error"])
	}
	c.compareAnswer(t, answerOf(site))
}

// compareAnswer compares each expected key.
func (c *preparedCase) compareAnswer(t *testing.T, got map[string]any) {
	t.Helper()
	want := c.expected["db"].(map[string]any)
	db := got["db"].(map[string]any)
	for k, v := range want {
		if s, ok := v.(string); ok {
			v = c.token(s)
		}
		if db[k] != v {
			t.Errorf("db.%s = %#v, want %#v", k, db[k], v)
		}
	}
	for k, v := range c.expected {
		if slices.Contains([]string{"ok", "db", "source", "accept", "note", "error"}, k) {
			continue
		}
		if s, ok := v.(string); ok {
			v = c.token(s)
		}
		if got[k] != v {
			t.Errorf("%s = %#v, want %#v", k, got[k], v)
		}
	}
	if _, ok := c.expected["uploads_dir"]; !ok && got["uploads_dir"] != nil {
		t.Errorf("uploads_dir = %#v, want none", got["uploads_dir"])
	}
}

// answerOf returns a site's settings in the format of expected.json.
func answerOf(s *Site) map[string]any {
	c := s.Config
	orNull := func(v string) any {
		if v == "" {
			return nil
		}
		return v
	}
	db := map[string]any{
		"name": c.DB.Name, "user": c.DB.User, "password": c.DB.Password.Reveal(), "host": c.DB.Host, "port": nil,
		"socket": orNull(c.DB.Socket), "charset": c.DB.Charset, "collate": c.DB.Collate, "table_prefix": c.DB.TablePrefix,
		"password_hex": hex.EncodeToString([]byte(c.DB.Password.Reveal())),
	}
	if c.DB.Port != 0 {
		db["port"] = float64(c.DB.Port)
	}
	return map[string]any{
		"db": db, "content_dir": orNull(s.Relative(c.ContentDir)), "uploads_dir": orNull(s.Relative(c.UploadsDir)), "multisite": c.Multisite,
	}
}
