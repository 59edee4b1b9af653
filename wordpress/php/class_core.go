package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"strings"
)

// exceptionTree lists PHP's throwables as child and parent.
var exceptionTree = [][2]string{
	{"Exception", ""},
	{"Error", ""},
	{"ErrorException", "Exception"},
	{"TypeError", "Error"},
	{"ValueError", "Error"},
	{"ArithmeticError", "Error"},
	{"DivisionByZeroError", "ArithmeticError"},
	{"ArgumentCountError", "TypeError"},
	{"AssertionError", "Error"},
	{"CompileError", "Error"},
	{"ParseError", "CompileError"},
	{"UnhandledMatchError", "Error"},
	{"RuntimeException", "Exception"},
	{"LogicException", "Exception"},
	{"InvalidArgumentException", "LogicException"},
	{"DomainException", "LogicException"},
	{"LengthException", "LogicException"},
	{"OutOfRangeException", "LogicException"},
	{"BadFunctionCallException", "LogicException"},
	{"BadMethodCallException", "BadFunctionCallException"},
	{"OutOfBoundsException", "RuntimeException"},
	{"RangeException", "RuntimeException"},
	{"OverflowException", "RuntimeException"},
	{"UnderflowException", "RuntimeException"},
	{"UnexpectedValueException", "RuntimeException"},
	{"JsonException", "Exception"},
}

// coreClasses are the classes of PHP's that the evaluator has.
func coreClasses() []nativeClass {
	var all []nativeClass
	for _, name := range strings.Fields(`Traversable Stringable Throwable ArrayAccess Countable JsonSerializable Serializable stdClass`) {
		all = append(all, nativeClass{name: name})
	}
	all = append(all,
		nativeClass{name: "Closure"},
		nativeClass{name: "Iterator", interfaces: []string{"Traversable"}},
		nativeClass{name: "IteratorAggregate", interfaces: []string{"Traversable"}})
	methods := map[string]function{
		"__construct": {fn: exceptionConstruct, max: 3, lazy: true},
		"getPrevious": {fn: exceptionProp("previous"), max: 0}, "getMessage": {fn: exceptionProp("message"), max: 0},
		"getCode": {fn: exceptionProp("code"), max: 0}, "getLine": {fn: exceptionProp("line"), max: 0},
		"getFile": {fn: exceptionProp("file"), max: 0}, "getTrace": {fn: exceptionTrace, max: 0},
		"getTraceAsString": {fn: exceptionTrace, max: 0}, "__toString": {fn: exceptionTrace, max: 0},
	}
	for _, e := range exceptionTree {
		c := nativeClass{name: e[0], parent: e[1]}
		if e[1] == "" {
			c.interfaces, c.methods, c.props = []string{"Throwable"}, methods, exceptionProps
		}
		all = append(all, c)
	}
	return all
}

// exceptionProps are the properties that every throwable declares.
var exceptionProps = []syntax.PropItem{
	{Name: "message", Default: &syntax.LitExpr{Value: strVal("")}, Access: syntax.Protected},
	{Name: "string", Default: &syntax.LitExpr{Value: strVal("")}, Access: syntax.Private},
	{Name: "code", Default: &syntax.LitExpr{Value: intVal(0)}, Access: syntax.Protected},
	{Name: "file", Default: &syntax.LitExpr{Value: strVal("")}, Access: syntax.Protected},
	{Name: "line", Default: &syntax.LitExpr{Value: null}, Access: syntax.Protected},
	{Name: "trace", Default: &syntax.LitExpr{Value: newArray()}, Access: syntax.Private},
	{Name: "previous", Default: &syntax.LitExpr{Value: null}, Access: syntax.Private},
}

func exceptionConstruct(c *call) (Value, error) {
	set := func(name string, v Value) error { return c.setProp(c.this, name, v) }
	for i, name := range []string{"message", "code", "previous"} {
		if !c.has(i) {
			continue
		}
		if err := set(name, c.arg(i)); err != nil {
			return nil, err
		}
	}
	if err := set("file", strVal(c.in.file())); err != nil {
		return nil, err
	}
	return null, set("line", intVal(int64(c.pos.Line)))
}

func exceptionProp(name string) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		if v, ok := c.props(c.this).get(nativeKey(c.this, name)); ok {
			return c.in.deref(v), nil
		}
		return null, nil
	}
}

// exceptionTrace is what tells of the calls that led to an exception.
func exceptionTrace(c *call) (Value, error) {
	return c.unknown("depends on the trace of an exception"), nil
}
