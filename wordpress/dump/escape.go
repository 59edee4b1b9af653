package dump

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// escapes holds what follows the backslash, for each byte that needs one.
var escapes = [256]byte{0: '0', '\n': 'n', '\r': 'r', 0x1a: 'Z', '\'': '\'', '\\': '\\'}

const (
	lows  = 0x0101010101010101
	highs = 0x8080808080808080
)

// suspects marks, by its highest bit, each byte of w that may need escaping: a
// control character, a quote or a backslash. Marks above the lowest may be false.
func suspects(w uint64) uint64 {
	control := (w - 0x20*lows) & ^w
	q := w ^ '\''*lows
	quote := (q - lows) & ^q
	b := w ^ '\\'*lows
	backslash := (b - lows) & ^b
	return (control | quote | backslash) & highs
}

// appendEscaped appends v as the inside of a string literal. Eight bytes go at a
// time as long as none of them needs escaping.
func appendEscaped(dst, v []byte) []byte {
	dst = slices.Grow(dst, 2*len(v)+8)
	out := dst[:cap(dst)]
	n, i := len(dst), 0
	for i+8 <= len(v) {
		w := binary.LittleEndian.Uint64(v[i:])
		binary.LittleEndian.PutUint64(out[n:], w)
		marks := suspects(w)
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

// escapeByte puts c at out[n:], escaped if need be, and returns where it ends.
func escapeByte(out []byte, n int, c byte) int {
	if e := escapes[c]; e != 0 {
		out[n], out[n+1] = '\\', e
		return n + 2
	}
	out[n] = c
	return n + 1
}

// appendHex appends v as hexadecimal digits.
func appendHex(dst, v []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, b := range v {
		dst = append(dst, digits[b>>4], digits[b&15])
	}
	return dst
}

// isASCII tells whether v has no byte beyond 0x7f.
func isASCII(v []byte) bool {
	for len(v) >= 8 {
		if binary.LittleEndian.Uint64(v)&highs != 0 {
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
