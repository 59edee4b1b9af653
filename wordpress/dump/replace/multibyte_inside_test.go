package replace

import (
	"bytes"
	"errors"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// The second byte of a two-byte character may be a letter. The second and fourth bytes of a
// character in gb18030 may be digits. A match never begins or ends inside such a character.
func TestMatchesAreWholeCharacters(t *testing.T) {
	r := newTest(t, [2]string{"1old.example", "new.example"}, [2]string{"paris", "rome"})
	for _, c := range []struct{ charset, in, want string }{
		{"sjis", "\x83paris paris", "\x83paris rome"},
		{"cp932", "\x83paris", "\x83paris"},
		{"gbk", "\xc4paris paris", "\xc4paris rome"},
		{"big5", "\xa4paris paris", "\xa4paris rome"},
		{"euckr", "\x81paris paris", "\x81paris rome"},
		{"gb18030", "\x81paris \x81\x30\x811old.example 1old.example", "\x81paris \x81\x30\x811old.example new.example"},
		{"sjis", "\x83\x83paris", "\x83\x83rome"},
		{"gbk", "s:8:\"\xc4p paris\";", "s:7:\"\xc4p rome\";"},
		{"big5", "{\"a\":\"\xa4\\ paris s:5:\\\"paris\\\";\"}", "{\"a\":\"\xa4\\ rome s:4:\\\"rome\\\";\"}"},
		{"ujis", "\xa4\xa2paris", "\xa4\xa2rome"},
	} {
		got, _, err := r.inCharset([]byte(c.in), c.charset)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q\n got %q, %v\nwant %q", c.charset, c.in, got, err, c.want)
		}
	}
}

// A value that cannot be read is reported, and is not changed.
func TestUnreadCharsets(t *testing.T) {
	ascii, cafe := newTest(t, [2]string{"paris", "rome"}), newTest(t, [2]string{"Café", "Bar"})
	for _, c := range []struct {
		r           *Replacer
		charset, in string
		want        error
	}{
		{ascii, "ucs2", "\xd8paris", errCharset}, // half of a surrogate pair
		{ascii, "utf16", "paris!", nil},          // three characters
		{ascii, "utf16", "\x00s\x00:\x009\x00:\x00p\x00a\x00r\x00i\x00s", nil},
		{ascii, "utf32", "paris\x00\x00\x00", errCharset},
		{ascii, "swe7", "paris", errUnread},
		{ascii, "swe7", "lyon", nil},
		{ascii, "sjis", "paris \x81\x5f", errUnread}, // the full-width character for a backslash
		{cafe, "swe7", "Caf\x60", errUnread},
		{cafe, "gbk", "Caf\xa8\xa6", errUnread},
		{cafe, "gbk", "Cafe", nil},
		{cafe, "", "Caf\xc3\xa8", nil},
		{cafe, "binary", "\xff", nil},
	} {
		got, n, err := c.r.inCharset([]byte(c.in), c.charset)
		if c.in[0] == 0 {
			if n != 1 || err != nil {
				t.Errorf("%s: %q became %q, %v", c.charset, c.in, got, err)
			}
			continue
		}
		if string(got) != c.in || n != 0 || !errors.Is(err, c.want) {
			t.Errorf("%s: %q became %q, %d, %v; want %v", c.charset, c.in, got, n, err, c.want)
		}
	}
}

// The address of a site of a network is replaced in any character set. If one of its columns cannot
// be changed, neither is changed, and the address is reported.
func TestAddressInCharsets(t *testing.T) {
	wide := func(s string) string { return "_utf16 0x" + hexOf(s) }
	ascii, other := newTest(t, [2]string{"http://old.example", "http://new.example"}), newTest(t, [2]string{"http://old.example", "http://жук.example"})
	for _, c := range []struct {
		r         *Replacer
		in, want  string
		unchanged int64
	}{
		{ascii, "(1," + wide("old.example") + "," + wide("/") + ")", "(1," + wide("new.example") + "," + wide("/") + ")", 0},
		{ascii, "(1,_gbk'old.example',_gbk'/\xc4\xe3')", "(1,_gbk'new.example',_gbk'/\xc4\xe3')", 0},
		{ascii, "(1,'old.example',NULL)", "(1,'old.example',NULL)", 0},
		{newTest(t, [2]string{"/sub", "/new"}), "(1,_utf16 0xD800,'/sub/')", "(1,_utf16 0xD800,'/new/')", 1}, // the domain is not valid text
		{other, "(1,'old.example',_latin1'/\xe9')", "(1,'жук.example',_latin1'/\xe9')", 0},
		{other, "(1,_latin1'old.example','/')", "(1,_latin1'old.example','/')", 1},
		{other, "(1,_gbk'old.example','/')", "(1,_gbk'old.example','/')", 1},
	} {
		const head = "INSERT INTO `wp_blogs` (`blog_id`,`domain`,`path`) VALUES\n"
		before := unchangedIn(c.r)
		got, err := rewrite(c.r, head+c.in)
		if n := unchangedIn(c.r) - before; err != nil || got != head+c.want || n != c.unchanged {
			t.Errorf("%q\n got %q, %d, %v\nwant %q, %d", c.in, got, n, err, head+c.want, c.unchanged)
		}
	}
}

func unchangedIn(r *Replacer) (sum int64) {
	for _, c := range r.Report() {
		sum += c.Unchanged
	}
	return sum
}

// Replacing a word by another of the same length changes no multi-byte character.
func FuzzMultibyte(f *testing.F) {
	f.Add("sjis", []byte("\x83paris s:5:\"paris\";"))
	f.Add("gb18030", []byte("\x81\x30\x81\x30paris"))
	f.Add("utf16", []byte("\x00p\x00a\x00r\x00i\x00s"))
	r := newTest(f, [2]string{"paris", "lyons"})
	f.Fuzz(func(t *testing.T, charset string, in []byte) {
		out, n, err := r.inCharset(bytes.Clone(in), charset)
		if (err != nil || n == 0) != bytes.Equal(in, out) || len(in) != len(out) {
			t.Fatalf("%s: %q became %q, %d, %v", charset, in, out, n, err)
		}
		before, after := sqltext.SingleBytes(string(in), charset), sqltext.SingleBytes(string(out), charset)
		for i := range before {
			if before[i] == 0x80 && (after[i] != 0x80 || in[i] != out[i]) {
				t.Fatalf("%s: %q became %q", charset, in, out)
			}
		}
	})
}
