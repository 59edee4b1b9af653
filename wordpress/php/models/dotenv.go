package models

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// dotenvClasses are the classes of vlucas/phpdotenv that configurations use. The methods
// that exist depend on the release. If the release is not known, the called method
// decides; release 5 is preferred where it has the method.
var dotenvClasses = []eval.NativeClass{
	{
		Name: `Dotenv\Dotenv`, Vendor: true,
		Static: map[string]eval.Function{
			"createimmutable":       dotenvCreate("es", "esp", true),
			"createmutable":         dotenvCreate("es", "esp", false),
			"createunsafeimmutable": dotenvCreate("esp", "", true),
			"createunsafemutable":   dotenvCreate("esp", "", false),
			"createarraybacked":     dotenvCreate("a", "a", false),
			"create":                {Run: dotenvCreateWith, Min: 1, Max: 5},
			"parse":                 {Run: refused, Min: 1, Max: 1},
		},
		Methods: map[string]eval.Function{
			"__construct":                 {Run: dotenvConstruct, Min: 1, Max: 4},
			"load":                        {Run: dotenvLoad(true), Max: 0},
			"safeload":                    {Run: dotenvLoad(false), Max: 0},
			"overload":                    {Run: dotenvOverload, Max: 0},
			"required":                    {Run: dotenvRequired, Min: 1, Max: 1},
			"ifpresent":                   {Run: newValidator, Min: 1, Max: 1},
			"getenvironmentvariablenames": {Run: dotenvNames, Max: 0},
		},
	},
	{
		Name: `Dotenv\Validator`, Vendor: true,
		Methods: map[string]eval.Function{
			"notempty":           {Run: dotenvAssert},
			"isinteger":          {Run: dotenvAssert},
			"isboolean":          {Run: dotenvAssert},
			"allowedvalues":      {Run: dotenvAssert, Min: 1, Max: 1},
			"allowedregexvalues": {Run: dotenvAssert, Min: 1, Max: 1},
		},
	},
	{
		Name: `Dotenv\Repository\RepositoryBuilder`, Vendor: true,
		Static: map[string]eval.Function{
			"createwithnoadapters":      {Run: dotenvBuilder("", 5)},
			"createwithdefaultadapters": {Run: dotenvBuilder("es", 5)},
			"create":                    {Run: dotenvBuilder("esp", 4)},
		},
		Methods: map[string]eval.Function{
			"addadapter": {Run: dotenvAddAdapter, Min: 1, Max: 1},
			"immutable":  {Run: dotenvImmutable},
			"make":       {Run: func(c *eval.Call) eval.Value { return c.This }},
		},
	},
	{Name: `Dotenv\Repository\Adapter\EnvConstAdapter`, Vendor: true},
	{Name: `Dotenv\Repository\Adapter\ServerConstAdapter`, Vendor: true},
	{Name: `Dotenv\Repository\Adapter\PutenvAdapter`, Vendor: true},
	{Name: `Dotenv\Repository\Adapter\ArrayAdapter`, Vendor: true},
	{Name: `Dotenv\Exception\InvalidPathException`, Parent: "InvalidArgumentException", Vendor: true},
	{Name: `Dotenv\Exception\InvalidFileException`, Parent: "InvalidArgumentException", Vendor: true},
	{Name: `Dotenv\Exception\ValidationException`, Parent: "RuntimeException", Vendor: true},
}

const dotenvBuilderClass = `Dotenv\Repository\RepositoryBuilder`

// newRepository returns an object that records where variables are read and written. Each
// letter of adapters is one place: e is $_ENV, s is $_SERVER, p is putenv, a is an array
// of its own.
func newRepository(c *eval.Call, adapters string, immutable bool, r Release) *eval.Object {
	props := eval.NewArray()
	props.Put("major", eval.Int(int64(r.Major)))
	props.Put("minor", eval.Int(int64(r.Minor)))
	props.Put("adapters", eval.String(adapters))
	props.Put("immutable", eval.Bool(immutable))
	props.Put("loaded", eval.NewArray())
	return c.Object(dotenvBuilderClass, props)
}

// dotenvBuilder returns a function that exists only in releases of one major version.
func dotenvBuilder(adapters string, major int) func(c *eval.Call) eval.Value {
	return func(c *eval.Call) eval.Value {
		r := libraryRelease(c)
		if r.Major == 0 {
			r.Major = major
		}
		if r.Major != major {
			panic(noMethod(c))
		}
		return newRepository(c, adapters, false, r)
	}
}

// refused implements a method that is not evaluated.
func refused(c *eval.Call) eval.Value { return c.Refused() }

// otherDotenv is the reason for uses of phpdotenv that are not evaluated.
const otherDotenv = "uses phpdotenv in a form that is not evaluated"

func noMethod(c *eval.Call) error {
	return c.Throw("Error", "Call to undefined method "+c.Name+"()")
}

func settingOf(c *eval.Call, o *eval.Object, name string) eval.Value {
	v, ok := c.Props(o).Get(eval.StrKey(name))
	if !ok {
		return eval.Null
	}
	return eval.Present(v)
}

func dotenvAddAdapter(c *eval.Call) eval.Value {
	s := c.Text(0)
	letters := map[string]string{"envconstadapter": "e", "serverconstadapter": "s", "putenvadapter": "p", "arrayadapter": "a"}
	l := letters[syntax.Lower(s[strings.LastIndexByte(s, '\\')+1:])]
	if l == "" {
		return c.RefusedFor("with an adapter that is not one of phpdotenv's for $_ENV, $_SERVER, putenv() and arrays")
	}
	r := openRepository(c, c.This)
	return newRepository(c, r.adapters+l, r.immutable, r.release)
}

func dotenvImmutable(c *eval.Call) eval.Value {
	r := openRepository(c, c.This)
	return newRepository(c, r.adapters, true, r.release)
}

// dotenvCreate returns a function with the arguments (paths, names, shortCircuit,
// encoding). phpdotenv 5 uses adapters, and phpdotenv 4 uses before. If before is "",
// phpdotenv 4 does not have the function.
func dotenvCreate(adapters, before string, immutable bool) eval.Function {
	return eval.Function{Min: 1, Max: 4, Run: func(c *eval.Call) eval.Value {
		r := libraryRelease(c)
		use := adapters
		switch {
		case r.Major == 0:
			r.Major = 5
		case r.Major == 4:
			use = before
		case r.Major < 4:
			use = ""
		}
		if use == "" {
			panic(noMethod(c))
		}
		repo := newRepository(c, use, immutable, r)
		return newDotenv(c, repo, 0)
	}}
}

func newDotenv(c *eval.Call, repo *eval.Object, i int) eval.Value {
	props := eval.NewArray()
	props.Put("repository", repo)
	props.Put("paths", toList(c.Arg(i)))
	names := c.Arg(i + 1)
	if !c.Has(i + 1) {
		names = eval.String(".env")
	}
	props.Put("names", toList(names))
	props.Put("short", eval.Bool(i+2 >= len(c.Args) || c.Bool(i+2)))
	if c.Has(i+3) && !strings.EqualFold(eval.ToString(c.Arg(i+3)), "utf-8") {
		return c.Unknown("reads an .env file in another encoding than UTF-8, which is not evaluated")
	}
	return c.Object(`Dotenv\Dotenv`, props)
}

func toList(v eval.Value) *eval.Array {
	if a, ok := v.(*eval.Array); ok {
		return a
	}
	return eval.ListOf(v)
}

// dotenvText reads the first of the named files that exists, or all of them. found is
// false if none exists.
func dotenvText(c *eval.Call, release Release) (text string, u *eval.Unknown, found bool) {
	paths, _ := settingOf(c, c.This, "paths").(*eval.Array)
	names, _ := settingOf(c, c.This, "names").(*eval.Array)
	if paths == nil || names == nil {
		return "", c.Unknown(otherDotenv), false
	}
	var parts []string
	for _, p := range eval.Pairs(paths) {
		for _, n := range eval.Pairs(names) {
			file := strings.TrimRight(eval.ToString(p.Value), "/") + "/" + eval.ToString(n.Value)
			text, u, ok := c.ReadFile(file)
			if u != nil {
				return "", u, false
			}
			if !ok {
				continue
			}
			if release.Major >= 5 {
				text = strings.TrimPrefix(text, "\xef\xbb\xbf")
			}
			if eval.ToBool(settingOf(c, c.This, "short")) {
				return text, nil, true
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n"), nil, len(parts) > 0
}

func dotenvLoad(must bool) func(c *eval.Call) eval.Value {
	return func(c *eval.Call) eval.Value { return repositoryOf(c, c.This).load(must) }
}

// load reads the file and writes its variables.
func (r *dotenvRepo) load(must bool) eval.Value {
	c := r.c
	text, u, found := dotenvText(c, r.release)
	switch {
	case u != nil:
		panic(c.RefuseUnknown(u, u.Class, "%s", u.Reason))
	case !found && must:
		panic(c.Throw(`Dotenv\Exception\InvalidPathException`, "Unable to read any of the environment file(s)."))
	case !found:
		return eval.NewArray()
	}
	lines := 1 + strings.Count(text, "\n") + strings.Count(text, "\r")
	c.Alloc(8*len(text) + 192*lines + 1024)
	entries := dotenvEntries(c, text, r)
	if r.release.Major < 4 {
		rememberNames(c, entries)
	}
	vars := eval.NewArray()
	for i := range entries {
		c.Steps(20 + len(entries[i].Vars))
		r.define(&entries[i], vars)
	}
	return vars
}

func dotenvEntries(c *eval.Call, text string, r *dotenvRepo) []DotenvEntry {
	invalid := func(why error) { panic(c.Throw(`Dotenv\Exception\InvalidFileException`, why.Error())) }
	if r.release.Major >= 5 {
		if !utf8.ValidString(text) {
			panic(c.Refuse(eval.Undecidable, "reads an .env file that is not UTF-8, which is not evaluated"))
		}
		entries, bad := ParseDotenv(text)
		if bad != nil {
			invalid(bad)
		}
		return entries
	}
	entries, err := ParseOldDotenv(text, r.release)
	var doubt *ReleaseConflictError
	switch {
	case errors.As(err, &doubt):
		panic(c.Refuse(eval.Undecidable, "%v of the .env file is read differently by releases of phpdotenv %d", doubt, r.release.Major))
	case err != nil:
		invalid(err)
	}
	if r.release.Major == 3 && r.immutable {
		markRepeated(entries)
	}
	return entries
}
