package php

import "reflect"

// What PHP calls when it likes (an error handler, an output buffer's callback) is
// let be if calling it changes nothing that the program sees.

// calledAnytime are functions that take such callbacks.
var calledAnytime = wordSet("set_error_handler ob_start register_tick_function")

// quietCalls are what a harmless function may call.
var quietCalls = wordSet(`error_log in_array strpos stripos str_contains str_starts_with error_reporting ini_get sprintf printf header
	strlen substr str_replace trim date time is_string is_array count implode basename dirname htmlspecialchars http_response_code`)

// harmless reports that a function of the program's has no effect on the program:
// it writes to its own variables alone, throws nothing, ends nothing.
func (in *interp) harmless(v Value) bool {
	if v.kind() == kNull {
		return true
	}
	to, err := in.callable(v, at{})
	switch {
	case err != nil || to.unknown != nil:
		return false
	case to.builtin != nil:
		return true
	}
	for _, x := range closureVals(to.closure) {
		if x.kind() == kRef {
			return false
		}
	}
	for _, p := range to.fn.params {
		if p.ref {
			return false
		}
	}
	return onlyQuiet(reflect.ValueOf(to.fn.body), 0) && onlyQuiet(reflect.ValueOf(to.fn.arrow), 0)
}

func closureVals(c *closure) []Value {
	if c == nil {
		return nil
	}
	return c.vals
}

// onlyQuiet walks a syntax tree.
func onlyQuiet(v reflect.Value, depth int) bool {
	if depth > 200 {
		return false
	}
	switch v.Kind() {
	case reflect.Interface:
		return v.IsNil() || onlyQuiet(v.Elem(), depth+1)
	case reflect.Pointer:
		if v.IsNil() {
			return true
		}
		if !quietNode(v) {
			return false
		}
		return onlyQuiet(v.Elem(), depth+1)
	case reflect.Slice:
		for i := range v.Len() {
			if !onlyQuiet(v.Index(i), depth+1) {
				return false
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if !onlyQuiet(v.Field(i), depth+1) {
				return false
			}
		}
	}
	return true
}

// quietNode reports whether a node, its children aside, has no effect outside.
func quietNode(v reflect.Value) bool {
	switch v.Type() {
	case reflect.TypeFor[*litExpr](), reflect.TypeFor[*varExpr](), reflect.TypeFor[*indexExpr](), reflect.TypeFor[*templateExpr](),
		reflect.TypeFor[*concatExpr](), reflect.TypeFor[*arrayExpr](), reflect.TypeFor[*constExpr](), reflect.TypeFor[*binaryExpr](),
		reflect.TypeFor[*unaryExpr](), reflect.TypeFor[*castExpr](), reflect.TypeFor[*ternaryExpr](), reflect.TypeFor[*issetExpr](),
		reflect.TypeFor[*emptyExpr](), reflect.TypeFor[*printExpr](), reflect.TypeFor[*magicExpr](), reflect.TypeFor[*nameExpr](),
		reflect.TypeFor[*exprStmt](), reflect.TypeFor[*echoStmt](), reflect.TypeFor[*ifStmt](), reflect.TypeFor[*returnStmt](),
		reflect.TypeFor[*blockStmt](), reflect.TypeFor[*Unknown](), reflect.TypeFor[*Array](), reflect.TypeFor[*typeHint]():
		return true
	case reflect.TypeFor[*assignExpr]():
		x := v.Elem()
		target := x.FieldByName("target")
		if target.Elem().Type() != reflect.TypeFor[*varExpr]() || x.FieldByName("ref").Bool() {
			return false
		}
		variable := target.Elem().Elem()
		return variable.FieldByName("dyn").IsNil() && !superglobals[variable.FieldByName("name").String()]
	case reflect.TypeFor[*callExpr]():
		fn := v.Elem().FieldByName("fn")
		if fn.Elem().Type() != reflect.TypeFor[*nameExpr]() {
			return false
		}
		name, fallback := fn.Elem().Elem().FieldByName("name").String(), fn.Elem().Elem().FieldByName("fallback").String()
		return quietCalls[lower(name)] || quietCalls[lower(fallback)]
	}
	return false
}
