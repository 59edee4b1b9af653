package php

import (
	"maps"
	"math"
)

// functionTable joins the tables of builtins. An entry without fn is a function
// that PHP has and that is not modelled: its result is unknown.
func functionTable() map[string]function {
	all := moreFuncs()
	for _, table := range []map[string]function{
		stringFuncs, substrFuncs, arrayFuncs, sortFuncs, mathFuncs, formatFuncs, encodeFuncs, ctypeFuncs, urlFuncs, jsonFuncs, fileFuncs,
		pregFuncs, miscFuncs, envFuncs, pointerFuncs, coreFuncs, typeFuncs,
	} {
		maps.Copy(all, table)
	}
	for name, f := range all {
		if f.fn == nil {
			f.fn, f.max = notModelled("depends on "+name+", which is not modelled"), -1
			all[name] = f
		}
	}
	return all
}

// nativeClasses joins the models' classes.
func nativeClasses() []nativeClass {
	var all []nativeClass
	for _, list := range [][]nativeClass{dotenvClasses, rootsClasses} {
		all = append(all, list...)
	}
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
	for name, n := range intConstants {
		all[name] = intVal(n)
	}
	return all
}

var intConstants = map[string]int64{
	"PHP_INT_MAX": math.MaxInt64, "PHP_INT_MIN": math.MinInt64, "PHP_INT_SIZE": 8, "PHP_MAXPATHLEN": 4096, "PHP_DEBUG": 0, "PHP_ZTS": 0, "PHP_FLOAT_DIG": 15,
	"E_ERROR": 1, "E_WARNING": 2, "E_PARSE": 4, "E_NOTICE": 8, "E_CORE_ERROR": 16, "E_CORE_WARNING": 32, "E_COMPILE_ERROR": 64,
	"E_COMPILE_WARNING": 128, "E_USER_ERROR": 256, "E_USER_WARNING": 512, "E_USER_NOTICE": 1024, "E_STRICT": 2048,
	"E_RECOVERABLE_ERROR": 4096, "E_DEPRECATED": 8192, "E_USER_DEPRECATED": 16384, "E_ALL": 32767,
	"MYSQLI_CLIENT_SSL": 2048, "MYSQLI_CLIENT_SSL_DONT_VERIFY_SERVER_CERT": 64, "MYSQLI_CLIENT_SSL_VERIFY_SERVER_CERT": 1073741824,
	"MYSQLI_CLIENT_COMPRESS": 32, "MYSQLI_CLIENT_INTERACTIVE": 1024, "MYSQLI_CLIENT_IGNORE_SPACE": 256, "MYSQLI_CLIENT_NO_SCHEMA": 16,
	"MYSQLI_CLIENT_FOUND_ROWS": 2,
	"FILE_USE_INCLUDE_PATH":    1, "FILE_IGNORE_NEW_LINES": 2, "FILE_SKIP_EMPTY_LINES": 4, "FILE_APPEND": 8, "LOCK_SH": 1, "LOCK_EX": 2, "LOCK_UN": 3,
	"PHP_URL_SCHEME": 0, "PHP_URL_HOST": 1, "PHP_URL_PORT": 2, "PHP_URL_USER": 3, "PHP_URL_PASS": 4, "PHP_URL_PATH": 5,
	"PHP_URL_QUERY": 6, "PHP_URL_FRAGMENT": 7, "PHP_QUERY_RFC1738": 1, "PHP_QUERY_RFC3986": 2,
	"PATHINFO_DIRNAME": 1, "PATHINFO_BASENAME": 2, "PATHINFO_EXTENSION": 4, "PATHINFO_FILENAME": 8, "PATHINFO_ALL": 15,
	"INI_SCANNER_NORMAL": 0, "INI_SCANNER_RAW": 1, "INI_SCANNER_TYPED": 2, "STR_PAD_LEFT": 0, "STR_PAD_RIGHT": 1, "STR_PAD_BOTH": 2,
	"JSON_ERROR_NONE": 0, "JSON_HEX_TAG": 1, "JSON_HEX_AMP": 2, "JSON_HEX_APOS": 4, "JSON_HEX_QUOT": 8, "JSON_FORCE_OBJECT": 16,
	"JSON_NUMERIC_CHECK": 32, "JSON_UNESCAPED_SLASHES": 64, "JSON_PRETTY_PRINT": 128, "JSON_UNESCAPED_UNICODE": 256, "JSON_PRESERVE_ZERO_FRACTION": 1024,
	"JSON_OBJECT_AS_ARRAY": 1, "JSON_BIGINT_AS_STRING": 2, "JSON_INVALID_UTF8_IGNORE": jsonIgnore,
	"JSON_INVALID_UTF8_SUBSTITUTE": jsonSubstitute, "JSON_THROW_ON_ERROR": jsonThrow,
	"ENT_QUOTES": 3, "ENT_COMPAT": 2, "ENT_NOQUOTES": 0, "ENT_HTML401": 0, "ENT_SUBSTITUTE": 8, "ENT_HTML5": 48,
	"PREG_PATTERN_ORDER": 1, "PREG_SET_ORDER": 2, "PREG_OFFSET_CAPTURE": 256, "PREG_UNMATCHED_AS_NULL": 512, "PREG_SPLIT_NO_EMPTY": 1,
	"PREG_SPLIT_DELIM_CAPTURE": 2, "PREG_SPLIT_OFFSET_CAPTURE": 4, "PREG_GREP_INVERT": 1,
	"SORT_REGULAR": 0, "SORT_NUMERIC": 1, "SORT_STRING": 2, "SORT_LOCALE_STRING": 5, "SORT_NATURAL": 6, "SORT_FLAG_CASE": 8, "SORT_ASC": 4, "SORT_DESC": 3,
	"COUNT_NORMAL": 0, "COUNT_RECURSIVE": 1, "ARRAY_FILTER_USE_KEY": 2, "ARRAY_FILTER_USE_BOTH": 1, "CASE_LOWER": 0, "CASE_UPPER": 1,
	"EXTR_OVERWRITE": 0, "EXTR_SKIP": 1, "EXTR_PREFIX_ALL": 3, "EXTR_IF_EXISTS": 6, "EXTR_REFS": 256,
	"FILTER_VALIDATE_INT": 257, "FILTER_VALIDATE_BOOLEAN": 258, "FILTER_VALIDATE_BOOL": 258, "FILTER_VALIDATE_FLOAT": 259, "FILTER_VALIDATE_REGEXP": 272,
	"FILTER_VALIDATE_DOMAIN": 277, "FILTER_VALIDATE_URL": 273, "FILTER_VALIDATE_EMAIL": 274, "FILTER_VALIDATE_IP": 275, "FILTER_DEFAULT": 516,
	"FILTER_UNSAFE_RAW": 516, "FILTER_NULL_ON_FAILURE": filterNullFail, "FILTER_FLAG_IPV4": 1048576, "FILTER_FLAG_IPV6": 2097152,
	"FILTER_SANITIZE_NUMBER_INT": 519, "FILTER_SANITIZE_URL": 518, "FILTER_SANITIZE_SPECIAL_CHARS": 515, "FILTER_SANITIZE_FULL_SPECIAL_CHARS": 522,
	"PHP_ROUND_HALF_UP": 1, "PHP_ROUND_HALF_DOWN": 2, "PHP_ROUND_HALF_EVEN": 3, "LC_ALL": 6, "LC_CTYPE": 0, "LC_NUMERIC": 4, "CURLOPT_URL": 10002, "CURLOPT_RETURNTRANSFER": 19913, "CURLOPT_TIMEOUT": 13,
	"PHP_SESSION_NONE": 1, "PHP_SESSION_ACTIVE": 2, "PHP_SESSION_DISABLED": 0, "LOG_ERR": 3, "LOG_INFO": 6, "LOG_DEBUG": 7, "SCANDIR_SORT_ASCENDING": 0, "SCANDIR_SORT_DESCENDING": 1, "SCANDIR_SORT_NONE": 2,
}

// someRelease is one of PHP 8.2's releases: the first and the last stand for all,
// because versions are compared by their order.
func someRelease(name string, first, last Value) Value {
	return &Unknown{Reason: "depends on the release of PHP", Expr: name, alts: []Value{first, last}}
}
