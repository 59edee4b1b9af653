package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"maps"
	"math"
)

// standardLibrary is what PHP 8.2 offers without any library of a site.
func standardLibrary() *library {
	return &library{Functions: functionTable(), Constants: constantTable(), ClassNames: syntax.WordSet(knownClasses)}
}

// functionTable joins the tables of builtins. Functions that PHP has and that are
// in no table, or there without fn, are not modelled: their result is unknown.
func functionTable() map[string]function {
	all := moreFuncs()
	for _, table := range []map[string]function{
		stringFuncs, substrFuncs, arrayFuncs, endFuncs, callbackFuncs, mathFuncs, formatFuncs, encodeFuncs, ctypeFuncs, urlFuncs, jsonFuncs, fileFuncs,
		pregFuncs, miscFuncs, pointerFuncs, coreFunctions(), typeFuncs, packFuncs, exportFuncs, multibyteFuncs,
	} {
		maps.Copy(all, table)
	}
	for _, table := range []map[string]function{arrayFuncs, endFuncs, callbackFuncs, mathFuncs, pointerFuncs} {
		for name := range table {
			f := all[name]
			f.strict = true
			all[name] = f
		}
	}
	addKnown(all)
	addFailures(all)
	addSignatures(all)
	return all
}

// constantTable returns PHP's own constants by name. A value may be an *Unknown
// (PHP_VERSION).
func constantTable() map[string]Value {
	all := map[string]Value{
		"PHP_EOL": strVal("\n"), "DIRECTORY_SEPARATOR": strVal("/"), "PATH_SEPARATOR": strVal(":"),
		"PHP_OS": strVal("Linux"), "PHP_OS_FAMILY": strVal("Linux"), "PHP_MAJOR_VERSION": intVal(8), "PHP_MINOR_VERSION": intVal(2),
		"PHP_VERSION": someRelease("PHP_VERSION", strVal("8.2.0"), strVal("8.2.99")), "PHP_VERSION_ID": someRelease("PHP_VERSION_ID", intVal(80200), intVal(80299)),
		"PHP_RELEASE_VERSION": someRelease("PHP_RELEASE_VERSION", intVal(0), intVal(99)),
		"PHP_EXTRA_VERSION":   &Unknown{Reason: "depends on the version of PHP", Expr: "PHP_EXTRA_VERSION"},
		"PHP_BINARY":          &Unknown{Reason: "depends on the server", Expr: "PHP_BINARY"},
		"PHP_SAPI": &Unknown{Reason: "depends on the server's interface to PHP", Expr: "PHP_SAPI", alts: []Value{
			strVal("fpm-fcgi"), strVal("apache2handler"), strVal("cgi-fcgi"), strVal("litespeed"),
		}},
		"NAN": floatVal(math.NaN()), "INF": floatVal(math.Inf(1)), "PHP_FLOAT_EPSILON": floatVal(2.220446049250313e-16),
		"PHP_FLOAT_MAX": floatVal(math.MaxFloat64), "PHP_FLOAT_MIN": floatVal(2.2250738585072014e-308), "M_PI": floatVal(math.Pi), "M_E": floatVal(math.E),
	}
	addKnownConstants(all)
	return all
}

// someRelease is one of PHP 8.2's releases: the first and the last stand for all,
// because versions are compared by their order.
func someRelease(name string, first, last Value) Value {
	return &Unknown{Reason: "depends on the release of PHP", Expr: name, alts: []Value{first, last}}
}
