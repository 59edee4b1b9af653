package php

import "strings"

func (in *interp) execForeach(s *foreachStmt) error {
	p, v, err := in.foreachSubject(s)
	if err != nil {
		return err
	}
	if o, ok := v.(*Object); ok {
		if in.plainObject(o) {
			return in.foreachMembers(s, o)
		}
		return in.foreachObject(s, o)
	}
	a, ok := v.(*Array)
	u, isUnknown := v.(*Unknown)
	request := ok && a.why == nil && a.rest == restServer && !s.ref
	listed := ok && a.listed && a.rest == restNone && a.open == nil && !s.ref
	if ok && !a.certain() && !request && !listed {
		u, isUnknown = in.unknownIn(a, 0), true
		in.lost(a, u)
	}
	switch {
	case isUnknown:
		return in.foreachUnknown(s, p, u)
	case !ok:
		return nil // a warning
	}
	share(a)
	if s.ref {
		return in.foreachRefs(s, p, a)
	}
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
		if err := in.steps(1, s.at); err != nil {
			return err
		}
		if err := in.foreachTurn(s, p, e, listed); err != nil {
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
func (in *interp) foreachTurn(s *foreachStmt, p *place, e entry, listed bool) error {
	u, ok := e.v.(*Unknown)
	if !listed || !ok || !u.maybeAbsent() {
		if err := in.foreachBind(s, p, e); err != nil {
			return err
		}
		return in.turn(s.body)
	}
	e.v = narrow(u, func(v Value) bool { return v.kind() != kAbsent })
	return in.turnOf(func() error {
		return in.split(opaque(u), func() error { return nil }, func() error {
			if err := in.foreachBind(s, p, e); err != nil {
				return err
			}
			return in.exec(s.body)
		})
	})
}

// foreachSubject is what a foreach walks, and where it lies if by reference.
func (in *interp) foreachSubject(s *foreachStmt) (p *place, v Value, err error) {
	if this, ok := s.subject.(*varExpr); s.ref && (!ok || this.name != "this") {
		if p, err = in.place(s.subject); err != nil {
			return nil, nil, err
		}
		v, err = in.load(p)
	} else {
		v, err = in.eval(s.subject)
	}
	if err != nil {
		return nil, nil, err
	}
	return p, v, nil
}

// requestSample stands for the variables of a request, of which any may be there.
var requestSample = strings.Fields(`HTTP_HOST HTTP_USER_AGENT HTTP_X_FORWARDED_FOR HTTP_X_Y9 HTTPS REQUEST_URI REQUEST_TIME_FLOAT REMOTE_ADDR
	SERVER_NAME SERVER_ADDR SERVER_SOFTWARE SCRIPT_NAME SCRIPT_FILENAME REDIRECT_STATUS REDIRECT_Y9 SSL_Y9 CONTENT_TYPE PATH_TRANSLATED PHP_SELF
	AUTH_TYPE GEOIP_Y9 UNIQUE_ID QUERY_STRING GATEWAY_INTERFACE ORIG_PATH_INFO FCGI_ROLE USER HOME CONTEXT_PREFIX argv argc`)

// foreachRequest runs the body for the variables of a request that may lie here:
// for each of a sample any number of times, with a value that is not known.
func (in *interp) foreachRequest(s *foreachStmt, a *Array) error {
	u := in.unknownAt(Undecidable, s.at, a.rest.reason()).from(a.rest.origin(""))
	for _, name := range requestSample {
		if _, known := a.get(strKey(name)); known {
			continue
		}
		prepare := func() error {
			if err := in.unpackInto(s.val, u); err != nil || s.key == nil {
				return err
			}
			return in.unpackInto(s.key, strVal(name))
		}
		if err := in.widen(s.at, u, prepare, nil, s.body, nil); err != nil {
			return err
		}
	}
	return nil
}

// foreachBind assigns an element to the loop's variables.
func (in *interp) foreachBind(s *foreachStmt, p *place, e entry) error {
	if s.ref {
		elem := *p
		elem.path = append(p.path[:len(p.path):len(p.path)], step{k: e.k})
		ref, err := in.reference(&elem)
		if err != nil {
			return err
		}
		return in.foreachTake(s, ref, e.k)
	}
	if err := in.unpackInto(s.val, share(in.deref(e.v))); err != nil {
		return err
	}
	if s.key != nil {
		return in.unpackInto(s.key, e.k.value())
	}
	return nil
}

func (in *interp) foreachUnknown(s *foreachStmt, p *place, u *Unknown) error {
	u = opaque(u)
	prepare := func() error {
		if s.ref {
			if err := in.assign(p, u); err != nil {
				return err
			}
		}
		if err := in.unpackInto(s.val, u); err != nil {
			return err
		}
		if s.key != nil {
			return in.unpackInto(s.key, u)
		}
		return nil
	}
	return in.widen(s.at, u, prepare, nil, s.body, nil)
}
