package php

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// The programs of these tests are run by real PHP, each in a process of its own and
// in the global scope, and evaluated. They leave their result in $r.

// A trial is one program in one environment.
type trial struct {
	file string
	env  url.Values
}

// askedPHP is what PHP says that each program leaves in $r; "ends" if it does not
// come to its end, "throws X" if it ends with an exception.
func askedPHP(t testing.TB, trials []trial) []string {
	t.Helper()
	var in, out, errs bytes.Buffer
	for _, c := range trials {
		fmt.Fprintf(&in, "%s\t%s\n", c.file, c.env.Encode())
	}
	runner, err := filepath.Abs("testdata/agree/run.php")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "php", "-n", "-d", "extension=posix", "-d", "extension=mbstring", "-d", "extension=ctype", "-d", "short_open_tag=0", "-d", "variables_order=EGPCS", "-d", "log_errors=0", runner)
	cmd.Dir = filepath.Dir(trials[0].file)
	cmd.Env = []string{"KNOWN=env", "PATH=" + os.Getenv("PATH")}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("run php: %v: %s", err, errs.String())
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != len(trials) {
		t.Fatalf("php answered %d of %d programs: %s", len(lines), len(trials), errs.String())
	}
	return lines
}

// undecided begins what evaluated says of a program whose result is not known.
const undecided = "undecided"

// evaluated is what the evaluator says that a program leaves in $r, as askedPHP
// says it. known is whether the environment is.
func evaluated(t testing.TB, file string, known bool) string {
	t.Helper()
	dir := filepath.Dir(file)
	main := "<?php include '" + file + "';\nrequire __DIR__ . '/stop.php';"
	if err := os.WriteFile(dir+"/main.php", []byte(main), 0o600); err != nil {
		t.Fatal(err)
	}
	disk := diskFiles{dir}
	r, err := Eval(context.Background(), eval.Options{
		Files: disk, Errors: disk, File: dir + "/main.php", DocRoot: dir, EnvKnown: known, Env: map[string]string{"KNOWN": "env"},
		Stop: []string{dir + "/stop.php"},
	})
	var badSyntax *syntax.Error
	var refusal *eval.Refusal
	switch {
	case errors.As(err, &badSyntax):
		return undecided + ": " + badSyntax.Error()
	case errors.As(err, &refusal):
		return undecided + ": " + refusal.Class.String() + ": " + refusal.Error()
	case err != nil:
		return "error: " + err.Error()
	}
	switch v := r.Variable("r"); v.State {
	case eval.Open:
		return undecided + ": " + v.Why.Error()
	case eval.Known:
		return dumped(v.Value, 0)
	default:
		return "null"
	}
}

// dumped shows a value as the runner does.
func dumped(v eval.Value, depth int) string {
	if depth > 12 {
		return "..."
	}
	switch v := v.(type) {
	case eval.NullType, eval.AbsentValue:
		return "null"
	case eval.Bool:
		return strconv.FormatBool(bool(v))
	case eval.Float:
		if math.IsNaN(float64(v)) {
			return "float:nan"
		}
		return fmt.Sprintf("float:%x", binary.BigEndian.AppendUint64(nil, math.Float64bits(float64(v))))
	case eval.String:
		return dumpedString(string(v))
	case *eval.Object:
		return "object:" + v.Class.Name
	case *eval.Array:
		var b strings.Builder
		b.WriteString("[")
		v.Each(func(k eval.Key, x eval.Value) bool {
			b.WriteString(dumped(k.Value(), 0) + "=>" + dumped(x, depth+1) + ",")
			return true
		})
		return b.String() + "]"
	default:
		return eval.ToString(v)
	}
}

// dumpedString quotes as addcslashes does.
func dumpedString(s string) string {
	b := []byte{'"'}
	for _, c := range []byte(s) {
		switch short := strings.IndexByte("\a\b\t\n\v\f\r", c); {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case short >= 0:
			b = append(b, '\\', "abtnvfr"[short])
		case c < ' ' || c >= 0x7f:
			b = fmt.Appendf(b, "\\%03o", c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}

// disagreement compares the two answers; "" if there is none. A program that ends
// gives no answer, and the evaluator must not have one either: but where something is
// unknown it cannot tell (uncaught).
const uncaught = "PHP ends with an exception"

func disagreement(got, want string) string {
	switch {
	case strings.HasPrefix(got, undecided), got == want:
		return ""
	case strings.HasPrefix(want, "throws "):
		return uncaught
	}
	return fmt.Sprintf(" got %s\nwant %s", got, want)
}

// A written program is one of testdata/agree/*.txt: paragraphs of PHP, with a line
// of --- between them. One that holds "// may be refused" may be; one that holds
// "// refused by name" must be, with a reason that names what is not evaluated.
func writtenPrograms(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/agree/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no programs: %v", err)
	}
	var all []string
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for p := range strings.SplitSeq(strings.TrimSuffix(string(b), "\n"), "\n---\n") {
			all = append(all, p)
		}
	}
	return all
}

// TestWrittenProgramsAgree holds the evaluator to what PHP makes of programs that
// were written by hand, most of them after something that was wrong.
func TestWrittenProgramsAgree(t *testing.T) {
	programs := writtenPrograms(t)
	trials := make([]trial, len(programs))
	for i, p := range programs {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if err := os.CopyFS(dir, os.DirFS("testdata/agree/site")); err != nil {
			t.Fatal(err)
		}
		trials[i].file = writeProgram(t, dir, p)
	}
	answers := make([]string, len(programs))
	for i := range programs {
		answers[i] = evaluated(t, trials[i].file, true)
	}
	for i, want := range askedPHP(t, trials) {
		if strings.Contains(programs[i], "// refused by name") {
			if !strings.HasPrefix(answers[i], undecided) || !strings.Contains(answers[i], "not evaluated") {
				t.Errorf("%s\n got %s\nwant a refusal that names what is not evaluated", programs[i], answers[i])
			}
		} else if strings.HasPrefix(answers[i], undecided) && !endsEarly(want) && !strings.Contains(programs[i], "// may be refused") {
			t.Errorf("%s\n got %s\nwant %s", programs[i], answers[i], want)
		} else if d := disagreement(answers[i], want); d != "" {
			t.Errorf("%s\n%s", programs[i], d)
		}
	}
}

// endsEarly reports that a program comes to no end that gives an answer.
func endsEarly(want string) bool { return want == "ends" || strings.HasPrefix(want, "throws ") }

func writeProgram(t testing.TB, dir, code string) string {
	t.Helper()
	file := filepath.Join(dir, "program.php")
	if !strings.HasPrefix(code, "<?php") {
		code = "<?php\n" + code
	}
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
