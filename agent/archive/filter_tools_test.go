package archive

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// tool runs a stock tool over in and returns its output and whether it was
// content. A missing tool fails the test.
func tool(t testing.TB, in io.Reader, env []string, name string, args ...string) ([]byte, error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("this test needs %s: %v", name, err)
	}
	cmd := exec.Command(path, args...)
	cmd.Stdin = in
	cmd.Env = append(os.Environ(), env...)
	var out, msg bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &msg
	err = cmd.Run()
	if err != nil {
		t.Logf("%s %s: %v: %s", name, strings.Join(args, " "), err, bytes.TrimSpace(msg.Bytes()))
	}
	return out.Bytes(), err
}

// An opener undoes a filter with a stock tool.
type opener struct {
	name   string
	filter Filter
	open   func(t testing.TB, in io.Reader) ([]byte, error)
}

// openers returns every filter of the package beside the stock tool that undoes it.
func openers(t *testing.T) []opener {
	t.Helper()
	all := []opener{
		{"zstd", Zstd(0), byTool(nil, "zstd", "-dc")},
		{"gzip", Gzip(0), byTool(nil, "gzip", "-dc")},
	}
	return append(all, ageOpeners(t)...)
}

func byTool(env []string, name string, args ...string) func(testing.TB, io.Reader) ([]byte, error) {
	return func(t testing.TB, in io.Reader) ([]byte, error) {
		t.Helper()
		return tool(t, in, env, name, args...)
	}
}

func ageOpeners(t *testing.T) []opener {
	t.Helper()
	dir := t.TempDir()
	identity := filepath.Join(dir, "identity")
	must(t)(tool(t, nil, nil, "age-keygen", "-o", identity))
	public := must(t)(tool(t, nil, nil, "age-keygen", "-y", identity))
	all := []opener{{"age", ageFilter(t, string(public)), byTool(nil, "age", "-d", "-i", identity)}}
	for _, kind := range []string{"ed25519", "rsa"} {
		file := filepath.Join(dir, kind)
		must(t)(tool(t, nil, nil, "ssh-keygen", "-q", "-t", kind, "-N", "", "-C", "ops@example.com", "-f", file))
		public, err := os.ReadFile(file + ".pub")
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, opener{"age-ssh-" + kind, ageFilter(t, string(public)), byTool(nil, "age", "-d", "-i", file)})
	}
	return all
}

func ageFilter(t *testing.T, recipients string) Filter {
	t.Helper()
	keys, _, err := ParseAgeRecipients(strings.NewReader(recipients))
	if err != nil {
		t.Fatal(err)
	}
	f, err := Age(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func must(t testing.TB) func([]byte, error) []byte {
	return func(b []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
}
