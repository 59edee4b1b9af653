// Package lib has the functions and constants of PHP that the evaluator provides.
package lib

import (
	"maps"
	"math"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// Standard returns everything that PHP 8.2 provides without the libraries of a site.
func Standard() *eval.Library {
	return &eval.Library{Functions: functionTable(), Constants: constantTable(), ClassNames: syntax.WordSet(knownClasses)}
}

// functionTable joins the tables of builtins. The result of a function of PHP that is in
// no table is unknown.
func functionTable() map[string]eval.Function {
	all := unmodelledFuncs()
	for _, table := range []map[string]eval.Function{
		stringFuncs, substrFuncs, arrayFuncs, reorderFuncs, endFuncs, callbackFuncs, encodeFuncs, urlFuncs, jsonFuncs, fileFuncs,
		pregFuncs, environmentFuncs, exportFuncs, filterFuncs, pointerFuncs, typeFuncs, eval.CoreFunctions(),
	} {
		maps.Copy(all, table)
	}
	for _, table := range []map[string]eval.Function{arrayFuncs, reorderFuncs, endFuncs, callbackFuncs, pointerFuncs} {
		for name := range table {
			f := all[name]
			f.Strict = true
			all[name] = f
		}
	}
	addKnown(all)
	addSignatures(all)
	return all
}

// constantTable returns PHP's own constants by name. A value may be an *Unknown
// (PHP_VERSION).
func constantTable() map[string]eval.Value {
	all := map[string]eval.Value{
		"PHP_EOL": eval.String("\n"), "DIRECTORY_SEPARATOR": eval.String("/"), "PATH_SEPARATOR": eval.String(":"),
		"PHP_OS": eval.String("Linux"), "PHP_OS_FAMILY": eval.String("Linux"), "PHP_MAJOR_VERSION": eval.Int(8), "PHP_MINOR_VERSION": eval.Int(2),
		"PHP_VERSION": dependsOnRelease("PHP_VERSION", eval.String("8.2.0"), eval.String("8.2.99")), "PHP_VERSION_ID": dependsOnRelease("PHP_VERSION_ID", eval.Int(80200), eval.Int(80299)),
		"PHP_RELEASE_VERSION": dependsOnRelease("PHP_RELEASE_VERSION", eval.Int(0), eval.Int(99)),
		"PHP_EXTRA_VERSION":   &eval.Unknown{Reason: "depends on the version of PHP", Expr: "PHP_EXTRA_VERSION"},
		"PHP_BINARY":          &eval.Unknown{Reason: "depends on the server", Expr: "PHP_BINARY"},
		"PHP_SAPI": &eval.Unknown{Reason: "depends on the web server's interface to PHP (SAPI)", Expr: "PHP_SAPI", Alts: []eval.Value{
			eval.String("fpm-fcgi"), eval.String("apache2handler"), eval.String("cgi-fcgi"), eval.String("litespeed"),
		}},
		"NAN": eval.Float(math.NaN()), "INF": eval.Float(math.Inf(1)), "PHP_FLOAT_EPSILON": eval.Float(2.220446049250313e-16),
		"PHP_FLOAT_MAX": eval.Float(math.MaxFloat64), "PHP_FLOAT_MIN": eval.Float(2.2250738585072014e-308), "M_PI": eval.Float(math.Pi), "M_E": eval.Float(math.E),
	}
	addKnownConstants(all)
	return all
}

// dependsOnRelease returns a value that depends on the release of PHP 8.2. The values of the
// first and the last release represent all of them, because programs compare versions by
// their order.
func dependsOnRelease(name string, first, last eval.Value) eval.Value {
	return &eval.Unknown{Reason: "depends on the release of PHP", Expr: name, Alts: []eval.Value{first, last}}
}
