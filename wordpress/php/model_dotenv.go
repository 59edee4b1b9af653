package php

import (
	"errors"
	"sort"
	"strings"
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
			"isinteger":     dotenvAssert(func(s string) bool { _, ok := decimalKey(strings.TrimPrefix(s, "+")); return ok }),
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

// repository makes the object that knows where variables are read and written:
// e is $_ENV, s is $_SERVER, p is putenv, a is an array of its own.
func (c *call) repository(adapters string, immutable bool, r release) (*Object, error) {
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
		r, err := c.library(phpdotenv)
		if err != nil {
			return nil, err
		}
		if r.major == 0 {
			r.major = major
		}
		if r.major != major {
			return nil, c.noMethod()
		}
		return c.built(adapters, false, r)
	}
}

func (c *call) built(adapters string, immutable bool, r release) (Value, error) {
	o, err := c.repository(adapters, immutable, r)
	if err != nil {
		return nil, err
	}
	return o, nil
}

// releaseOf is the release that a repository was made by.
func (c *call) releaseOf(repo *Object) release {
	return release{int(toInt(c.setting(repo, "major"))), int(toInt(c.setting(repo, "minor")))}
}

func (c *call) noMethod() error {
	return c.throw("Error", "Call to undefined method "+c.name+"()")
}

func (c *call) setting(o *Object, name string) Value {
	v, ok := c.props(o).get(strKey(name))
	if !ok {
		return null
	}
	return c.in.deref(v)
}

func dotenvAddAdapter(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	letters := map[string]string{"envconstadapter": "e", "serverconstadapter": "s", "putenvadapter": "p", "arrayadapter": "a"}
	l := letters[lower(s[strings.LastIndexByte(s, '\\')+1:])]
	if l == "" {
		return c.unknown("such a repository is not modelled"), nil
	}
	return c.built(toString(c.setting(c.this, "adapters"))+l, toBool(c.setting(c.this, "immutable")), c.releaseOf(c.this))
}

func dotenvImmutable(c *call) (Value, error) {
	return c.built(toString(c.setting(c.this, "adapters")), true, c.releaseOf(c.this))
}

// dotenvCreate is one of the functions (paths, names, shortCircuit, encoding), with
// what phpdotenv 5 and 4 read and write; of 4 without anything there is none.
func dotenvCreate(adapters, before string, immutable bool) function {
	return function{min: 1, max: 4, fn: func(c *call) (Value, error) {
		r, err := c.library(phpdotenv)
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
			return nil, c.noMethod()
		}
		repo, err := c.repository(use, immutable, r)
		if err != nil {
			return nil, err
		}
		return c.dotenv(repo, 0)
	}}
}

func (c *call) dotenv(repo *Object, i int) (Value, error) {
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
func (c *call) dotenvText() (text string, u *Unknown, found bool, err error) {
	paths, _ := c.setting(c.this, "paths").(*Array)
	names, _ := c.setting(c.this, "names").(*Array)
	if paths == nil || names == nil {
		return "", c.unknown("such a Dotenv is not modelled"), false, nil
	}
	var parts []string
	repo, made := c.setting(c.this, "repository").(*Object)
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
			if made && c.releaseOf(repo).major >= 5 {
				text = strings.TrimPrefix(text, "\xef\xbb\xbf")
			}
			if toBool(c.setting(c.this, "short")) {
				return text, nil, true, nil
			}
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n"), nil, len(parts) > 0, nil
}

func dotenvLoad(must bool) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		text, u, found, err := c.dotenvText()
		if err != nil {
			return nil, err
		}
		if u != nil {
			return nil, c.in.refuseUnknown(u, u.Class, c.pos, "%s", u.Reason)
		}
		if !found {
			if must {
				return nil, c.throw(`Dotenv\Exception\InvalidPathException`, "Unable to read any of the environment file(s).")
			}
			return newArray(), nil
		}
		return c.dotenvApply(text)
	}
}

// dotenvApply writes a file's variables.
func (c *call) dotenvApply(text string) (Value, error) {
	lines := 1 + strings.Count(text, "\n") + strings.Count(text, "\r")
	if err := c.alloc(8*len(text) + 192*lines + 1024); err != nil {
		return nil, err
	}
	repo, ok := c.setting(c.this, "repository").(*Object)
	if !ok {
		return nil, c.in.refuse(Undecidable, c.pos, "such a repository is not modelled")
	}
	r := &dotenvRepo{c: c, o: repo, adapters: toString(c.setting(repo, "adapters")), immutable: toBool(c.setting(repo, "immutable")), release: c.releaseOf(repo).major}
	entries, err := c.dotenvEntries(text, r)
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

func (c *call) dotenvEntries(text string, r *dotenvRepo) ([]dotenvEntry, error) {
	invalid := func(why error) error { return c.throw(`Dotenv\Exception\InvalidFileException`, why.Error()) }
	if r.release >= 5 {
		if !validUTF8(text) {
			return nil, c.in.refuse(Undecidable, c.pos, "an .env file that is not UTF-8 is not modelled")
		}
		entries, bad := parseDotenv(text)
		if bad != nil {
			return nil, invalid(bad)
		}
		return entries, nil
	}
	entries, err := parseOldDotenv(text, c.releaseOf(r.o))
	var doubt *oldDoubt
	switch {
	case errors.As(err, &doubt):
		return nil, c.in.refuse(Undecidable, c.pos, "%v of the .env file is read differently by releases of phpdotenv %d", doubt, r.release)
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
	text, err := c.str(0)
	if err != nil {
		return nil, err
	}
	r, err := c.library(phpdotenv)
	if err != nil {
		return nil, err
	}
	if !validUTF8(text) || r.major != 0 && r.major < 5 {
		return c.unknown("text that is not UTF-8, or for a phpdotenv before 5, is not modelled"), nil
	}
	repo, err := c.repository("a", false, release{major: 5})
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
	return d.dotenvApply(text)
}

// names lists the argument of required and ifPresent.
func (c *call) variableNames() []string {
	var names []string
	for _, e := range pairs(listed(c.arg(0))) {
		names = append(names, toString(e.v))
	}
	sort.Strings(names)
	return names
}
