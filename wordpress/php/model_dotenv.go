package php

import (
	"sort"
	"strings"
)

// vlucas/phpdotenv 5: what configurations call of it.
var dotenvClasses = []nativeClass{
	{
		name: `Dotenv\Dotenv`, vendor: true,
		static: map[string]function{
			"createimmutable":       dotenvCreate("es", true),
			"createmutable":         dotenvCreate("es", false),
			"createunsafeimmutable": dotenvCreate("esp", true),
			"createunsafemutable":   dotenvCreate("esp", false),
			"createarraybacked":     dotenvCreate("a", false),
			"create":                {fn: dotenvCreateWith, min: 2, max: 5},
			"parse":                 {fn: dotenvParse, min: 1, max: 1},
		},
		methods: map[string]function{
			"load":      {fn: dotenvLoad(true), max: 0},
			"safeload":  {fn: dotenvLoad(false), max: 0},
			"required":  {fn: dotenvRequired, min: 1, max: 1},
			"ifpresent": {fn: dotenvIfPresent, min: 1, max: 1},
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
			"createwithnoadapters":      {fn: dotenvBuilder("")},
			"createwithdefaultadapters": {fn: dotenvBuilder("es")},
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
func (c *call) repository(adapters string, immutable bool) (*Object, error) {
	props := newArray()
	props.put("adapters", strVal(adapters))
	props.put("immutable", boolVal(immutable))
	props.put("loaded", newArray())
	return c.object(dotenvBuilderClass, props)
}

func dotenvBuilder(adapters string) func(c *call) (Value, error) {
	return func(c *call) (Value, error) { return c.built(adapters, false) }
}

func (c *call) built(adapters string, immutable bool) (Value, error) {
	o, err := c.repository(adapters, immutable)
	if err != nil {
		return nil, err
	}
	return o, nil
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
	return c.built(toString(c.setting(c.this, "adapters"))+l, toBool(c.setting(c.this, "immutable")))
}

func dotenvImmutable(c *call) (Value, error) {
	return c.built(toString(c.setting(c.this, "adapters")), true)
}

// dotenvCreate is one of the functions (paths, names, shortCircuit, encoding).
func dotenvCreate(adapters string, immutable bool) function {
	return function{min: 1, max: 4, fn: func(c *call) (Value, error) {
		repo, err := c.repository(adapters, immutable)
		if err != nil {
			return nil, err
		}
		return c.dotenv(repo, 0)
	}}
}

func dotenvCreateWith(c *call) (Value, error) {
	repo, ok := c.arg(0).(*Object)
	if !ok {
		return nil, c.typeError(0, "Dotenv\\Repository\\RepositoryInterface")
	}
	return c.dotenv(repo, 1)
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
			if !validUTF8(text) {
				return "", c.unknown("an .env file that is not UTF-8 is not modelled"), false, nil
			}
			text = strings.TrimPrefix(text, "\xef\xbb\xbf")
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
			return nil, c.in.refuse(u.Class, c.pos, "%s", u.Reason)
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
	entries, bad := parseDotenv(text)
	if bad != nil {
		return nil, c.throw(`Dotenv\Exception\InvalidFileException`, bad.Error())
	}
	repo, ok := c.setting(c.this, "repository").(*Object)
	if !ok {
		return nil, c.in.refuse(Undecidable, c.pos, "such a repository is not modelled")
	}
	r := &dotenvRepo{c: c, o: repo, adapters: toString(c.setting(repo, "adapters")), immutable: toBool(c.setting(repo, "immutable"))}
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

// dotenvParse is Dotenv::parse of a text.
func dotenvParse(c *call) (Value, error) {
	text, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if !validUTF8(text) {
		return c.unknown("text that is not UTF-8 is not modelled"), nil
	}
	repo, err := c.repository("a", false)
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
