package eval

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// exceptionTree lists PHP's throwables, each with its parent.
const exceptionTree = `Exception Error ErrorException:Exception TypeError:Error ValueError:Error ArithmeticError:Error
	DivisionByZeroError:ArithmeticError ArgumentCountError:TypeError AssertionError:Error CompileError:Error ParseError:CompileError
	UnhandledMatchError:Error RuntimeException:Exception LogicException:Exception InvalidArgumentException:LogicException
	DomainException:LogicException LengthException:LogicException OutOfRangeException:LogicException
	BadFunctionCallException:LogicException BadMethodCallException:BadFunctionCallException OutOfBoundsException:RuntimeException
	RangeException:RuntimeException OverflowException:RuntimeException UnderflowException:RuntimeException
	UnexpectedValueException:RuntimeException JsonException:Exception`

// CoreClasses returns the classes of PHP that the evaluator implements.
func CoreClasses() []NativeClass {
	var all []NativeClass
	for _, name := range strings.Fields(`Traversable Stringable Throwable ArrayAccess Countable JsonSerializable Serializable stdClass`) {
		all = append(all, NativeClass{Name: name})
	}
	all = append(all,
		NativeClass{Name: "Closure"},
		NativeClass{Name: "Iterator", interfaces: []string{"Traversable"}},
		NativeClass{Name: "IteratorAggregate", interfaces: []string{"Traversable"}})
	methods := map[string]Function{
		"__construct": {Run: exceptionConstruct, Max: 3, Lazy: true},
		"getPrevious": {Run: exceptionProp("previous"), Max: 0}, "getMessage": {Run: exceptionProp("message"), Max: 0},
		"getCode": {Run: exceptionProp("code"), Max: 0}, "getLine": {Run: exceptionProp("line"), Max: 0},
		"getFile": {Run: exceptionProp("file"), Max: 0}, "getTrace": {Run: exceptionTrace, Max: 0},
		"getTraceAsString": {Run: exceptionTrace, Max: 0}, "__toString": {Run: exceptionTrace, Max: 0},
	}
	for _, e := range strings.Fields(exceptionTree) {
		var c NativeClass
		if c.Name, c.Parent, _ = strings.Cut(e, ":"); c.Parent == "" {
			c.interfaces, c.Methods, c.props = []string{"Throwable"}, methods, exceptionProps
		}
		all = append(all, c)
	}
	return all
}

// exceptionProps are the properties that every throwable declares.
var exceptionProps = []syntax.PropItem{
	{Name: "message", Default: &syntax.LitExpr{Value: String("")}, Access: syntax.Protected},
	{Name: "string", Default: &syntax.LitExpr{Value: String("")}, Access: syntax.Private},
	{Name: "code", Default: &syntax.LitExpr{Value: Int(0)}, Access: syntax.Protected},
	{Name: "file", Default: &syntax.LitExpr{Value: String("")}, Access: syntax.Protected},
	{Name: "line", Default: &syntax.LitExpr{Value: Null}, Access: syntax.Protected},
	{Name: "trace", Default: &syntax.LitExpr{Value: NewArray()}, Access: syntax.Private},
	{Name: "previous", Default: &syntax.LitExpr{Value: Null}, Access: syntax.Private},
}

func exceptionConstruct(c *Call) Value {
	for i, name := range []string{"message", "code", "previous"} {
		if c.Has(i) {
			c.SetProp(c.This, name, c.Arg(i))
		}
	}
	c.SetProp(c.This, "file", String(c.in.file()))
	c.SetProp(c.This, "line", Int(int64(c.pos.Line)))
	return Null
}

func exceptionProp(name string) func(c *Call) Value {
	return func(c *Call) Value {
		if v, ok := c.Props(c.This).Get(propKey(name)); ok {
			return Present(v)
		}
		return Null
	}
}

// exceptionTrace implements getTrace and getTraceAsString. Their results are unknown.
func exceptionTrace(c *Call) Value {
	return c.Unknown("depends on the trace of an exception")
}
