package php

import "strings"

// A restRule says which keys that an array does not have are unknown rather than
// unset: a set of what is known of the world.
type restRule uint8

const (
	restEnv     restRule = 1 << iota // the environment is not known: any may be there
	restRequest                      // $_SERVER: the variables of a request
	restDirect                       // no proxy has changed the host
	restScheme                       // no proxy has changed the scheme

	restNone restRule = 0
)

var requestPrefixes = []string{"HTTP_", "REQUEST_", "REMOTE_", "SERVER_", "SCRIPT_", "REDIRECT_", "SSL_", "CONTENT_", "PATH_", "PHP_", "AUTH_", "GEOIP_", "UNIQUE_"}

var requestNames = map[string]bool{
	"HTTPS": true, "QUERY_STRING": true, "GATEWAY_INTERFACE": true, "ORIG_PATH_INFO": true, "ORIG_SCRIPT_NAME": true,
	"FCGI_ROLE": true, "USER": true, "HOME": true, "CONTEXT_PREFIX": true, "CONTEXT_DOCUMENT_ROOT": true,
	"PHP_SELF": true, "argv": true, "argc": true,
}

// forwardedHost and forwardedScheme are what proxies add to a request.
var (
	forwardedHost   = wordSet(`HTTP_X_FORWARDED_HOST HTTP_X_FORWARDED_SERVER HTTP_X_ORIGINAL_HOST HTTP_X_HOST`)
	forwardedScheme = wordSet(`HTTP_X_FORWARDED_PROTO HTTP_X_FORWARDED_PROTOCOL HTTP_X_FORWARDED_SCHEME HTTP_X_FORWARDED_SSL HTTP_X_FORWARDED_PORT
		HTTP_X_URL_SCHEME HTTP_X_SCHEME HTTP_FRONT_END_HTTPS HTTP_CLOUDFRONT_FORWARDED_PROTO HTTP_CF_VISITOR HTTP_X_ARR_SSL HTTPS`)
)

// covers reports whether an absent key is unknown.
func (r restRule) covers(name string) bool {
	switch {
	case r&restDirect != 0 && forwardedHost[name], r&restScheme != 0 && forwardedScheme[name]:
		return false
	case r&restEnv != 0:
		return true
	case r&restRequest == 0:
		return false
	}
	for _, p := range requestPrefixes {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return requestNames[name]
}

// cgiNames are the request's variables that FastCGI passes as if they were of the
// environment, besides the headers.
var cgiNames = wordSet(`REQUEST_METHOD REQUEST_URI REQUEST_SCHEME REMOTE_ADDR REMOTE_PORT REMOTE_USER SERVER_NAME SERVER_PORT SERVER_ADDR
	SERVER_PROTOCOL SERVER_SOFTWARE SERVER_ADMIN SCRIPT_NAME SCRIPT_FILENAME QUERY_STRING HTTPS DOCUMENT_ROOT DOCUMENT_URI CONTENT_TYPE
	CONTENT_LENGTH PATH_INFO PATH_TRANSLATED GATEWAY_INTERFACE REDIRECT_STATUS REDIRECT_URL`)

// ofRequest reports whether getenv may give a variable of the request.
func ofRequest(name string) bool { return strings.HasPrefix(name, "HTTP_") || cgiNames[name] }

func (r restRule) reason() string {
	if r&restRequest == 0 {
		return "depends on the environment"
	}
	return "depends on the request"
}

// orderReason is why what $_ENV holds is not known.
const orderReason = "depends on php.ini's variables_order, which says whether $_ENV holds the environment"

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
	server.rest = restRequest
	if !in.opt.EnvKnown {
		env.rest, server.rest = restEnv, restRequest|restEnv
	}
	if in.opt.DocRoot != "" {
		server.put("DOCUMENT_ROOT", strVal(in.opt.DocRoot))
	}
	if host := in.opt.Host; host != "" {
		server.put("HTTP_HOST", strVal(host))
		name, _, _ := strings.Cut(host, ":")
		server.put("SERVER_NAME", strVal(name))
		server.rest |= restDirect
	}
	if scheme := in.opt.Scheme; scheme != "" {
		server.put("SERVER_PORT", strVal(in.opt.Port))
		server.put("REQUEST_SCHEME", strVal(scheme))
		if scheme == "https" {
			server.put("HTTPS", strVal("on"))
		}
		server.rest |= restScheme
	}
	if order := strings.ToUpper(in.opt.VariablesOrder); order != "" && !strings.Contains(order, "S") {
		server = newArray()
	}
	set("_SERVER", server)
	in.st.set(in.slot('m', "env"), share(env))
	if in.opt.EnvKnown && !strings.Contains(strings.ToUpper(in.opt.VariablesOrder), "E") {
		env = newArray()
	}
	set("_ENV", env)
	in.envRead = nil
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
