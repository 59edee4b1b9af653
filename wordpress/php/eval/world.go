package eval

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

// A restRule says which missing keys of an array are unknown instead of unset.
type restRule uint8

const (
	restEnv     restRule = 1 << iota // the environment is not known: any key may exist
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

// forwardedHost and forwardedScheme are the request variables that proxies add.
var (
	forwardedHost   = syntax.WordSet(`HTTP_X_FORWARDED_HOST HTTP_X_FORWARDED_SERVER HTTP_X_ORIGINAL_HOST HTTP_X_HOST`)
	forwardedScheme = syntax.WordSet(`HTTP_X_FORWARDED_PROTO HTTP_X_FORWARDED_PROTOCOL HTTP_X_FORWARDED_SCHEME HTTP_X_FORWARDED_SSL HTTP_X_FORWARDED_PORT
		HTTP_X_URL_SCHEME HTTP_X_SCHEME HTTP_FRONT_END_HTTPS HTTP_CLOUDFRONT_FORWARDED_PROTO HTTP_CF_VISITOR HTTP_X_ARR_SSL HTTPS`)
)

// Covers reports whether a missing key is unknown.
func (r restRule) Covers(name string) bool {
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

// cgiNames are the request variables, other than headers, that FastCGI passes as
// environment variables.
var cgiNames = syntax.WordSet(`REQUEST_METHOD REQUEST_URI REQUEST_SCHEME REMOTE_ADDR REMOTE_PORT REMOTE_USER SERVER_NAME SERVER_PORT SERVER_ADDR
	SERVER_PROTOCOL SERVER_SOFTWARE SERVER_ADMIN SCRIPT_NAME SCRIPT_FILENAME QUERY_STRING HTTPS DOCUMENT_ROOT DOCUMENT_URI CONTENT_TYPE
	CONTENT_LENGTH PATH_INFO PATH_TRANSLATED GATEWAY_INTERFACE REDIRECT_STATUS REDIRECT_URL`)

// OfRequest reports whether getenv may return a request variable of this name.
func OfRequest(name string) bool { return strings.HasPrefix(name, "HTTP_") || cgiNames[name] }

func (r restRule) Reason() string {
	if r&restRequest == 0 {
		return "depends on the environment"
	}
	return "depends on the request"
}

// OrderReason is the reason why the contents of $_ENV are not known.
const OrderReason = "depends on php.ini's variables_order, which says whether $_ENV holds the environment"

// prepareWorld sets the variables and constants that are known before the program starts.
func (in *interp) prepareWorld() {
	set := func(name string, v Value) { in.st.Set(in.varPlace(in.globals, name).slot, Share(v)) }
	env, server := NewArray(), NewArray()
	for name, v := range in.opt.Env {
		if in.opt.EnvKnown {
			env.Put(name, String(v))
			server.Put(name, String(v))
		}
	}
	server.Rest = restRequest
	if !in.opt.EnvKnown {
		env.Rest, server.Rest = restEnv, restRequest|restEnv
	}
	if in.opt.DocRoot != "" {
		server.Put("DOCUMENT_ROOT", String(in.opt.DocRoot))
	}
	if host := in.opt.Host; host != "" {
		server.Put("HTTP_HOST", String(host))
		name, _, _ := strings.Cut(host, ":")
		server.Put("SERVER_NAME", String(name))
		server.Rest |= restDirect
	}
	if scheme := in.opt.Scheme; scheme != "" {
		server.Put("SERVER_PORT", String(in.opt.Port))
		server.Put("REQUEST_SCHEME", String(scheme))
		if scheme == "https" {
			server.Put("HTTPS", String("on"))
		}
		server.Rest |= restScheme
	}
	if order := strings.ToUpper(in.opt.VariablesOrder); order != "" && !strings.Contains(order, "S") {
		server = NewArray()
	}
	set("_SERVER", server)
	in.st.Set(in.slot('m', "env"), Share(env))
	if in.opt.EnvKnown && !strings.Contains(strings.ToUpper(in.opt.VariablesOrder), "E") {
		env = NewArray()
	}
	set("_ENV", env)
	in.envRead = nil
	for _, name := range []string{"_GET", "_POST", "_COOKIE", "_REQUEST", "_FILES"} {
		set(name, NewArray())
	}
	in.Store(writtenSlot, NewArray())
	in.Store(includeSlot, String("."))
	for name, v := range in.opt.Constants {
		in.st.Set(in.slot('c', name), &definition{v: String(v)})
	}
}

// Poison records that unknown code ran in this world. Everything except defined constants
// may have changed.
func (in *interp) Poison(u *Unknown) {
	if in.hidden != "" {
		panic(in.Unsupported(in.hidden)) // any unknown may be an object of that class
	}
	u = Opaque(u)
	for slot, v := range in.st.slots {
		if _, def := v.(*definition); !def && v.Kind() != KindRef {
			in.st.slots[slot] = u
		}
		in.charge(1)
	}
	in.st.poison, in.st.serial = u, in.serial
}

// constName returns the name of a constant with its namespace in lower case. PHP ignores
// the case of a namespace.
func constName(name string) string {
	name = strings.TrimPrefix(name, `\`)
	if i := strings.LastIndexByte(name, '\\'); i >= 0 {
		return syntax.Lower(name[:i]) + name[i:]
	}
	return name
}

// Constant returns a constant; ok is false if no world has it. If the worlds differ, the
// value is an unknown.
func (in *interp) Constant(name string) (v Value, ok bool) {
	name = constName(name)
	if v, ok := in.lib.Constants[name]; ok {
		return v, true
	}
	d, ok := in.st.Get(in.slot('c', name)).(*definition)
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

func (in *interp) evalConst(x *syntax.ConstExpr) Value {
	switch syntax.Lower(x.Name) {
	case "true", "false":
		return Bool(syntax.Lower(x.Name) == "true")
	case "null":
		return Null
	}
	for _, name := range []string{x.Name, x.Fallback} {
		if name == "" {
			continue
		}
		v, found := in.readConst(constName(name))
		if found {
			return v
		}
	}
	if in.st.poison != nil {
		return in.st.poison
	}
	panic(in.Throw("Error", `Undefined constant "`+x.Name+`"`))
}

// readConst returns a constant's value in the worlds that have it. The other worlds end,
// or throw if the program may catch that.
func (in *interp) readConst(name string) (Value, bool) {
	if v, ok := in.lib.Constants[name]; ok {
		return v, true
	}
	slot := in.slot('c', name)
	d, ok := in.st.Get(slot).(*definition)
	if !ok {
		return nil, false
	}
	if d.maybe == nil {
		return d.v, true
	}
	if in.st.poison != nil {
		return in.st.poison, true
	}
	in.MayThrow()
	c := *d
	c.maybe = nil
	in.st.Set(slot, &c)
	return d.v, true
}

// Define defines a constant in the worlds that do not have it.
func (in *interp) Define(name string, v Value) Value {
	if strings.HasPrefix(name, `\`) {
		return Bool(true) // PHP defines such a constant, but no code can read it
	}
	name = constName(name)
	if _, ok := in.lib.Constants[name]; ok {
		return Bool(false)
	}
	slot := in.slot('c', name)
	d, ok := in.st.Get(slot).(*definition)
	switch {
	case ok && d.maybe == nil:
		return Bool(false)
	case in.st.poison != nil:
		in.st.Set(slot, &definition{v: in.st.poison})
		return in.st.poison
	case ok:
		in.st.Set(slot, &definition{v: in.joinValues(d.v, Share(v), d.maybe, 0)})
		return Opaque(d.maybe)
	}
	in.st.Set(slot, &definition{v: Share(v)})
	in.Alloc(128 + len(name))
	return Bool(true)
}

// Env returns an environment variable as getenv() does: null if it is unset, an unknown
// if that is not known.
func (in *interp) Env(name string) Value {
	v := in.st.Get(in.slot('m', "env"))
	if v == nil {
		return Null
	}
	e := in.element(v, step{k: Key{S: name, Str: true}})
	if k := StrKey(name); !k.Str {
		e = in.element(v, step{k: k})
	}
	return e
}

// Setenv sets an environment variable as putenv() does; null unsets it.
func (in *interp) Setenv(name string, v Value) {
	p := &place{slot: in.slot('m', "env"), path: []step{{k: StrKey(name)}}}
	change := func(Value) Value {
		if v.Kind() == KindNull {
			return nil
		}
		return v
	}
	in.update(p, change)
}

// Load returns what a model stored in a slot: the state of a library, under a name that
// the model chooses ("roots.config"); nil if nothing was stored. Like variables, slots
// are forked and joined with the world. Arrays are joined key by key. If only some worlds
// stored a value, the others count as null.
func (in *interp) Load(name string) Value { return in.st.Get(in.slot('m', name)) }

// Store writes a slot that Load reads.
func (in *interp) Store(name string, v Value) { in.st.Set(in.slot('m', name), Share(v)) }

// Global returns a global variable or a superglobal (_SERVER, _ENV).
func (in *interp) Global(name string) Value {
	v, _ := in.dereference(in.varPlace(in.globals, name))
	if v == nil || v.Kind() == KindAbsent {
		return Null
	}
	return v
}

// SetGlobalKey writes one key of a global array.
func (in *interp) SetGlobalKey(name, k string, v Value) {
	p := *in.varPlace(in.globals, name)
	p.path = []step{{k: StrKey(k)}}
	if v.Kind() == KindNull {
		in.unset(&p)
		return
	}
	in.assign(&p, v)
}
