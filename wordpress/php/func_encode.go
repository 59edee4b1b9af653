package php

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // PHP's md5
	"crypto/sha1" //nolint:gosec // PHP's sha1
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"hash/fnv"
	"strings"
	"unicode/utf8"
)

var encodeFuncs = map[string]function{
	"md5":                     {fn: digest("md5"), min: 1, max: 2},
	"sha1":                    {fn: digest("sha1"), min: 1, max: 2},
	"hash":                    {fn: hashFunc, min: 2, max: 4},
	"hash_hmac":               {fn: hashHMAC, min: 3, max: 4},
	"hash_equals":             {fn: hashEquals, min: 2, max: 2},
	"crc32":                   {fn: crc32Func, min: 1, max: 1},
	"bin2hex":                 ofString(func(s string) string { return hex.EncodeToString([]byte(s)) }),
	"hex2bin":                 {fn: hex2bin, min: 1, max: 1},
	"base64_encode":           ofString(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
	"base64_decode":           {fn: base64Decode, min: 1, max: 2},
	"str_rot13":               ofString(rot13),
	"htmlspecialchars":        {fn: htmlspecialchars, min: 1, max: 4},
	"htmlspecialchars_decode": {fn: htmlspecialcharsDecode, min: 1, max: 2},
	"htmlentities":            {}, "html_entity_decode": {}, "strip_tags": {},
	"gzdeflate": {}, "gzcompress": {}, "gzencode": {}, "str_word_count": {}, "convert_uudecode": {}, "crypt": {}, "password_hash": {}, "password_verify": {},
	"md5_file": {}, "sha1_file": {}, "hash_file": {}, "hash_algos": {}, "unpack": {}, "iconv": {}, "iconv_strlen": {}, "openssl_encrypt": {},
}

func rot13(s string) string {
	b := []byte(s)
	for i, c := range b {
		if letter(c) {
			base := c&^0x1F + 1
			b[i] = base + (c-base+13)%26
		}
	}
	return string(b)
}

// algorithm returns a hash by PHP's name, nil if it is not modelled.
func algorithm(name string) func() hash.Hash {
	switch lower(name) {
	case "md5":
		return md5.New
	case "sha1":
		return sha1.New
	case "sha224":
		return sha256.New224
	case "sha256":
		return sha256.New
	case "sha384":
		return sha512.New384
	case "sha512":
		return sha512.New
	case "sha512/256":
		return sha512.New512_256
	case "crc32b":
		return func() hash.Hash { return crc32.NewIEEE() }
	case "adler32":
		return func() hash.Hash { return adler32.New() }
	case "fnv1a32":
		return func() hash.Hash { return fnv.New32a() }
	case "fnv132":
		return func() hash.Hash { return fnv.New32() }
	case "fnv1a64":
		return func() hash.Hash { return fnv.New64a() }
	case "fnv164":
		return func() hash.Hash { return fnv.New64() }
	}
	return nil
}

func (c *call) digested(h hash.Hash, s string, raw bool) (Value, error) {
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
		s, err := c.str(0)
		if err != nil {
			return nil, err
		}
		return c.digested(algorithm(name)(), s, c.bool(1))
	}
}

func hashFunc(c *call) (Value, error) {
	s, err := c.strs(2)
	if err != nil {
		return nil, err
	}
	h := algorithm(s[0])
	if h == nil {
		return c.unknown("the hash " + s[0] + " is not modelled"), nil
	}
	return c.digested(h(), s[1], c.bool(2))
}

func hashHMAC(c *call) (Value, error) {
	s, err := c.strs(3)
	if err != nil {
		return nil, err
	}
	h := algorithm(s[0])
	if h == nil || h().Size() < 16 {
		return c.unknown("the hash " + s[0] + " is not modelled"), nil
	}
	return c.digested(hmac.New(h, []byte(s[2])), s[1], c.bool(3))
}

func hashEquals(c *call) (Value, error) {
	a, okA := c.arg(0).(strVal)
	b, okB := c.arg(1).(strVal)
	if !okA || !okB {
		return nil, c.throw("TypeError", "hash_equals(): Argument #1 ($known_string) must be of type string, "+typeWord(c.arg(0))+" given")
	}
	return boolVal(a == b), nil
}

func crc32Func(c *call) (Value, error) {
	s, err := c.str(0)
	return intVal(crc32.ChecksumIEEE([]byte(s))), err
}

func hex2bin(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
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
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	if err := c.alloc(2 * len(s)); err != nil {
		return nil, err
	}
	strict := c.bool(1)
	var digits []byte
	pads := 0
	for i := range len(s) {
		b := s[i]
		switch {
		case letter(b) || digit(b) || b == '+' || b == '/':
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

func validUTF8(s string) bool { return utf8.ValidString(s) }

const (
	entNoQuotes = 0
	entCompat   = 2
	entQuotes   = 3
)

func htmlspecialchars(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	flags, err := c.int(1, entQuotes|8)
	if err != nil {
		return nil, err
	}
	if !validUTF8(s) || len(c.args) > 2 {
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

func htmlspecialcharsDecode(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	flags, err := c.int(1, entQuotes|8)
	if err != nil {
		return nil, err
	}
	if flags&entQuotes != entQuotes && flags&entCompat == 0 && flags != entNoQuotes {
		return c.unknown("these flags are not modelled"), nil
	}
	pairs := []string{"&amp;", "&", "&lt;", "<", "&gt;", ">"}
	if flags&entCompat != 0 {
		pairs = append(pairs, "&quot;", `"`)
	}
	if flags&entQuotes == entQuotes {
		pairs = append(pairs, "&#039;", "'", "&#39;", "'", "&#x27;", "'")
	}
	return strVal(strings.NewReplacer(pairs...).Replace(s)), c.alloc(len(s))
}

// ip2long reads the four numbers of an address.
func ip2long(s string) (int64, bool) {
	parts := strings.Split(s, ".")
	if len(parts) != 4 {
		return 0, false
	}
	var b [4]byte
	for i, p := range parts {
		n, end := decimalAt(p, 0)
		if p == "" || end != len(p) || n > 255 || len(p) > 3 {
			return 0, false
		}
		b[i] = byte(n)
	}
	return int64(binary.BigEndian.Uint32(b[:])), true
}
