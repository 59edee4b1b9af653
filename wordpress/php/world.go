package php

import "strings"

// A restRule says which keys that an array does not have are unknown rather than
// unset.
type restRule uint8

const (
	restNone   restRule = iota
	restEnv             // the environment is not known: any
	restServer          // $_SERVER: the variables of a request
	restBoth            // $_SERVER where the environment is not known either
)

var requestPrefixes = []string{"HTTP_", "REQUEST_", "REMOTE_", "SERVER_", "SCRIPT_", "REDIRECT_", "SSL_", "CONTENT_", "PATH_", "PHP_", "AUTH_", "GEOIP_", "UNIQUE_"}

var requestNames = map[string]bool{
	"HTTPS": true, "QUERY_STRING": true, "GATEWAY_INTERFACE": true, "ORIG_PATH_INFO": true, "ORIG_SCRIPT_NAME": true,
	"FCGI_ROLE": true, "USER": true, "HOME": true, "CONTEXT_PREFIX": true, "CONTEXT_DOCUMENT_ROOT": true,
	"PHP_SELF": true, "argv": true, "argc": true,
}

// covers reports whether an absent key is unknown.
func (r restRule) covers(name string) bool {
	switch r {
	case restEnv, restBoth:
		return true
	case restServer:
		if requestNames[name] {
			return true
		}
		for _, p := range requestPrefixes {
			if strings.HasPrefix(name, p) {
				return true
			}
		}
	}
	return false
}

// cgiNames are the request's variables that FastCGI passes as if they were of the
// environment, besides the headers.
var cgiNames = wordSet(`REQUEST_METHOD REQUEST_URI REQUEST_SCHEME REMOTE_ADDR REMOTE_PORT REMOTE_USER SERVER_NAME SERVER_PORT SERVER_ADDR
	SERVER_PROTOCOL SERVER_SOFTWARE SERVER_ADMIN SCRIPT_NAME SCRIPT_FILENAME QUERY_STRING HTTPS DOCUMENT_ROOT DOCUMENT_URI CONTENT_TYPE
	CONTENT_LENGTH PATH_INFO PATH_TRANSLATED GATEWAY_INTERFACE REDIRECT_STATUS REDIRECT_URL`)

// ofRequest reports whether getenv may give a variable of the request.
func ofRequest(name string) bool { return strings.HasPrefix(name, "HTTP_") || cgiNames[name] }

func (r restRule) reason() string {
	if r == restEnv {
		return "depends on the environment"
	}
	return "depends on the request"
}

// prepareWorld sets what is known before the program starts.
func (in *interp) prepareWorld() {
	set := func(name string, v Value) { in.st.set(in.varPlace(in.globals, name, at{}).slot, share(v)) }
	env, server := newArray(), newArray()
	for name, v := range in.opt.Env {
		if in.opt.EnvKnown {
			env.put(name, strVal(v))
			server.put(name, strVal(v))
		}
	}
	server.rest = restServer
	if !in.opt.EnvKnown {
		env.rest, server.rest = restEnv, restBoth
	}
	if in.opt.DocRoot != "" {
		server.put("DOCUMENT_ROOT", strVal(in.opt.DocRoot))
	}
	if host := in.opt.Host; host != "" {
		server.put("HTTP_HOST", strVal(host))
		name, _, _ := strings.Cut(host, ":")
		server.put("SERVER_NAME", strVal(name))
	}
	set("_SERVER", server)
	set("_ENV", env)
	in.st.set(in.slot('m', "env"), share(env))
	for _, name := range []string{"_GET", "_POST", "_COOKIE", "_REQUEST", "_FILES"} {
		set(name, newArray())
	}
	in.storeSlot(writtenSlot, newArray())
	in.storeSlot(cwdSlot, strVal(in.opt.DocRoot))
	in.storeSlot(includeSlot, strVal("."))
	for name, v := range in.opt.Constants {
		in.st.set(in.slot('c', name), &definition{v: strVal(v)})
	}
}

// poison is unknown code that ran in this world: everything but constants that
// are defined may have changed.
func (in *interp) poison(u *Unknown) {
	u = opaque(u)
	st := in.st.fork()
	in.st.each(func(slot int, v Value) {
		switch {
		case v.kind() == kRef:
		default:
			if _, def := v.(*definition); !def {
				st.set(slot, u)
			}
		}
		in.charge(1)
	})
	st.poison, st.serial = u, in.serial
	in.st = st
}

// constName lowers the namespace of a constant's name, which PHP ignores the case of.
func constName(name string) string {
	name = strings.TrimPrefix(name, `\`)
	if i := strings.LastIndexByte(name, '\\'); i >= 0 {
		return lower(name[:i]) + name[i:]
	}
	return name
}

// peekConst reads a constant; ok is false if no world has it.
func (in *interp) peekConst(name string) (Value, bool) {
	name = constName(name)
	if v, ok := in.consts[name]; ok {
		return v, true
	}
	d, ok := in.st.get(in.slot('c', name)).(*definition)
	switch {
	case ok && d.maybe == nil:
		return d.v, true
	case in.st.poison != nil:
		return in.st.poison, true
	case ok:
		return d.maybe, true
	}
	return nil, false
}

func (in *interp) evalConst(x *constExpr) (Value, error) {
	switch lower(x.name) {
	case "true", "false":
		return boolVal(lower(x.name) == "true"), nil
	case "null":
		return null, nil
	}
	for _, name := range []string{x.name, x.fallback} {
		if name == "" {
			continue
		}
		v, found, err := in.readConst(constName(name), x.at)
		if err != nil || found {
			return v, err
		}
	}
	if in.st.poison != nil {
		return in.st.poison, nil
	}
	return nil, in.throw("Error", `Undefined constant "`+x.name+`"`, x.at)
}

// readConst is a constant's value in the worlds that have it; the others end, or
// throw where that may be caught.
func (in *interp) readConst(name string, pos at) (Value, bool, error) {
	if v, ok := in.consts[name]; ok {
		return v, true, nil
	}
	slot := in.slot('c', name)
	d, ok := in.st.get(slot).(*definition)
	if !ok {
		return nil, false, nil
	}
	if d.maybe == nil {
		return d.v, true, nil
	}
	if in.st.poison != nil {
		return in.st.poison, true, nil
	}
	if err := in.mayThrow(d.maybe, "Error", `Undefined constant "`+name+`"`, pos); err != nil {
		return nil, true, err
	}
	c := *d
	c.maybe = nil
	in.st.set(slot, &c)
	return d.v, true, nil
}

// define defines a constant in the worlds that lack it.
func (in *interp) define(name string, v Value, pos at) (Value, error) {
	if strings.HasPrefix(name, `\`) {
		return boolVal(true), nil // a constant that no name leads to
	}
	name = constName(name)
	if _, ok := in.consts[name]; ok {
		return boolVal(false), nil
	}
	flat, err := in.flatten(v, pos)
	if err != nil {
		return nil, err
	}
	slot := in.slot('c', name)
	d, ok := in.st.get(slot).(*definition)
	switch {
	case ok && d.maybe == nil:
		return boolVal(false), nil
	case in.st.poison != nil:
		in.st.set(slot, &definition{v: in.st.poison})
		return maybe(in.st.poison), nil
	case ok:
		in.st.set(slot, &definition{v: in.joinedHere(d.v, share(flat), d.maybe)})
		return maybe(d.maybe), nil
	}
	in.st.set(slot, &definition{v: share(flat)})
	return boolVal(true), in.alloc(128+len(name), pos)
}

// getenv is a variable of the environment.
func (in *interp) getenv(name string, pos at) Value {
	v := in.st.get(in.slot('m', "env"))
	if v == nil {
		return null
	}
	e, err := in.element(v, step{k: key{s: name, str: true}}, pos)
	if k := strKey(name); !k.str {
		e, err = in.element(v, step{k: k}, pos)
	}
	if err != nil {
		return in.unknownAt(Undecidable, pos, "depends on the environment").from(OriginEnvironment)
	}
	return e
}

func (in *interp) putenv(name string, v Value) {
	p := &place{slot: in.slot('m', "env"), path: []step{{k: strKey(name)}}}
	change := func(Value) (Value, error) {
		if v.kind() == kNull {
			return nil, nil
		}
		return v, nil
	}
	if err := in.update(p, change); err != nil {
		in.stepsLeft = 0 // no memory left: the next step says so
	}
}

func (in *interp) loadSlot(name string) Value { return in.st.get(in.slot('m', name)) }

func (in *interp) storeSlot(name string, v Value) { in.st.set(in.slot('m', name), share(v)) }

func (in *interp) readGlobal(name string) Value {
	v, _ := in.raw(in.varPlace(in.globals, name, at{}))
	if v == nil || v.kind() == kAbsent {
		return null
	}
	return v
}

func (in *interp) setGlobalKey(name, k string, v Value, pos at) error {
	p := *in.varPlace(in.globals, name, pos)
	p.path = []step{{k: strKey(k)}}
	if v.kind() == kNull {
		return in.unset(&p)
	}
	return in.assign(&p, v)
}
