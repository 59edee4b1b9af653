package lib

import (
	"crypto/md5"  //nolint:gosec // PHP's md5
	"crypto/sha1" //nolint:gosec // PHP's sha1
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

var encodeFuncs = map[string]eval.Function{
	"md5":           {Run: digest("md5"), Min: 1, Max: 2},
	"sha1":          {Run: digest("sha1"), Min: 1, Max: 2},
	"hash":          {Run: hashFunc, Min: 2, Max: 4},
	"crc32":         {Run: crc32Func, Min: 1, Max: 1},
	"bin2hex":       ofString(func(s string) string { return hex.EncodeToString([]byte(s)) }),
	"pack":          {Run: pack, Min: 1, Max: -1},
	"hex2bin":       {Run: hex2bin, Min: 1, Max: 1},
	"base64_encode": ofString(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
	"base64_decode": {Run: base64Decode, Min: 1, Max: 2},
}

// algorithms are the hashes that are evaluated, by PHP's names.
var algorithms = map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New}

func digestText(c *eval.Call, h hash.Hash, s string, raw bool) eval.Value {
	c.Alloc(len(s)/8 + 256)
	h.Write([]byte(s))
	sum := h.Sum(nil)
	if raw {
		return eval.String(sum)
	}
	return eval.String(hex.EncodeToString(sum))
}

func digest(name string) func(c *eval.Call) eval.Value {
	return func(c *eval.Call) eval.Value {
		s := c.Str(0)
		return digestText(c, algorithms[name](), s, c.Bool(1))
	}
}

func hashFunc(c *eval.Call) eval.Value {
	s := twoStrings(c)
	h := algorithms[syntax.Lower(s[0])]
	if h == nil {
		return c.RefusedFor("with an algorithm other than md5, sha1 and sha256")
	}
	return digestText(c, h(), s[1], c.Bool(2))
}

func crc32Func(c *eval.Call) eval.Value {
	return eval.Int(crc32.ChecksumIEEE([]byte(c.Str(0))))
}

func hex2bin(c *eval.Call) eval.Value {
	s := c.Str(0)
	c.Alloc(len(s))
	b, err := hex.DecodeString(s)
	if err != nil {
		return eval.Bool(false)
	}
	return eval.String(b)
}

// base64Decode skips bytes that are not base64. In the strict mode, only texts that are
// entirely base64 are evaluated.
func base64Decode(c *eval.Call) eval.Value {
	s := c.Str(0)
	c.Alloc(2 * len(s))
	if c.Bool(1) {
		out, err := base64.RawStdEncoding.DecodeString(s)
		if strings.Contains(s, "=") {
			out, err = base64.StdEncoding.DecodeString(s)
		}
		if err != nil {
			return c.RefusedFor("in strict mode for text that is not only base64")
		}
		return eval.String(out)
	}
	var digits []byte
	for i := range len(s) {
		if b := s[i]; syntax.IsLetter(b) || syntax.IsDigit(b) || b == '+' || b == '/' {
			digits = append(digits, b)
		}
	}
	if len(digits)%4 == 1 {
		digits = digits[:len(digits)-1]
	}
	out, err := base64.RawStdEncoding.DecodeString(string(digits))
	if err != nil {
		return c.RefusedFor("for text that is not base64")
	}
	return eval.String(out)
}

// pack converts hexadecimal digits to bytes. It does not evaluate other formats.
func pack(c *eval.Call) eval.Value {
	digits, ok := c.Arg(1).(eval.String)
	if !ok || len(c.Args) != 2 || c.Str(0) != "H*" {
		return c.RefusedFor("with a format other than H*")
	}
	b, err := hex.DecodeString(string(digits))
	if err != nil {
		return c.RefusedFor("with digits that are not hexadecimal")
	}
	c.Alloc(len(b))
	return eval.String(b)
}
