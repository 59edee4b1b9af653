package php

import "maps"

// functionTable joins the tables of builtins.
func functionTable() map[string]function {
	all := map[string]function{}
	for _, table := range []map[string]function{coreFuncs} {
		maps.Copy(all, table)
	}
	return all
}

// nativeClasses joins the models' classes.
func nativeClasses() []nativeClass { return nil }

// constantTable returns PHP's own constants by name. A value may be an *Unknown
// (PHP_VERSION).
func constantTable() map[string]Value {
	return map[string]Value{"PHP_EOL": strVal("\n"), "DIRECTORY_SEPARATOR": strVal("/")}
}
