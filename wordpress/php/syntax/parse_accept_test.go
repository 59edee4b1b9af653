package syntax

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// acceptScript prints, for every file named on standard input, whether PHP compiles it.
// It compiles the code after a return, in a child process, because a refusal ends the
// process. If the first statement matters, it runs php -l.
const acceptScript = `
ini_set('display_errors', '0');
while (($file = fgets(STDIN)) !== false) {
	$file = rtrim($file, "\n");
	$pid = pcntl_fork();
	if ($pid === 0) {
		$code = file_get_contents($file);
		if (preg_match('/namespace|declare|^#!/i', $code)) {
			pcntl_exec(PHP_BINARY, ['-n', '-d', 'short_open_tag=0', '-d', 'display_errors=0', '-l', $file]);
		}
		try { eval('return;?>' . $code); } catch (\Throwable $e) { pcntl_exec('/bin/false'); }
		pcntl_exec('/bin/true');
	}
	pcntl_waitpid($pid, $status);
	echo "\n@ ", pcntl_wifexited($status) && pcntl_wexitstatus($status) === 0 ? 'yes' : 'no', " $file\n";
}`

// tokenScript prints, for every file, whether PHP can parse it. It is much faster. PHP
// refuses some more files when it compiles them, and the parser may accept those.
const tokenScript = `
while (($file = fgets(STDIN)) !== false) {
	$file = rtrim($file, "\n");
	try { @token_get_all(file_get_contents($file), TOKEN_PARSE); $ok = 'yes'; } catch (\Throwable $e) { $ok = 'no'; }
	echo "@ $ok $file\n";
}`

// phpAccepts runs a script on files and returns which ones PHP accepts.
func phpAccepts(t *testing.T, script string, files []string) map[string]bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "php", "-n", "-d", "short_open_tag=0", "-d", "extension=tokenizer", "-r", script)
	cmd.Stdin = strings.NewReader(strings.Join(files, "\n") + "\n")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run php: %v: %s", err, stderr.Bytes())
	}
	answers := map[string]bool{}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var word, file string
		if n, _ := fmt.Sscanf(lines.Text(), "@ %s %s", &word, &file); n == 2 {
			answers[file] = word == "yes"
		}
	}
	if len(answers) != len(files) {
		t.Fatalf("php answered for %d of %d files: %s", len(answers), len(files), stderr.Bytes())
	}
	return answers
}

// compareAccepted parses the same files as PHP. The parser must accept every file that
// PHP compiles, and refuse every file that PHP cannot parse.
func compareAccepted(t *testing.T, compiles, parses map[string]bool) (accepted int) {
	t.Helper()
	for file, want := range compiles {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Parse(file, string(code))
		var syntax *Error
		if err != nil && !errors.As(err, &syntax) {
			t.Errorf("%s: gave up: %v", file, err)
		}
		if want && err != nil || !parses[file] && err == nil {
			t.Errorf("PHP compiles: %v, parses: %v, error: %v, code: %.300s", want, parses[file], err, code)
		}
		if want {
			accepted++
		}
	}
	return accepted
}

// snippets returns the pieces of code in testdata. Each is one line, with ¶ for line
// ends.
func snippets(t testing.TB) (codes []string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "snippets.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		code := strings.ReplaceAll(strings.TrimSuffix(line, "\n"), "¶", "\n")
		if !strings.HasPrefix(code, "#!") {
			code = "<?php " + code
		}
		codes = append(codes, code)
	}
	return codes
}

// TestAccept asserts that the parser accepts code that PHP compiles, and refuses code
// that PHP cannot parse.
func TestAccept(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for i, code := range snippets(t) {
		file := filepath.Join(dir, fmt.Sprint(i))
		if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	if len(files) < 1000 {
		t.Fatalf("only %d snippets", len(files))
	}
	accepted := compareAccepted(t, phpAccepts(t, acceptScript, files), phpAccepts(t, tokenScript, files))
	if accepted < len(files)/4 || accepted > len(files)*3/4 {
		t.Errorf("%d of %d accepted: the snippets should be of both kinds", accepted, len(files))
	}
}

// phpFiles returns the files below a folder that contain PHP.
func phpFiles(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Ext(path) != ".php" {
			return err
		}
		files = append(files, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAcceptWordPress(t *testing.T) {
	core, err := lab.WordPressCore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files := phpFiles(t, core)
	if len(files) < 500 {
		t.Fatalf("only %d files", len(files))
	}
	parses := phpAccepts(t, tokenScript, files)
	if n := compareAccepted(t, parses, parses); n != len(files) {
		t.Errorf("PHP accepts %d of %d files", n, len(files))
	}
}

func TestAcceptConfigurations(t *testing.T) {
	files := phpFiles(t, filepath.Join("..", "..", "config", "testdata", "wpconfig"))
	if len(files) < 100 {
		t.Fatalf("only %d files", len(files))
	}
	parses := phpAccepts(t, tokenScript, files)
	compareAccepted(t, parses, parses)
}
