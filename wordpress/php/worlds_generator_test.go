package php

// More statements for programs with several worlds: references to elements and in
// closures, and functions that write to their arguments.

func (g *worldGenerator) moreExpr() string {
	v, w := g.variable(), g.variable()
	switch g.IntN(9) {
	case 0:
		return "(function () use (&" + v + ") { " + v + " = " + g.expr() + "; return 'use'; })()"
	case 1:
		return "(fn() => " + g.expr() + ")()"
	case 2:
		return "(" + v + "['k'][" + g.pick("'k'", "0", "'l'") + "] ?? " + g.expr() + ")"
	case 3:
		return "in_array(" + g.Value() + ", (array) " + v + g.pick("", ", true") + ")"
	case 4:
		return "compact(" + g.pick("'a'", "'a', 'b'", "'c', 'none'") + ")"
	case 5:
		return "array_merge((array) " + v + ", (array) " + g.expr() + ")"
	case 6:
		return "((array) " + v + " + (array) " + w + ")"
	case 7:
		return "fn2(" + v + ")"
	}
	return "(" + v + " <=> " + w + ")"
}

// asArray returns a statement that sets a variable to an empty array if it is not an
// array.
func asArray(v string) string { return "if (!is_array(" + v + ")) { " + v + " = []; } " }

func (g *worldGenerator) moreStmt() string {
	v, w := g.variable(), g.variable()
	k := g.pick("'k'", "'l'", "0", "'k'")
	switch g.IntN(16) {
	case 0:
		return asArray(v) + v + "[" + k + "] = &" + w + ";"
	case 1:
		return asArray(v) + w + " = &" + v + "[" + k + "];"
	case 2:
		return asArray(v) + "foreach (" + v + " as $k => &$x) { $x = " + g.expr() + "; } " + g.pick("unset($x);", "unset($x);", "$x = 'after';")
	case 3:
		return "if (is_array(" + v + ")) { unset(" + v + "[" + k + "]); }"
	case 4:
		return "$f = function () use (&" + v + ") { " + v + " = " + g.expr() + "; };"
	case 5:
		return "if (isset($f)) { $f(); }"
	case 6:
		return "extract(['a' => " + g.expr() + g.pick("", ", 'b' => "+g.Value()) + "]);"
	case 7:
		return asArray(v) + v + "[" + k + "] ??= " + g.expr() + ";"
	case 8:
		return asArray(v) + v + "[" + k + "] = []; " + v + "[" + k + "]['l'] = " + g.expr() + ";"
	case 9:
		return asArray(v) + g.pick("array_push("+v+", "+g.expr()+");", w+" = array_pop("+v+");", "array_unshift("+v+", "+g.Value()+");", w+" = array_shift("+v+");", "ksort("+v+");")
	case 10:
		return "foreach ((function () { yield " + g.expr() + "; if (" + g.cond() + ") { return; } yield 'second'; })() as $y) { " + v + " = $y; }"
	case 11:
		return g.pick("$o = clone $o;", "$o = new stdClass;", "$p = $o;", "$p = $o; $p->p = "+g.expr()+";")
	case 12:
		return "$o->p = []; $o->p['k'] = " + g.expr() + ";"
	case 13:
		return "if (isset($o->p)) { " + v + " = &$o->p; }"
	case 14:
		return "['k' => " + v + ", 0 => " + w + "] = " + g.pick("(array) "+g.variable(), "['k' => "+g.expr()+", "+g.expr()+"]") + ";"
	}
	return "fn3(" + v + ", " + g.expr() + ");"
}
