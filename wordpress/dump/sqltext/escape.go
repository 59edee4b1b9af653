package sqltext

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// escapes holds, for each byte that needs escaping, what follows the backslash.
var escapes = [256]byte{0: '0', '\n': 'n', '\r': 'r', 0x1a: 'Z', '\'': '\'', '\\': '\\'}

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// candidates marks, by its highest bit, each byte of w that may need escaping: a
// control character, a quote or a backslash. Marks above the lowest may be false.
func candidates(w uint64) uint64 {
	control := (w - 0x20*lowBits) & ^w
	q := w ^ '\''*lowBits
	quote := (q - lowBits) & ^q
	b := w ^ '\\'*lowBits
	backslash := (b - lowBits) & ^b
	return (control | quote | backslash) & highBits
}

// AppendEscaped appends v as the inside of a string literal. It copies eight bytes at
// a time while none of them needs escaping.
func AppendEscaped(dst, v []byte) []byte {
	dst = slices.Grow(dst, 2*len(v)+8)
	out := dst[:cap(dst)]
	n, i := len(dst), 0
	for i+8 <= len(v) {
		w := binary.LittleEndian.Uint64(v[i:])
		binary.LittleEndian.PutUint64(out[n:], w)
		marks := candidates(w)
		if marks == 0 {
			i, n = i+8, n+8
			continue
		}
		clean := bits.TrailingZeros64(marks) / 8
		c := v[i+clean]
		i, n = i+clean+1, n+clean
		n = escapeByte(out, n, c)
	}
	for ; i < len(v); i++ {
		n = escapeByte(out, n, v[i])
	}
	return out[:n]
}

// escapeByte writes c at out[n:], escaped if needed, and returns the index after it.
func escapeByte(out []byte, n int, c byte) int {
	if e := escapes[c]; e != 0 {
		out[n], out[n+1] = '\\', e
		return n + 2
	}
	out[n] = c
	return n + 1
}

// AppendUnescaped appends what the inside of a string literal in single quotes stands for.
func AppendUnescaped(dst, v []byte) []byte {
	for i := 0; i < len(v); i++ {
		at := bytes.IndexAny(v[i:], `\'`)
		if at < 0 || i+at+1 >= len(v) {
			return append(dst, v[i:]...)
		}
		dst = append(dst, v[i:i+at]...)
		if i += at + 1; v[i-1] == '\'' { // doubled
			dst = append(dst, '\'')
			continue
		}
		switch c := v[i]; c {
		case '0':
			dst = append(dst, 0)
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'b':
			dst = append(dst, '\b')
		case 'Z':
			dst = append(dst, 0x1a)
		case '%', '_':
			dst = append(dst, '\\', c)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// AppendHex appends v as hexadecimal digits.
func AppendHex(dst, v []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, b := range v {
		dst = append(dst, digits[b>>4], digits[b&15])
	}
	return dst
}

// IsASCII reports whether all bytes of v are below 0x80.
func IsASCII(v []byte) bool {
	for len(v) >= 8 {
		if binary.LittleEndian.Uint64(v)&highBits != 0 {
			return false
		}
		v = v[8:]
	}
	for _, b := range v {
		if b >= 0x80 {
			return false
		}
	}
	return true
}
