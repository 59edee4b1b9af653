package php

import "strings"

// Handles of files that are open for reading. A handle is an object of a class that
// no program can name; what it has read lies in its properties, in the state.

const streamClass = "\x00stream"

var streamFuncs = map[string]function{
	"fopen":               {fn: fopenFunc, min: 2, max: 4, lazy: true},
	"fgets":               {fn: onStream(streamLine), min: 1, max: 2},
	"fgetc":               {fn: onStream(streamByte), min: 1, max: 1},
	"fread":               {fn: onStream(streamRead), min: 2, max: 2},
	"feof":                {fn: onStream(streamEnd), min: 1, max: 1},
	"ftell":               {fn: onStream(streamTell), min: 1, max: 1},
	"rewind":              {fn: onStream(streamRewind), min: 1, max: 1},
	"fclose":              {fn: onStream(streamClose), min: 1, max: 1},
	"stream_get_contents": {fn: onStream(streamRest), min: 1, max: 3},
	"is_resource":         {fn: isResource, min: 1, max: 1},
}

// A stream is what a handle has open: read up to pos; eof is set once more was
// wanted than there was.
type stream struct {
	o    *Object
	text string
	pos  int
	eof  bool
}

func isStream(v Value) bool {
	o, ok := v.(*Object)
	return ok && o.class.name == streamClass
}

func isResource(c *call) (Value, error) {
	if !isStream(c.arg(0)) {
		return boolVal(false), nil
	}
	if props := c.props(c.arg(0).(*Object)); props.why != nil {
		return maybe(props.why), nil
	}
	_, open, _ := c.opened()
	return boolVal(open), nil
}

func fopenFunc(c *call) (Value, error) {
	mode := c.arg(1)
	text, known := mode.(strVal)
	if !known || strings.TrimRight(string(text), "bte") != "r" {
		if err := c.written(c.arg(0)); err != nil {
			return nil, err
		}
		return c.unknown("depends on a file that is opened to be written"), nil
	}
	if u := c.unknownIn(c.arg(0)); u != nil {
		return opaque(u), nil
	}
	if name, err := c.str(0); err == nil && indexOf(name, "php://") == 0 {
		return c.unknown("depends on a stream"), nil
	}
	content, v, err := c.contents()
	if err != nil || v != nil {
		return v, err
	}
	props := newArray()
	props.put("text", strVal(content))
	props.put("pos", intVal(0))
	props.put("eof", boolVal(false))
	return c.object(streamClass, props)
}

// opened is the stream of argument 0. A closed one is not open; u is set where
// worlds differ.
func (c *call) opened() (s stream, open bool, u *Unknown) {
	o := c.arg(0).(*Object)
	props := c.props(o)
	get := func(name string) Value {
		v, ok := props.get(strKey(name))
		if !ok {
			return null
		}
		return c.in.deref(v)
	}
	text, pos, eof := get("text"), get("pos"), get("eof")
	if u = firstUnknown(props.why, c.unknownIn(text), c.unknownIn(pos), c.unknownIn(eof)); u != nil {
		return s, true, u
	}
	if text.kind() != kString {
		return s, false, nil
	}
	return stream{o, string(text.(strVal)), int(toInt(pos)), toBool(eof)}, true, nil
}

// onStream makes a function of a handle of one on its stream.
func onStream(f func(c *call, s *stream) (Value, error)) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		if !isStream(c.arg(0)) {
			return nil, c.typeError(0, "resource")
		}
		s, open, u := c.opened()
		if u != nil {
			return opaque(u), c.forget(c.arg(0), u)
		}
		if !open {
			return nil, c.throw("TypeError", c.name+"(): supplied resource is not a valid stream resource")
		}
		v, err := f(c, &s)
		if err != nil {
			return nil, err
		}
		if err := c.setProp(s.o, "pos", intVal(s.pos)); err != nil {
			return nil, err
		}
		return v, c.setProp(s.o, "eof", boolVal(s.eof))
	}
}

// forget makes what a handle has open unknown.
func (c *call) forget(v Value, u *Unknown) error {
	for _, name := range []string{"text", "pos", "eof"} {
		if err := c.setProp(v.(*Object), name, opaque(u)); err != nil {
			return err
		}
	}
	return nil
}

// take reads n bytes, or what there is.
func (s *stream) take(n int) string {
	rest := s.text[min(s.pos, len(s.text)):]
	if n > len(rest) {
		n, s.eof = len(rest), true
	}
	s.pos += n
	return rest[:n]
}

func streamLine(c *call, s *stream) (Value, error) {
	n, err := c.int(1, 1<<40)
	if err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, c.throw("ValueError", "fgets(): Argument #2 ($length) must be greater than 0")
	}
	most := int(n - 1)
	rest := s.text[min(s.pos, len(s.text)):]
	if i := strings.IndexByte(rest, '\n'); i >= 0 {
		most = min(most, i+1)
	}
	if most == 0 {
		return boolVal(false), nil
	}
	line := s.take(most)
	if line == "" {
		return boolVal(false), nil
	}
	return strVal(line), nil
}

func streamByte(_ *call, s *stream) (Value, error) {
	if b := s.take(1); b != "" {
		return strVal(b), nil
	}
	return boolVal(false), nil
}

func streamRead(c *call, s *stream) (Value, error) {
	n, err := c.int(1, 0)
	if err != nil {
		return nil, err
	}
	if n < 1 {
		return nil, c.throw("ValueError", "fread(): Argument #2 ($length) must be greater than 0")
	}
	return strVal(s.take(int(min(n, 1<<40)))), nil
}

func streamEnd(_ *call, s *stream) (Value, error) { return boolVal(s.eof), nil }

func streamTell(_ *call, s *stream) (Value, error) { return intVal(s.pos), nil }

func streamRewind(_ *call, s *stream) (Value, error) {
	s.pos, s.eof = 0, false
	return boolVal(true), nil
}

func streamClose(c *call, s *stream) (Value, error) {
	return boolVal(true), c.setProp(s.o, "text", null)
}

func streamRest(c *call, s *stream) (Value, error) {
	if len(c.args) > 1 {
		u := c.unknown("such a length or offset is not modelled")
		if err := c.forget(c.arg(0), u); err != nil {
			return nil, err
		}
		s.eof = false
		return u, nil
	}
	return strVal(s.take(len(s.text) + 1)), nil
}
