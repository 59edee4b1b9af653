package php

import (
	"crypto/md5"  //nolint:gosec // PHP's md5
	"crypto/sha1" //nolint:gosec // PHP's sha1
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
	"hash"
	"hash/crc32"
	"strings"
	"unicode/utf8"
)

var encodeFuncs = map[string]function{
	"md5":              {fn: digest("md5"), min: 1, max: 2},
	"sha1":             {fn: digest("sha1"), min: 1, max: 2},
	"hash":             {fn: hashFunc, min: 2, max: 4},
	"crc32":            {fn: crc32Func, min: 1, max: 1},
	"bin2hex":          ofString(func(s string) string { return hex.EncodeToString([]byte(s)) }),
	"hex2bin":          {fn: hex2bin, min: 1, max: 1},
	"base64_encode":    ofString(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
	"base64_decode":    {fn: base64Decode, min: 1, max: 2},
	"str_rot13":        ofString(rot13),
	"htmlspecialchars": {fn: htmlspecialchars, min: 1, max: 4},
}

func rot13(s string) string {
	b := []byte(s)
	for i, c := range b {
		if syntax.IsLetter(c) {
			base := c&^0x1F + 1
			b[i] = base + (c-base+13)%26
		}
	}
	return string(b)
}

// algorithm returns a hash by PHP's name, nil if it is not modelled.
func algorithm(name string) func() hash.Hash {
	switch syntax.Lower(name) {
	case "md5":
		return md5.New
	case "sha1":
		return sha1.New
	case "sha256":
		return sha256.New
	case "crc32b":
		return func() hash.Hash { return crc32.NewIEEE() }
	}
	return nil
}

func digestText(c *call, h hash.Hash, s string, raw bool) (Value, error) {
	if err := c.alloc(len(s)/8 + 256); err != nil {
		return nil, err
	}
	h.Write([]byte(s))
	sum := h.Sum(nil)
	if raw {
		return strVal(sum), nil
	}
	return strVal(hex.EncodeToString(sum)), nil
}

func digest(name string) func(c *call) (Value, error) {
	return func(c *call) (Value, error) {
		s := c.str(0)
		return digestText(c, algorithm(name)(), s, c.bool(1))
	}
}

func hashFunc(c *call) (Value, error) {
	s := strArgs(c, 2)
	h := algorithm(s[0])
	if h == nil {
		return c.unknown("calls hash() with an algorithm that is not evaluated"), nil
	}
	return digestText(c, h(), s[1], c.bool(2))
}

func crc32Func(c *call) (Value, error) {
	return intVal(crc32.ChecksumIEEE([]byte(c.str(0)))), nil
}

func hex2bin(c *call) (Value, error) {
	s := c.str(0)
	if err := c.alloc(len(s)); err != nil {
		return nil, err
	}
	b, err := hex.DecodeString(s)
	if err != nil {
		return boolVal(false), nil //nolint:nilerr // as PHP does
	}
	return strVal(b), nil
}

// base64Decode skips what is no base64 unless it is strict.
func base64Decode(c *call) (Value, error) {
	s := c.str(0)
	if err := c.alloc(2 * len(s)); err != nil {
		return nil, err
	}
	strict := c.bool(1)
	var digits []byte
	pads := 0
	for i := range len(s) {
		b := s[i]
		switch {
		case syntax.IsLetter(b) || syntax.IsDigit(b) || b == '+' || b == '/':
			if pads > 0 && strict {
				return boolVal(false), nil
			}
			digits = append(digits, b)
		case b == '=':
			pads++
		case strict && !phpBase64Blank(b):
			return boolVal(false), nil
		}
	}
	if strict && (len(digits)%4 == 1 || pads > 0 && (pads > 2 || (len(digits)+pads)%4 != 0)) {
		return boolVal(false), nil
	}
	if len(digits)%4 == 1 {
		digits = digits[:len(digits)-1]
	}
	out, err := base64.RawStdEncoding.DecodeString(string(digits))
	if err != nil {
		return c.unknown("this base64 is not modelled"), nil //nolint:nilerr // never: digits are checked
	}
	return strVal(out), nil
}

func phpBase64Blank(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' }

const (
	entNoQuotes = 0
	entCompat   = 2
	entQuotes   = 3
)

func htmlspecialchars(c *call) (Value, error) {
	s := c.str(0)
	flags := c.int(1, entQuotes|8)
	if !utf8.ValidString(s) || len(c.args) > 2 {
		return c.unknown("htmlspecialchars of such text is not modelled"), nil
	}
	if err := c.alloc(6 * len(s)); err != nil {
		return nil, err
	}
	pairs := []string{"&", "&amp;", "<", "&lt;", ">", "&gt;"}
	if flags&entCompat != 0 {
		pairs = append(pairs, `"`, "&quot;")
	}
	if flags&entQuotes == entQuotes {
		pairs = append(pairs, "'", "&#039;")
	}
	return strVal(strings.NewReplacer(pairs...).Replace(s)), nil
}
