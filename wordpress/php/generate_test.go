package php

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A generator generates programs that store a value in $r.
type generator struct {
	rnd  *rand.Rand
	vars []string
	n    int
}

func newGenerator(rnd *rand.Rand) *generator { return &generator{rnd: rnd} }

func (g *generator) pick(list []string) string { return list[g.rnd.IntN(len(list))] }

var genLiterals = []string{
	"0", "1", "-1", "2", "7", "10", "255", "0x1F", "0b101", "0o17", "017", "1_000", "9223372036854775807", "PHP_INT_MIN",
	"0.0", "1.5", "-0.5", "1e3", "1e100", "0.1", "3.0", "1.0E-7", "123456789.12345678", "true", "false", "null", "TRUE",
	"''", "'0'", "'1'", "'a'", "'abc'", "'ABC def'", "' 12'", "'12 '", "'12abc'", "'1e3'", "'0x1A'", "'-5'", "'+7'", "'.5'", "'007'",
	"'3.14'", "'wp_'", "'localhost:3306'", "'/var/www/html'", "'a,b,,c'", "'key=value'", "'ünï'", `"tab\tnl\n\x41\101\u{20ac}"`,
	`'it\'s \n'`, "'  trim me  '", "'http://u:p@h.example:81/p/a?q=1&r[]=2#f'", "'%s-%d'", "'z'", "'Zz'", "'a9'", `"\0x"`, "'null'",
	"[]", "[1, 2, 3]", "['a' => 1, 'b' => 2]", "['x', 'y', 'x']", "[3 => 'c', 1 => 'a', 'k' => null]", "[[1, 'n' => [2]], 'z']", "['1' => 'one', '01' => 'oone']",
	"[0.5, '7', true, null]", "array('c' => 'x', 'a' => 'y', 'b' => 'z')", "PHP_INT_MAX", "PHP_EOL", "M_PI", "E_ALL",
}

var genBinary = []string{
	"+", "-", "*", "/", "%", "**", ".", "==", "!=", "<>", "===", "!==", "<", "<=", ">", ">=", "<=>", "&&", "||", "and", "or", "xor", "??",
	"&", "|", "^", "<<", ">>", ".", "??", "?:",
}

// genCalls are functions with the kinds of their arguments: s a string, i a small
// integer, a an array, v any value, n a number.
var genCalls = strings.Fields(`strlen:s strtolower:s strtoupper:s ucfirst:s lcfirst:s trim:s ltrim:s rtrim:s trim:ss
	substr:si substr:sii strpos:ss stripos:ss strrpos:ss strstr:ss stristr:ss str_replace:sss str_repeat:si
	str_pad:si str_pad:sis explode:ss explode:ssi implode:sa str_contains:ss str_starts_with:ss str_ends_with:ss 
	strcmp:ss strcasecmp:ss addslashes:s stripslashes:s 
	md5:s sha1:s crc32:s base64_encode:s base64_decode:s bin2hex:s rawurlencode:s urlencode:s rawurldecode:s urldecode:s
	sprintf:sv sprintf:svv intval:v intval:si floatval:v boolval:v strval:s
	is_numeric:v is_int:v is_string:v is_array:v is_bool:v is_null:v is_float:v is_scalar:v gettype:v
	
	count:a array_keys:a array_values:a array_merge:aa array_slice:aii array_slice:ai 
	in_array:va in_array:vav array_search:va array_key_exists:ia 
	array_filter:a 
	   current:a
	 json_decode:s json_decode:sv parse_url:s dirname:s basename:s basename:ss ctype_digit:s 
	version_compare:ss lcfirst:s 
	 var_export:vt serialize:v is_string:s array_walk_none: 
	preg_match:ps preg_replace:pss preg_split:ps preg_quote:s `)

var genPatterns = []string{
	`'/a/'`, `'/[a-z]+/i'`, `'/^\d+$/'`, `'/(\w+)=(\w+)/'`, `'~/([^/]+)$~'`, `'/:.*/'`, `'/[^a-zA-Z0-9.\-]/'`, `'/,/'`, `'/(?<k>\w)(?P<v>\d)?/'`, `'/\s+/'`,
	`'#^(?P<host>[^:/]*)(?::(?P<port>[\d]+))?#'`, `'/(a|b)*c/'`, `'/./u'`, `'/x*/'`, `'/\bdef\b/'`, `'/(?i)abc/'`, `'/a.c/s'`,
}

// expr returns a random expression with at most the given depth.
func (g *generator) expr(depth int) string {
	if depth <= 0 || g.rnd.IntN(6) == 0 {
		return g.leaf()
	}
	switch g.rnd.IntN(14) {
	case 0, 1, 2, 3:
		return "(" + g.expr(depth-1) + " " + g.pick(genBinary) + " " + g.expr(depth-1) + ")"
	case 4, 5, 6, 7:
		return g.call(depth - 1)
	case 8:
		return g.pick([]string{"!", "-", "+", "~", "(int) ", "(string) ", "(bool) ", "(float) ", "(array) ", "@"}) + g.operand(depth-1)
	case 9:
		return "(" + g.expr(depth-1) + " ? " + g.expr(depth-1) + " : " + g.expr(depth-1) + ")"
	case 10:
		return "[" + g.expr(depth-1) + ", " + g.key() + " => " + g.expr(depth-1) + "]"
	case 11:
		return "(" + g.operand(depth-1) + "[" + g.key() + "] ?? " + g.expr(depth-1) + ")"
	case 12:
		return fmt.Sprintf("match (%s) { %s => %s, %s => %s, default => %s }", g.expr(depth-1),
			g.leaf(), g.expr(depth-1), g.leaf(), g.expr(depth-1), g.leaf())
	}
	return g.pick([]string{"isset", "empty"}) + "(" + g.variable() + ")"
}

// operand returns an expression in parentheses, so that a prefix or an index can be
// added.
func (g *generator) operand(depth int) string { return "(" + g.expr(depth) + ")" }

func (g *generator) key() string {
	return g.pick([]string{"0", "1", "2", "-1", "'a'", "'b'", "'k'", "'1'", "'n'", "true", "null", "1.7"})
}

func (g *generator) variable() string {
	if len(g.vars) == 0 {
		return "$none"
	}
	v := g.pick(g.vars)
	if g.rnd.IntN(3) == 0 {
		v += "[" + g.key() + "]"
	}
	return v
}

func (g *generator) leaf() string {
	if len(g.vars) > 0 && g.rnd.IntN(3) == 0 {
		return g.pick(g.vars)
	}
	if len(g.vars) > 0 && g.rnd.IntN(12) == 0 {
		name := g.pick(g.vars)
		return g.pick([]string{`"<` + name + `>"`, `"{` + name + `}-x"`, `"a` + name + `[k]"`, `"${` + name[1:] + `}"`, "<<<EOT\n  v: " + name + "\n  EOT"})
	}
	return g.pick(genLiterals)
}

func (g *generator) call(depth int) string {
	name, kinds, _ := strings.Cut(g.pick(genCalls), ":")
	if name == "array_walk_none" {
		return "array_map(fn($x) => " + g.pick([]string{"$x . 'm'", "strlen((string) $x)", "[$x]", "$x === 1"}) + ", ['p', 1, '22'])"
	}
	args := make([]string, len(kinds))
	for i, k := range kinds {
		args[i] = g.argument(k, depth)
	}
	return name + "(" + strings.Join(args, ", ") + ")"
}

func (g *generator) argument(kind rune, depth int) string {
	switch kind {
	case 's':
		return "(string) " + g.scalar()
	case 'i':
		return g.pick([]string{"0", "1", "2", "3", "-1", "-2", "5", "8", "16"})
	case 'n':
		return g.pick([]string{"0", "1", "-3", "2.5", "-2.5", "1234567.891", "0.05", "'12'", "7"})
	case 'a':
		return g.pick([]string{
			"[]", "[1, 2, 3]", "['a' => 1, 'b' => 2]", "['x', 'y', 'x']", "[3 => 'c', 1 => 'a', 'k' => '0']", "['10', '9', 'q' => 1.5]", "['b' => 'B', 'a' => 'A', 5 => 'five']",
		})
	case 't':
		return "true"
	case 'p':
		return g.pick(genPatterns)
	}
	return g.expr(depth)
}

func (g *generator) scalar() string {
	for {
		if s := g.pick(genLiterals); s[0] != '[' && !strings.HasPrefix(s, "array") {
			return s
		}
	}
}

// program returns random statements that store a value in $r.
func (g *generator) program() string {
	g.vars, g.n = nil, 0
	var b strings.Builder
	for range g.rnd.IntN(4) {
		b.WriteString(g.statement(2) + " ")
	}
	b.WriteString("$r = " + g.expr(3) + ";")
	if len(g.vars) > 0 && g.rnd.IntN(2) == 0 {
		b.WriteString(" $r = [$r, " + strings.Join(g.vars, ", ") + "];")
	}
	return b.String()
}

func (g *generator) fresh() string {
	g.n++
	name := fmt.Sprintf("$v%d", g.n)
	g.vars = append(g.vars, name)
	return name
}

func (g *generator) statement(depth int) string {
	kind := g.rnd.IntN(14)
	if kind < 4 || len(g.vars) == 0 {
		x := g.expr(2)
		return g.fresh() + " = " + x + ";"
	}
	v := g.pick(g.vars)
	switch kind {
	case 4:
		return v + " " + g.pick([]string{".=", "+=", "-=", "*=", "??=", "|=", "%=", "**="}) + " " + g.expr(1) + ";"
	case 5:
		return g.pick([]string{v + "++;", "++" + v + ";", v + "--;", "unset(" + g.variable() + ");"})
	case 6:
		return fmt.Sprintf("if (%s) { %s } elseif (%s) { %s } else { %s }", g.expr(1), g.inner(depth), g.expr(1), g.inner(depth), g.inner(depth))
	case 7:
		return fmt.Sprintf("foreach ((array) %s as $k => $x) { if ($k === %s) %s; %s .= $k; }", g.operand(1), g.key(), g.pick([]string{"continue", "break"}), g.Text())
	case 8:
		i := fmt.Sprintf("$i%d", depth)
		return fmt.Sprintf("for (%s = 0; %s < %d; %s++) { if (%s == %d) { continue; } %s }", i, i, g.rnd.IntN(5), i, i, g.rnd.IntN(5), g.inner(depth))
	case 9:
		return fmt.Sprintf("switch (%s) { case %s: %s case %s: %s break; default: %s }", g.expr(1), g.leaf(), g.inner(depth), g.leaf(), g.inner(depth), g.inner(depth))
	case 10:
		x := g.expr(1)
		return fmt.Sprintf("[0 => %s, 'k' => %s] = [%s, 'k' => %s];", g.fresh(), g.fresh(), x, g.leaf())
	case 11:
		return fmt.Sprintf("$s = (function ($p, $q = %s) { return [$p, $q]; })(%s);", g.pick(genLiterals), v)
	case 12:
		return fmt.Sprintf("try { %s } catch (LogicException | RuntimeException $e) { %s = 'x'; }", g.inner(depth), v)
	}
	return v + "[" + g.pick([]string{"", "0", "'k'", "'a'"}) + "] = " + g.expr(1) + ";"
}

func (g *generator) inner(depth int) string {
	if depth <= 0 {
		return "$none = 1;"
	}
	before := g.vars
	s := g.statement(depth - 1)
	if len(before) < len(g.vars) && g.rnd.IntN(2) == 0 {
		g.vars = before
	}
	return s
}

// Text returns a variable that holds a string.
func (g *generator) Text() string {
	v := g.pick(g.vars)
	return "$none = ''; " + v + " = is_array(" + v + ") ? '' : (string) " + v + "; " + v
}
