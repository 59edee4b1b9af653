package sqltext

import (
	"bytes"
	"testing"
)

// escapedBytewise does what AppendEscaped does, one byte at a time.
func escapedBytewise(v []byte) []byte {
	var b bytes.Buffer
	for _, c := range v {
		switch c {
		case 0:
			b.WriteString(`\0`)
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		case 0x1a:
			b.WriteString(`\Z`)
		case '\'', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.Bytes()
}

func FuzzEscape(f *testing.F) {
	f.Add([]byte("it's \\ a\n\r\x00\x1a test of \x1f\x20\x7f\x80\xff bytes ''''''''"))
	f.Add([]byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0b\x0c\x0e\x0f!\"#$%&()*+,-./[]^_"))
	f.Fuzz(func(t *testing.T, v []byte) {
		before := []byte("before")
		got := AppendEscaped(bytes.Clone(before), v)
		if want := append(before, escapedBytewise(v)...); !bytes.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", v, got, want)
		}
		if want := bytes.IndexFunc(v, func(r rune) bool { return r >= 0x80 }) < 0; IsASCII(v) != want {
			t.Errorf("%q: isASCII is %v", v, !want)
		}
	})
}

func TestEscapeAtEveryPlace(t *testing.T) {
	for n := range 40 {
		for at := range n {
			for c := range 256 {
				v := bytes.Repeat([]byte("x"), n)
				v[at] = byte(c)
				if got, want := AppendEscaped(nil, v), escapedBytewise(v); !bytes.Equal(got, want) {
					t.Fatalf("%q: got %q, want %q", v, got, want)
				}
			}
		}
	}
}

// TestUnescape compares with what a server reads in a literal in single quotes.
func TestUnescape(t *testing.T) {
	for literal, want := range map[string]string{
		``: "", `abc`: "abc", `a\0b\nc\rd\te\bf\Zg`: "a\x00b\nc\rd\te\bf\x1ag",
		`\%\_`: `\%\_`, `\a\"\'\\`: `a"'\`, `it''s`: "it's", `a''`: "a'", `\\n`: `\n`, `a\`: `a\`, "\U0001F600\\\xff": "\U0001F600\xff",
	} {
		if got := string(AppendUnescaped([]byte("before "), []byte(literal))); got != "before "+want {
			t.Errorf("%q: got %q, want %q", literal, got, want)
		}
	}
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	if got := AppendUnescaped(nil, AppendEscaped(nil, all)); !bytes.Equal(got, all) {
		t.Errorf("%q", got)
	}
}
