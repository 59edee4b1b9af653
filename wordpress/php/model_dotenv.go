package php

import (
	"errors"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"sort"
	"strings"
	"unicode/utf8"
)

// vlucas/phpdotenv: what configurations call of it. The release decides which
// methods there are; where nothing tells it, the method does, as 5's where it may.
var dotenvClasses = []nativeClass{
	{
		name: `Dotenv\Dotenv`, vendor: true,
		static: map[string]function{
			"createimmutable":       dotenvCreate("es", "esp", true),
			"createmutable":         dotenvCreate("es", "esp", false),
			"createunsafeimmutable": dotenvCreate("esp", "", true),
			"createunsafemutable":   dotenvCreate("esp", "", false),
			"createarraybacked":     dotenvCreate("a", "a", false),
			"create":                {fn: dotenvCreateWith, min: 1, max: 5},
			"parse":                 {fn: dotenvParse, min: 1, max: 1},
		},
		methods: map[string]function{
			"__construct": {fn: dotenvConstruct, min: 1, max: 4},
			"load":        {fn: dotenvLoad(true), max: 0},
			"safeload":    {fn: dotenvLoad(false), max: 0},
			"overload":    {fn: dotenvOverload, max: 0},
			"required":    {fn: dotenvRequired, min: 1, max: 1},
			"ifpresent":   {fn: dotenvIfPresent, min: 1, max: 1},
		},
	},
	{
		name: `Dotenv\Validator`, vendor: true,
		methods: map[string]function{
			"notempty":      dotenvAssert(func(s string) bool { return phpTrim(s) != "" }),
			"isinteger":     dotenvAssert(func(s string) bool { _, ok := syntax.DecimalInt(strings.TrimPrefix(s, "+")); return ok }),
			"isboolean":     dotenvAssert(dotenvBoolean),
			"allowedvalues": {fn: dotenvAllowed, min: 1, max: 1},
		},
	},
	{
		name: `Dotenv\Repository\RepositoryBuilder`, vendor: true,
		static: map[string]function{
			"createwithnoadapters":      {fn: dotenvBuilder("", 5)},
			"createwithdefaultadapters": {fn: dotenvBuilder("es", 5)},
			"create":                    {fn: dotenvBuilder("esp", 4)},
		},
		methods: map[string]function{
			"addadapter": {fn: dotenvAddAdapter, min: 1, max: 1},
			"immutable":  {fn: dotenvImmutable},
			"make":       {fn: func(c *call) (Value, error) { return c.this, nil }},
		},
	},
	{name: `Dotenv\Repository\Adapter\EnvConstAdapter`, vendor: true},
	{name: `Dotenv\Repository\Adapter\ServerConstAdapter`, vendor: true},
	{name: `Dotenv\Repository\Adapter\PutenvAdapter`, vendor: true},
	{name: `Dotenv\Repository\Adapter\ArrayAdapter`, vendor: true},
	{name: `Dotenv\Exception\InvalidPathException`, parent: "InvalidArgumentException", vendor: true},
	{name: `Dotenv\Exception\InvalidFileException`, parent: "InvalidArgumentException", vendor: true},
	{name: `Dotenv\Exception\ValidationException`, parent: "RuntimeException", vendor: true},
}

const dotenvBuilderClass = `Dotenv\Repository\RepositoryBuilder`

// newRepository makes the object that knows where variables are read and written:
// e is $_ENV, s is $_SERVER, p is putenv, a is an array of its own.
func newRepository(c *call, adapters string, immutable bool, r release) (*Object, error) {
	props := newArray()
	props.put("major", intVal(int64(r.major)))
	props.put("minor", intVal(int64(r.minor)))
	props.put("adapters", strVal(adapters))
	props.put("immutable", boolVal(immutable))
	props.put("loaded", newArray())
	return c.object(dotenvBuilderClass, props)
}

// dotenvBuilder is a function that only one number's releases have.
func dotenvBuilder(adapters string, major int) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		r, err := libraryRelease(c, phpdotenv)
		if err != nil {
			return nil, err
		}
		if r.major == 0 {
			r.major = major
		}
		if r.major != major {
			return nil, noMethod(c)
		}
		return newBuilt(c, adapters, false, r)
	}
}

func newBuilt(c *call, adapters string, immutable bool, r release) (Value, error) {
	o, err := newRepository(c, adapters, immutable, r)
	if err != nil {
		return nil, err
	}
	return o, nil
}

// releaseOf is the release that a repository was made by.
func releaseOf(c *call, repo *Object) release {
	return release{int(toInt(settingOf(c, repo, "major"))), int(toInt(settingOf(c, repo, "minor")))}
}

func noMethod(c *call) error {
	return c.throw("Error", "Call to undefined method "+c.name+"()")
}

func settingOf(c *call, o *Object, name string) Value {
	v, ok := c.props(o).get(strKey(name))
	if !ok {
		return null
	}
	return present(v)
}

func dotenvAddAdapter(c *call) (Value, error) {
	s, err := c.text(0)
	if err != nil {
		return nil, err
	}
	letters := map[string]string{"envconstadapter": "e", "serverconstadapter": "s", "putenvadapter": "p", "arrayadapter": "a"}
	l := letters[syntax.Lower(s[strings.LastIndexByte(s, '\\')+1:])]
	if l == "" {
		return c.unknown("such a repository is not modelled"), nil
	}
	return newBuilt(c, toString(settingOf(c, c.this, "adapters"))+l, toBool(settingOf(c, c.this, "immutable")), releaseOf(c, c.this))
}

func dotenvImmutable(c *call) (Value, error) {
	return newBuilt(c, toString(settingOf(c, c.this, "adapters")), true, releaseOf(c, c.this))
}

// dotenvCreate is one of the functions (paths, names, shortCircuit, encoding), with
// what phpdotenv 5 and 4 read and write; of 4 without anything there is none.
func dotenvCreate(adapters, before string, immutable bool) function {
	return function{min: 1, max: 4, fn: func(c *call) (Value, error) {
		r, err := libraryRelease(c, phpdotenv)
		if err != nil {
			return nil, err
		}
		use := adapters
		switch {
		case r.major == 0:
			r.major = 5
		case r.major == 4:
			use = before
		case r.major < 4:
			use = ""
		}
		if use == "" {
			return nil, noMethod(c)
		}
		repo, err := newRepository(c, use, immutable, r)
		if err != nil {
			return nil, err
		}
		return newDotenv(c, repo, 0)
	}}
}

func newDotenv(c *call, repo *Object, i int) (Value, error) {
	props := newArray()
	props.put("repository", repo)
	props.put("paths", listed(c.arg(i)))
	names := c.arg(i + 1)
	if !c.has(i + 1) {
		names = strVal(".env")
	}
	props.put("names", listed(names))
	props.put("short", boolVal(i+2 >= len(c.args) || c.bool(i+2)))
	if c.has(i+3) && !strings.EqualFold(toString(c.arg(i+3)), "utf-8") {
		return c.unknown("an .env file in another encoding is not modelled"), nil
	}
	o, err := c.object(`Dotenv\Dotenv`, props)
	if err != nil {
		return nil, err
	}
	return o, nil
}

func listed(v Value) *Array {
	if a, ok := v.(*Array); ok {
		return a
	}
	return listOf(v)
}

// dotenvText reads the file, or all of the files, that were named. found is false
// if there is none.
func dotenvText(c *call) (text string, u *Unknown, found bool, err error) {
	paths, _ := settingOf(c, c.this, "paths").(*Array)
	names, _ := settingOf(c, c.this, "names").(*Array)
	if paths == nil || names == nil {
		return "", c.unknown("such a Dotenv is not modelled"), false, nil
	}
	var parts []string
	repo, made := settingOf(c, c.this, "repository").(*Object)
	for _, p := range pairs(paths) {
		for _, n := range pairs(names) {
			file := strings.TrimRight(toString(p.v), "/") + "/" + toString(n.v)
			text, u, ok, err := c.readFile(file)
			if u != nil || err != nil {
				return "", u, false, err
			}
			if !ok {
				continue
			}
			if made && releaseOf(c, repo).major >= 5 {
				text = strings.TrimPrefix(text, "\xef\xbb\xbf")
			}
			if toBool(settingOf(c, c.this, "short")) {
				return text, nil, true, nil
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n"), nil, len(parts) > 0, nil
}

func dotenvLoad(must bool) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		text, u, found, err := dotenvText(c)
		if err != nil {
			return nil, err
		}
		if u != nil {
			return nil, c.refuseUnknown(u, u.Class, "%s", u.Reason)
		}
		if !found {
			if must {
				return nil, c.throw(`Dotenv\Exception\InvalidPathException`, "Unable to read any of the environment file(s).")
			}
			return newArray(), nil
		}
		return dotenvApply(c, text)
	}
}

// dotenvApply writes a file's variables.
func dotenvApply(c *call, text string) (Value, error) {
	lines := 1 + strings.Count(text, "\n") + strings.Count(text, "\r")
	if err := c.alloc(8*len(text) + 192*lines + 1024); err != nil {
		return nil, err
	}
	repo, ok := settingOf(c, c.this, "repository").(*Object)
	if !ok {
		return nil, c.refuse(Undecidable, "such a repository is not modelled")
	}
	r := &dotenvRepo{c: c, o: repo, adapters: toString(settingOf(c, repo, "adapters")), immutable: toBool(settingOf(c, repo, "immutable")), release: releaseOf(c, repo).major}
	entries, err := dotenvEntries(c, text, r)
	if err != nil {
		return nil, err
	}
	vars := newArray()
	for i := range entries {
		if err := c.steps(20 + len(entries[i].vars)); err != nil {
			return nil, err
		}
		if err := r.enter(&entries[i], vars); err != nil {
			return nil, err
		}
	}
	return vars, nil
}

func dotenvEntries(c *call, text string, r *dotenvRepo) ([]dotenvEntry, error) {
	invalid := func(why error) error { return c.throw(`Dotenv\Exception\InvalidFileException`, why.Error()) }
	if r.release >= 5 {
		if !utf8.ValidString(text) {
			return nil, c.refuse(Undecidable, "an .env file that is not UTF-8 is not modelled")
		}
		entries, bad := parseDotenv(text)
		if bad != nil {
			return nil, invalid(bad)
		}
		return entries, nil
	}
	entries, err := parseOldDotenv(text, releaseOf(c, r.o))
	var doubt *oldDoubt
	switch {
	case errors.As(err, &doubt):
		return nil, c.refuse(Undecidable, "%v of the .env file is read differently by releases of phpdotenv %d", doubt, r.release)
	case err != nil:
		return nil, invalid(err)
	}
	if r.release == 3 && r.immutable {
		doubtRepeated(entries)
	}
	return entries, nil
}

// dotenvParse is Dotenv::parse of a text.
func dotenvParse(c *call) (Value, error) {
	text, err := c.text(0)
	if err != nil {
		return nil, err
	}
	r, err := libraryRelease(c, phpdotenv)
	if err != nil {
		return nil, err
	}
	if !utf8.ValidString(text) || r.major != 0 && r.major < 5 {
		return c.unknown("text that is not UTF-8, or for a phpdotenv before 5, is not modelled"), nil
	}
	repo, err := newRepository(c, "a", false, release{major: 5})
	if err != nil {
		return nil, err
	}
	props := newArray()
	props.put("repository", repo)
	o, err := c.object(`Dotenv\Dotenv`, props)
	if err != nil {
		return nil, err
	}
	d := *c
	d.this = o
	return dotenvApply(&d, text)
}

// names lists the argument of required and ifPresent.
func variableNames(c *call) []string {
	var names []string
	for _, e := range pairs(listed(c.arg(0))) {
		names = append(names, toString(e.v))
	}
	sort.Strings(names)
	return names
}
