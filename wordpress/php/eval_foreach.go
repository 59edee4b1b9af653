package php

import (
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"slices"
	"strings"
)

func (in *interp) execForeach(s *syntax.ForeachStmt) error {
	if s.Ref {
		return in.unsupported(s.Pos, "foreach by reference")
	}
	v, err := in.eval(s.Subject)
	if err != nil {
		return err
	}
	if o, ok := v.(*Object); ok {
		return in.foreachObject(s, o)
	}
	a, ok := v.(*Array)
	u, isUnknown := v.(*Unknown)
	request := ok && a.why == nil && a.rest&restRequest != 0 && a.rest&restEnv == 0
	listed := ok && a.listed && a.rest == restNone && a.open == nil
	if ok && !a.certain() && !request && !listed {
		u, isUnknown = in.unknownIn(a, 0), true
	}
	switch {
	case isUnknown:
		return in.foreachUnknown(s, u)
	case !ok:
		return nil // a warning
	}
	share(a)
	if request {
		if err := in.foreachRequest(s, a); err != nil {
			return err
		}
	}
	for i := range a.entries {
		e := a.entries[i]
		if e.gone {
			continue
		}
		if err := in.steps(1, s.Pos); err != nil {
			return err
		}
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

// foreachTurn runs the body for one element. Of an array of which only the order is
// sure, in the worlds that have it.
func (in *interp) foreachTurn(s *syntax.ForeachStmt, e entry, listed bool) error {
	u, ok := e.v.(*Unknown)
	if !listed || !ok || !u.maybeAbsent() {
		if err := in.foreachBind(s, e); err != nil {
			return err
		}
		return in.turn(s.Body)
	}
	e.v = narrow(u, func(v Value) bool { return v.kind() != kAbsent })
	return in.turnOf(func() error {
		return in.split(opaque(u), func() error { return nil }, func() error {
			if err := in.foreachBind(s, e); err != nil {
				return err
			}
			return in.exec(s.Body)
		})
	})
}

// requestSample stands for the variables of a request, of which any may be there.
var requestSample = strings.Fields(`HTTP_HOST HTTP_USER_AGENT HTTP_X_FORWARDED_FOR HTTP_X_Y9 HTTPS REQUEST_URI REQUEST_TIME_FLOAT REMOTE_ADDR
	SERVER_NAME SERVER_ADDR SERVER_SOFTWARE SCRIPT_NAME SCRIPT_FILENAME REDIRECT_STATUS REDIRECT_Y9 SSL_Y9 CONTENT_TYPE PATH_TRANSLATED PHP_SELF
	AUTH_TYPE GEOIP_Y9 UNIQUE_ID QUERY_STRING GATEWAY_INTERFACE ORIG_PATH_INFO FCGI_ROLE USER HOME CONTEXT_PREFIX argv argc`)

// foreachRequest runs the body for the variables of a request that may lie here:
// for each of a sample any number of times, with a value that is not known.
func (in *interp) foreachRequest(s *syntax.ForeachStmt, a *Array) error {
	u := in.unknownAt(Undecidable, s.Pos, a.rest.reason()).from(a.rest.origin(""))
	for _, name := range requestSample {
		if _, known := a.get(strKey(name)); known || !a.rest.covers(name) {
			continue
		}
		prepare := func() error {
			if err := in.unpackInto(s.Val, u); err != nil || s.Key == nil {
				return err
			}
			return in.unpackInto(s.Key, strVal(name))
		}
		if err := in.widen(s.Pos, u, prepare, nil, s.Body, nil); err != nil {
			return err
		}
	}
	return nil
}

// foreachBind assigns an element to the loop's variables.
func (in *interp) foreachBind(s *syntax.ForeachStmt, e entry) error {
	if err := in.unpackInto(s.Val, share(in.deref(e.v))); err != nil || s.Key == nil {
		return err
	}
	return in.unpackInto(s.Key, e.k.value())
}

func (in *interp) foreachUnknown(s *syntax.ForeachStmt, u *Unknown) error {
	u = opaque(u)
	prepare := func() error {
		if err := in.unpackInto(s.Val, u); err != nil || s.Key == nil {
			return err
		}
		return in.unpackInto(s.Key, u)
	}
	return in.widen(s.Pos, u, prepare, nil, s.Body, nil)
}

// foreachObject walks the properties that the running code may read.
func (in *interp) foreachObject(s *syntax.ForeachStmt, o *Object) error {
	if o.class.isA("traversable") || o.fn != nil {
		return in.unsupported(s.Pos, "an iterator")
	}
	first := pairs(in.visible(o, in.frame.class))
	for i := 0; ; i++ {
		props := in.visible(o, in.frame.class)
		if props.why != nil {
			return in.refuse(Undecidable, s.Pos, "evaluate: a foreach over properties that are not known")
		}
		if err := in.steps(1+props.len(), s.Pos); err != nil {
			return err
		}
		now := pairs(props)
		if !slices.EqualFunc(first, now, func(a, b entry) bool { return a.k == b.k }) {
			return in.unsupported(s.Pos, "a foreach over an object whose properties come and go")
		}
		if i == len(now) {
			return nil
		}
		if err := in.foreachBind(s, now[i]); err != nil {
			return err
		}
		if err := in.turn(s.Body); err != nil {
			return err
		}
	}
}
