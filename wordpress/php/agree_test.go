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

// Real PHP runs the programs of these tests, each in its own process and in the global
// scope. The evaluator evaluates the same programs. Each program stores its result in $r.

// A testRun is one program in one environment.
type testRun struct {
	file string
	env  url.Values
}

// askedPHP returns, for each program, the value of $r in PHP; "ends" if the program does
// not reach its end, "throws X" if it ends with an exception.
func askedPHP(t testing.TB, runs []testRun) []string {
	t.Helper()
	var in, out, errs bytes.Buffer
	for _, c := range runs {
		fmt.Fprintf(&in, "%s\t%s\n", c.file, c.env.Encode())
	}
	runner, err := filepath.Abs("testdata/agree/run.php")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "php", "-n", "-d", "extension=posix", "-d", "extension=mbstring", "-d", "extension=ctype", "-d", "short_open_tag=0", "-d", "variables_order=EGPCS", "-d", "log_errors=0", runner)
	cmd.Dir = filepath.Dir(runs[0].file)
	cmd.Env = []string{"KNOWN=env", "PATH=" + os.Getenv("PATH")}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("run php: %v: %s", err, errs.String())
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) != len(runs) {
		t.Fatalf("php answered %d of %d programs: %s", len(lines), len(runs), errs.String())
	}
	return lines
}

// undecided is the start of the result of evaluated for a program whose $r is not known.
const undecided = "undecided"

// evaluated returns the value of $r in the evaluator, in the form of askedPHP. known says
// whether the environment is known.
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

// dumped formats a value as the runner does.
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

// dumpedString quotes a string as addcslashes does.
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

// uncaught is the result of disagreement if PHP ends with an exception and the evaluator
// returns a value. That is an error, unless the program has unknown values: then the
// evaluator cannot know that PHP throws. If the two results agree, disagreement returns
// an empty string.
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

// writtenPrograms returns the programs in testdata/agree/*.txt. A line of --- separates
// two programs. A program with the comment "// may be refused" may be refused. A program
// with "// refused by name" must be refused, and the reason must name the feature that is
// not evaluated.
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

// TestWrittenProgramsAgree compares the evaluator with PHP for programs that were written
// by hand. Most of them are regression tests.
func TestWrittenProgramsAgree(t *testing.T) {
	programs := writtenPrograms(t)
	runs := make([]testRun, len(programs))
	for i, p := range programs {
		dir := filepath.Join(t.TempDir(), fmt.Sprint(i))
		if err := os.CopyFS(dir, os.DirFS("testdata/agree/site")); err != nil {
			t.Fatal(err)
		}
		runs[i].file = writeProgram(t, dir, p)
	}
	answers := make([]string, len(programs))
	for i := range programs {
		answers[i] = evaluated(t, runs[i].file, true)
	}
	for i, want := range askedPHP(t, runs) {
		if strings.Contains(programs[i], "// refused by name") {
			if !strings.HasPrefix(answers[i], undecided) || !strings.Contains(answers[i], "not evaluated") {
				t.Errorf("%s\n got %s\nwant a refusal that names what is not evaluated", programs[i], answers[i])
			}
		} else if strings.HasPrefix(answers[i], undecided) && !endsEarly(want) && !strings.Contains(programs[i], "// may be refused") {
			t.Errorf("%s\n got %s\nwant %s", programs[i], answers[i], want)
		} else if d := disagreement(answers[i], want); d != "" {
			t.Errorf("%s\n%s", programs[i], d)
		} else if class, throws := strings.CutPrefix(want, "throws "); throws && strings.Contains(answers[i], "stops with ") &&
			!strings.Contains(answers[i], "stops with "+class+":") && !strings.Contains(answers[i], "stops with an exception") {
			t.Errorf("%s\n got %s\nwant an end with %s", programs[i], answers[i], class)
		}
	}
}

// endsEarly reports whether a program ends before it gives a result.
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
