package replace

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// A codec converts text between a character set and UTF-8. Its functions return false if the text
// cannot be converted and converted back without a loss.
type codec struct {
	decode, encode func([]byte) ([]byte, bool)
}

// codecOf returns the codec of a character set of MySQL. It returns false if the character set is
// unknown, or needs no codec because it is binary or UTF-8.
func codecOf(charset string) (codec, bool) {
	switch charset {
	case "", "binary":
		return codec{}, false
	case "ucs2", "utf16":
		return utf16Codec(binary.BigEndian), true
	case "utf16le":
		return utf16Codec(binary.LittleEndian), true
	case "utf32":
		return codec{decodeUTF32, encodeUTF32}, true
	}
	if m := singleByte(charset); m != nil {
		return codec{
			func(b []byte) ([]byte, bool) { return convert(m.NewDecoder().Bytes, m.NewEncoder().Bytes, b) },
			func(b []byte) ([]byte, bool) { return convert(m.NewEncoder().Bytes, m.NewDecoder().Bytes, b) },
		}, true
	}
	return codec{}, false
}

// singleByte returns the encoding of a character set of MySQL with one byte per character; nil for
// any other character set.
func singleByte(charset string) encoding.Encoding {
	m, ok := map[string]*charmap.Charmap{
		"latin1": charmap.Windows1252, "latin2": charmap.ISO8859_2, "latin5": charmap.ISO8859_9, "latin7": charmap.ISO8859_13,
		"greek": charmap.ISO8859_7, "hebrew": charmap.ISO8859_8, "cp1250": charmap.Windows1250, "cp1251": charmap.Windows1251,
		"cp1256": charmap.Windows1256, "cp1257": charmap.Windows1257, "cp850": charmap.CodePage850, "cp852": charmap.CodePage852,
		"cp866": charmap.CodePage866, "koi8r": charmap.KOI8R, "koi8u": charmap.KOI8U, "macroman": charmap.Macintosh,
	}[charset]
	if !ok {
		return nil
	}
	return m
}

// convert converts b with to. It returns false if back does not convert the result back to b.
func convert(to, back func([]byte) ([]byte, error), b []byte) ([]byte, bool) {
	converted, err := to(b)
	if err != nil {
		return nil, false
	}
	again, err := back(converted)
	return converted, err == nil && bytes.Equal(again, b)
}

func utf16Codec(order interface {
	binary.ByteOrder
	binary.AppendByteOrder
},
) codec {
	decode := func(b []byte) ([]byte, bool) {
		var out []byte
		for len(b) >= 2 {
			r, n := rune(order.Uint16(b)), 2
			if utf16.IsSurrogate(r) {
				if len(b) < 4 {
					return nil, false
				}
				if r, n = utf16.DecodeRune(r, rune(order.Uint16(b[2:]))), 4; r == utf8.RuneError {
					return nil, false
				}
			}
			out, b = utf8.AppendRune(out, r), b[n:]
		}
		return out, len(b) == 0
	}
	encode := func(b []byte) ([]byte, bool) {
		if !utf8.Valid(b) {
			return nil, false
		}
		var out []byte
		for _, unit := range utf16.Encode([]rune(string(b))) {
			out = order.AppendUint16(out, unit)
		}
		return out, true
	}
	return codec{decode, encode}
}

func decodeUTF32(b []byte) ([]byte, bool) {
	var out []byte
	for ; len(b) >= 4; b = b[4:] {
		n := binary.BigEndian.Uint32(b)
		if n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
			return nil, false
		}
		out = utf8.AppendRune(out, rune(n))
	}
	return out, len(b) == 0
}

func encodeUTF32(b []byte) ([]byte, bool) {
	if !utf8.Valid(b) {
		return nil, false
	}
	var out []byte
	for _, r := range string(b) {
		out = binary.BigEndian.AppendUint32(out, uint32(r))
	}
	return out, true
}

// inCharset returns a value of a column after the replacements. charset is "" for UTF-8. The
// lengths in a serialized value depend on the character set of the site's connection, which is
// usually UTF-8, but latin1 on old sites. So inCharset tries several ways to read the value, and
// uses the first one in which the value is not broken.
func (r *Replacer) inCharset(v []byte, charset string) (changed []byte, count int, err error) {
	own, known := codecOf(charset)
	if known {
		if changed, count, err = r.converted(v, own); err == nil || isWide(charset) {
			return changed, count, err
		}
	}
	edits, rawErr := r.value(singleBytes(v, charset), 0)
	switch {
	case rawErr == nil && charset != "" && !onlyASCII(edits):
		return v, 0, errCharset
	case !known && r.isUnread(v, charset, edits):
		return v, 0, errUnread
	case rawErr == nil && len(edits) == 0:
		return v, 0, err
	case rawErr == nil:
		return apply(v, edits), matchesOf(edits), nil
	case charset == "":
		latin1, _ := codecOf("latin1")
		if changed, count, err := r.converted(v, codec{latin1.encode, latin1.decode}); err == nil && count > 0 {
			return changed, count, nil
		}
	}
	return v, 0, rawErr
}

// isWide reports whether ASCII characters have several bytes in a character set, so that its bytes
// cannot be searched as ASCII text.
func isWide(charset string) bool {
	switch charset {
	case "ucs2", "utf16", "utf16le", "utf32":
		return true
	}
	return false
}

// singleBytes returns a value in which bytes that look like ASCII, but are parts of other characters,
// are replaced. Positions in the value stay the same.
func singleBytes(v []byte, charset string) []byte {
	if charset == "" || charset == "binary" {
		return v
	}
	return []byte(sqltext.SingleBytes(string(v), charset))
}

// isUnread reports whether a value in a character set without a codec may contain matches that
// cannot be found or replaced. swe7 has letters in place of some ASCII characters. In sjis, the
// server stores a backslash as a full-width character if the text came from another character
// set. In all other character sets, only text outside of ASCII cannot be read.
func (r *Replacer) isUnread(v []byte, charset string, edits []edit) bool {
	switch charset {
	case "", "binary":
		return false
	case "swe7":
		return !r.ascii || r.mayMatch(v)
	case "sjis":
		if bytes.Contains(v, []byte("\x81\x5f")) && r.mayMatch(v) {
			return true
		}
	}
	return !r.ascii && len(edits) == 0 && !sqltext.IsASCII(v)
}

func onlyASCII(edits []edit) bool {
	for _, e := range edits {
		if !sqltext.IsASCII([]byte(e.text)) {
			return false
		}
	}
	return true
}

// converted converts a value to UTF-8, replaces in it, and converts it back.
func (r *Replacer) converted(v []byte, c codec) ([]byte, int, error) {
	text, ok := c.decode(v)
	if !ok {
		return v, 0, errCharset
	}
	edits, err := r.value(text, 0)
	if err != nil || len(edits) == 0 {
		return v, 0, err
	}
	changed, ok := c.encode(apply(text, edits))
	if !ok {
		return v, 0, errCharset
	}
	return changed, matchesOf(edits), nil
}
