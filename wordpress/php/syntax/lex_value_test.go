package syntax

import (
	"encoding/base64"
	"fmt"
	"math"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// literals are expressions whose value the parser determines.
var literals = []string{
	`''`, `'a'`, `'it\'s'`, `'\\'`, `'a\\\'b'`, `'\n\x41\u{41}$a{$b}'`, "'\r\n\t'", "'\\\n'",
	`""`, `"a"`, `"\n\r\t\v\e\f\\\$\""`, `"\0\00\000\0000\1\12\123\1234\377\400\777\8\9"`, `"\x4\x41\x414\X41\xg\x"`,
	`"\u{0}\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10FFFF}\u{d800}\u{000041}"`, `"\u\u4"`, `"\a\b\c\'\q"`,
	`"$"`, `"$ a"`, `"$1"`, `"a$"`, `"{"`, `"{a}"`, `"{ $"`, `"\{"`, `"\$a"`, `"\\\$a"`, `"{\$a}"`, `"\\"`, "\"a\r\nb\"",
	`b'a'`, `B"a"`, "b<<<A\nx\nA",
	"<<<A\nA", "<<<A\n\nA", "<<<A\n\n\nA", "<<<A\na\nA", "<<<A\n a\n  b\nA", "<<<A\n  a\n   b\n  A", "<<<A\n\ta\n\t\tb\n\tA",
	"<<<A\n  a\n\n  b\n \n  A", "<<<A\n  a\n  \n   \n  A", "<<<A\r\n  a\r\n  b\r\n  A", "<<<A\r  a\r  b\r  A", "<<<A\n  \n  A",
	"<<<A\n  A", "<<<A\n AB\n A", "<<<A\nAB\nA_\nA1\nA", "<<<A\n\\\nA", "<<<A\n\\\\\nA", "<<<A\n\\a\\n\\\"\\x41\\u{41}\\$\nA",
	"<<<A\n  \\x20 a\n  A", "<<< \t A\na\nA", "<<<\"A\"\na\\n\nA", "<<<'A'\na\\n\\\\$x{$y\nA", "<<<'A'\n  a\n   b\n\n  A",
	"<<<'A'\nA", "<<<'A'\n\nA", "<<<'A'\n  A", "<<<A\na\n\r\nA", "<<<A\na\r\n\nA", "<<<é\na\né", "<<<A\n$ {a} $1 {\nA",
	`0`, `7`, `00`, `007`, `0o17`, `0O17`, `0x1f`, `0XfF`, `0b11`, `0B1`, `1_000`, `0x1_F`, `0b1_1`, `0_7`, `1_0.0_1`,
	`9223372036854775807`, `9223372036854775808`, `0x7fffffffffffffff`, `0x8000000000000000`, `0xffffffffffffffffff`,
	`0777777777777777777777`, `01000000000000000000000`, `0b1` + strings.Repeat("0", 63), `0b1` + strings.Repeat("01", 40),
	`0o7` + strings.Repeat("3", 40), `0x` + strings.Repeat("123456789abcdef", 10),
	`1.5`, `.5`, `5.`, `1e3`, `1E3`, `1e-3`, `1.e3`, `.5e+1`, `1e400`, `1e-400`, `0.1`, `123456789012345678901234567890`,
	`1` + strings.Repeat("0", 400), `00.5`, `08.5`, `09e1`, `1.7976931348623157e308`, `5e-324`, `0e5`, `0x0`, `00000000000000000000001`,
	`__LINE__`, "\n\n__LINE__", `__NAMESPACE__`, `__CLASS__`,
}

// TestLiterals compares the values of literals with PHP's.
func TestLiterals(t *testing.T) {
	var script strings.Builder
	for _, code := range literals {
		fmt.Fprintf(&script, "$v = eval(base64_decode('%s')); echo gettype($v)[0], ':', base64_encode(is_float($v) ? bin2hex(pack('E', $v)) : (string) $v), \"\\n\";\n",
			base64.StdEncoding.EncodeToString([]byte("return "+code+"\n;")))
	}
	out, err := exec.CommandContext(t.Context(), "php", "-n", "-d", "precision=17", "-d", "display_errors=0", "-r", script.String()).Output()
	if err != nil {
		t.Fatalf("run php: %v: %s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(literals) {
		t.Fatalf("%d lines for %d literals: %s", len(lines), len(literals), out)
	}
	for i, code := range literals {
		src, err := Parse("t.php", "<?php return "+code+"\n;")
		if err != nil {
			t.Errorf("%q: %v", code, err)
			continue
		}
		typ, enc, _ := strings.Cut(lines[i], ":")
		want, err := base64.StdEncoding.DecodeString(enc)
		if err != nil {
			t.Fatal(err)
		}
		lit, ok := src.Body[0].(*ReturnStmt).X.(*LitExpr)
		if !ok {
			t.Errorf("%q: a %T", code, src.Body[0].(*ReturnStmt).X)
			continue
		}
		if gotType, got := literal(lit.Value); gotType != typ || got != string(want) {
			t.Errorf("%q: got %s %q, PHP has %s %q", code, gotType, got, typ, want)
		}
	}
}

// literal formats a value and its type as the script does.
func literal(v any) (typ, text string) {
	switch v := v.(type) {
	case string:
		return "s", v
	case int64:
		return "i", strconv.FormatInt(v, 10)
	case float64:
		return "d", fmt.Sprintf("%016x", math.Float64bits(v))
	}
	return "?", fmt.Sprint(v)
}
