package eval

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

func (in *interp) execForeach(s *syntax.ForeachStmt) error {
	if s.Ref {
		panic(in.Unsupported("foreach by reference"))
	}
	v := in.eval(s.Subject)
	if o, ok := v.(*Object); ok {
		return in.foreachObject(s, o)
	}
	a, ok := v.(*Array)
	u, isUnknown := v.(*Unknown)
	request := ok && a.Why == nil && a.Rest&restRequest != 0 && a.Rest&restEnv == 0
	listed := ok && a.Listed && a.Rest == restNone && a.open == nil
	if ok && !a.certain() && !request && !listed {
		u, isUnknown = in.UnknownIn(a), true
	}
	switch {
	case isUnknown:
		u = Opaque(u)
		return in.foreachAny(s, u, u)
	case !ok:
		return nil // PHP warns
	}
	Share(a)
	if request {
		if err := in.foreachRequest(s, a); err != nil {
			return err
		}
	}
	for _, e := range a.Entries {
		in.Steps(1)
		if err := in.foreachTurn(s, e, listed); err != nil {
			return err
		}
		if request {
			if err := in.foreachRequest(s, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// foreachTurn runs the body for one element. If the array is listed, only the order of
// its elements is known: then the body runs only in the worlds that have the element.
func (in *interp) foreachTurn(s *syntax.ForeachStmt, e Entry, listed bool) error {
	u, ok := e.Value.(*Unknown)
	if !listed || !ok {
		in.foreachBind(s, e.Key.Value(), e.Value)
		return in.runIteration(s.Body)
	}
	return in.runIterationOf(func() error {
		return in.split(Opaque(u), func() error { return nil }, func() error {
			in.foreachBind(s, e.Key.Value(), e.Value)
			return in.exec(s.Body)
		})
	})
}

// requestSample are examples of request variables, for a loop over all variables that may
// be set.
var requestSample = strings.Fields(`HTTP_HOST HTTP_USER_AGENT HTTP_X_FORWARDED_FOR HTTP_X_Y9 HTTPS REQUEST_URI REQUEST_TIME_FLOAT REMOTE_ADDR
	SERVER_NAME SERVER_ADDR SERVER_SOFTWARE SCRIPT_NAME SCRIPT_FILENAME REDIRECT_STATUS REDIRECT_Y9 SSL_Y9 CONTENT_TYPE PATH_TRANSLATED PHP_SELF
	AUTH_TYPE GEOIP_Y9 UNIQUE_ID QUERY_STRING GATEWAY_INTERFACE ORIG_PATH_INFO FCGI_ROLE USER HOME CONTEXT_PREFIX argv argc`)

// foreachRequest runs the body for request variables that may be set between two
// elements: for each name of requestSample any number of times, with an unknown value.
func (in *interp) foreachRequest(s *syntax.ForeachStmt, a *Array) error {
	u := in.UnknownOf(Undecidable, a.Rest.Reason()).From(a.Rest.Origin(""))
	for _, name := range requestSample {
		if _, known := a.Get(StrKey(name)); known || !a.Rest.Covers(name) {
			continue
		}
		if err := in.foreachAny(s, u, String(name)); err != nil {
			return err
		}
	}
	return nil
}

// foreachBind assigns an element to the loop's variables.
func (in *interp) foreachBind(s *syntax.ForeachStmt, key, v Value) {
	in.unpackInto(s.Val, Share(Present(v)))
	if s.Key != nil {
		in.unpackInto(s.Key, key)
	}
}

// foreachObject runs the body for each property that the running code may read.
func (in *interp) foreachObject(s *syntax.ForeachStmt, o *Object) error {
	first := Pairs(in.visible(o, in.frame.class))
	for i := 0; ; i++ {
		props := in.visible(o, in.frame.class)
		if props.Why != nil {
			panic(in.Refuse(Undecidable, "depends on object properties that are not known"))
		}
		in.Steps(1 + props.Len())
		now := Pairs(props)
		if !slices.EqualFunc(first, now, func(a, b Entry) bool { return a.Key == b.Key }) {
			panic(in.Unsupported("a foreach over an object whose properties come and go"))
		}
		if i == len(now) {
			return nil
		}
		in.foreachBind(s, now[i].Key.Value(), now[i].Value)
		if err := in.runIteration(s.Body); err != nil {
			return err
		}
	}
}

// foreachAny runs the body any number of times, for an unknown value.
func (in *interp) foreachAny(s *syntax.ForeachStmt, u *Unknown, key Value) error {
	return in.widen(u, func() error {
		in.foreachBind(s, key, u)
		return in.runIteration(s.Body)
	})
}
