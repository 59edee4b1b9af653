package eval

import "strings"

// CoreClasses returns the classes of PHP that the evaluator implements.
func CoreClasses() []NativeClass {
	var all []NativeClass
	for _, name := range strings.Fields(`Traversable Stringable ArrayAccess Countable JsonSerializable Serializable stdClass Closure`) {
		all = append(all, NativeClass{Name: name})
	}
	return append(all,
		NativeClass{Name: "Iterator", interfaces: []string{"Traversable"}},
		NativeClass{Name: "IteratorAggregate", interfaces: []string{"Traversable"}})
}
