package php

// What a builtin passes on of the arrays that it is given. An element that is a
// reference, and that something else holds too, stays one in what array_merge,
// array_slice and most others return: who writes there writes here.

// passes reports that elements of argument i are passed on as they lie: references
// among them too, which the function resolves where it looks at them (plain).
func (f *function) passes(i int) bool { return f.keeps>>min(i, 30)&1 == 1 }

// readers are functions whose result holds nothing of the arrays that they are
// given.
var readers = wordSet(`array_count_values array_flip array_is_list array_key_exists array_key_first array_key_last array_keys array_product
	array_rand array_search array_sum array_walk array_walk_recursive constant count debug_print_backtrace define error_log explode header
	http_build_query implode in_array is_array is_callable is_iterable is_null is_object is_scalar is_string join json_encode key key_exists parse_str
	preg_filter preg_quote preg_replace preg_split print_r putenv range serialize setcookie sizeof sprintf str_ireplace str_replace strtr substr_replace
	syslog trigger_error uasort uksort usort var_dump var_export version_compare vprintf vsprintf gettype get_debug_type empty settype boolval
	intval floatval strval call_user_func call_user_func_array iterator_count sort rsort asort arsort ksort krsort natsort natcasesort
	unserialize json_decode compact extract is_int is_bool is_float is_numeric is_resource is_countable printf print echo`)

// A function that keeps some arguments only reads the others.

// given is what the function is called with for argument i.
func (in *interp) given(f *function, i int, v Value, pos at) (Value, error) {
	a, ok := v.(*Array)
	if !ok || !f.passes(i) {
		return in.flatten(v, pos)
	}
	return in.settled(a, pos)
}

// passedOn looks at what a builtin returned for its arguments. Where it may hold
// references that it was called without, or is not known at all, neither is what these
// refer to.
func (in *interp) passedOn(f *function, c *call, args []Value, result Value) Value {
	if readers[c.name] || result == nil || result.kind() != kUnknown && result.kind() < kArray {
		return result
	}
	ties := c.ties(args)
	for i, v := range args {
		if (result.kind() != kUnknown && f.keeps != 0 || f.byRef(i) || !in.lends(v, 0)) && !(ties && refers(v)) {
			continue
		}
		u := in.unknownAt(Undecidable, c.pos, "depends on an array whose elements are references, and which "+c.name+"() passes on")
		if w, ok := result.(*Unknown); ok {
			u = opaque(w)
		}
		in.tear(v, u, 0)
		result = u
	}
	return result
}

// plain is a value without the references in it, to look at.
func (c *call) plain(v Value) (Value, error) { return c.in.flatten(c.in.deref(v), c.pos) }

// plainly is plain of two that are compared.
func (c *call) plainly(a, b Value) (x, y Value, err error) {
	if x, err = c.plain(a); err == nil {
		y, err = c.plain(b)
	}
	return x, y, err
}

// ties reports a function that ties elements of its result to those of an array even
// where nothing else holds them.
func (c *call) ties(args []Value) bool {
	switch c.name {
	case "array_pad", "preg_grep":
		return true
	}
	return c.name == "array_map" && len(args) > 2 && args[0].kind() == kNull
}

func refers(v Value) bool {
	a, ok := v.(*Array)
	for i := 0; ok && i < len(a.entries); i++ {
		if _, isRef := a.entries[i].v.(refVal); isRef {
			return true
		}
	}
	return false
}
