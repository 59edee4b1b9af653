package php

// compiledSearch reports that PHP compiles in_array($x, ['a', 'b'], 1) to a look-up,
// which converts nothing and throws nothing even under strict types: where the array
// is constant, with nothing but keys in it, and the third argument is constant too.
func (in *interp) compiledSearch(x *callExpr) (bool, error) {
	if len(x.args) != 3 {
		return false, nil
	}
	for _, a := range x.args {
		if a.spread || a.name != "" {
			return false, nil
		}
	}
	list, ok := x.args[1].x.(*arrayExpr)
	strict, lit := literalOf(x.args[2].x)
	if !ok || !lit || strict.kind() == kBool {
		return false, nil // nothing to convert, or nothing constant
	}
	for _, item := range list.items {
		v, lit := literalOf(item.val)
		if _, key := literalOf(item.key); !lit || item.spread || item.ref || item.key != nil && !key {
			return false, in.refuse(Undecidable, x.at, "evaluate: in_array() whose third argument is no bool, under strict types")
		}
		_, numeric := isNumeric(toString(v))
		switch {
		case v.kind() == kString && (toBool(strict) || !numeric):
		case v.kind() == kInt && toBool(strict):
		default:
			return false, nil
		}
	}
	return true, nil
}

// literalOf is the value of a literal, true, false and null among them.
func literalOf(x expr) (Value, bool) {
	switch x := x.(type) {
	case *litExpr:
		return x.v, true
	case *constExpr:
		switch lower(x.name) {
		case "true", "false":
			return boolVal(lower(x.name) == "true"), true
		case "null":
			return null, true
		}
	}
	return nil, false
}
