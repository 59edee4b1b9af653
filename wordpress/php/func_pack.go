package php

import (
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/hex"
	"io"
	"strings"
)

var packFuncs = map[string]function{
	"pack": {fn: pack, min: 1, max: -1},
	"gzinflate": inflate(func(r io.Reader) (io.Reader, error) {
		return flate.NewReader(r), nil
	}),
	"gzuncompress": inflate(func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }),
	"gzdecode":     inflate(func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }),
}

// pack packs one text: by its hexadecimal digits, or as it is.
func pack(c *call) (Value, error) {
	format, err := c.str(0)
	if err != nil {
		return nil, err
	}
	text, err := c.str(1)
	if err != nil || len(c.args) != 2 {
		return c.unknown("such a format of pack() is not modelled"), err
	}
	switch format {
	case "H*":
		if b, err := hex.DecodeString(text); err == nil {
			return strVal(b), nil
		}
	case "a*", "A*":
		return strVal(text), nil
	}
	return c.unknown("such a format of pack() is not modelled"), nil
}

// inflate unpacks a text, charging for what comes out before it is kept. What is
// torn or has something behind it is left to PHP's own rules, and so is unknown.
func inflate(open func(io.Reader) (io.Reader, error)) function {
	return function{min: 1, max: 2, fn: func(c *call) (Value, error) {
		text, err := c.str(0)
		if err != nil {
			return nil, err
		}
		if c.has(1) {
			return c.unknown("a limit of " + c.name + "() is not modelled"), nil
		}
		if err := c.alloc(64 << 10); err != nil { // the window
			return nil, err
		}
		w := &charged{c: c}
		from := strings.NewReader(text)
		r, fault := open(from)
		if fault == nil {
			_, fault = io.Copy(w, r)
		}
		switch {
		case w.full != nil:
			return nil, w.full
		case fault == nil && from.Len() == 0:
			return strVal(w.text.String()), nil
		}
		return c.unknown("a damaged text of " + c.name + "() is not modelled"), nil
	}}
}

// charged takes what a builtin produces, within the evaluation's limits.
type charged struct {
	c    *call
	text strings.Builder
	full error
}

func (w *charged) Write(p []byte) (int, error) {
	if w.full = w.c.alloc(3 * len(p)); w.full != nil {
		return 0, w.full
	}
	return w.text.Write(p)
}
