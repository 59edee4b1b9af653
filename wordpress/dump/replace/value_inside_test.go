package replace

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
)

func newTest(t testing.TB, pairs ...[2]string) *Replacer {
	t.Helper()
	r, err := New(Options{Pairs: pairs})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func replaced(r *Replacer, v string) (string, error) {
	out, _, err := r.inCharset([]byte(v), "")
	return string(out), err
}

func TestURL(t *testing.T) {
	r := newTest(t, [2]string{"http://www.old.example/wp/", "https://new.example:8443/blog"})
	for in, want := range map[string]string{
		"http://old.example/wp":                                "https://new.example:8443/blog",
		"see HTTPS://WWW.Old.Example/wp/a?b#c.":                "see https://new.example:8443/blog/a?b#c.",
		`src="//old.example/wp/x.png"`:                         `src="//new.example:8443/blog/x.png"`,
		"http://old.example/wp.":                               "https://new.example:8443/blog.",
		"(http://old.example/wp)":                              "(https://new.example:8443/blog)",
		`{"u":"http:\/\/old.example\/wp\/a"}`:                  `{"u":"https:\/\/new.example:8443\/blog\/a"}`,
		`{"u":"\/\/old.example\/wp"}`:                          `{"u":"\/\/new.example:8443\/blog"}`,
		`{\"u\":\"http:\\\/\\\/www.old.example\\\/wp\"}`:       `{\"u\":\"https:\\\/\\\/new.example:8443\\\/blog\"}`,
		"u=http%3A%2F%2Fold.example%2Fwp%2Fa&b":                "u=https%3A%2F%2Fnew.example%3A8443%2Fblog%2Fa&b",
		"u=http%3a%2f%2fold.example%2fwp":                      "u=https%3a%2f%2fnew.example%3a8443%2fblog",
		"http%253A%252F%252Fold.example%252Fwp%253Fa":          "https%253A%252F%252Fnew.example%253A8443%252Fblog%253Fa",
		"http%3A//old.example/wp":                              "https%3A//new.example:8443/blog",
		"%2F%2Fold.example%2Fwp":                               "%2F%2Fnew.example%3A8443%2Fblog",
		"http://old.example/wp，http://old.example/wp":          "https://new.example:8443/blog，https://new.example:8443/blog",
		"http://old.example/wp-content":                        "http://old.example/wp-content",
		"http://old.example/wp%C3%A9":                          "http://old.example/wp%C3%A9",
		"http://old.example/wp.php":                            "http://old.example/wp.php",
		"http://old.example/WP":                                "http://old.example/WP",
		"http://old.example":                                   "http://old.example",
		"http://old.example.com/wp":                            "http://old.example.com/wp",
		"http://shop.old.example/wp":                           "http://shop.old.example/wp",
		"ftp://old.example/wp":                                 "ftp://old.example/wp",
		"me@old.example/wp":                                    "me@old.example/wp",
		"http://old.example:8080/wp":                           "http://old.example:8080/wp",
		"https://new.example:8443/blog and nothing else":       "https://new.example:8443/blog and nothing else",
		"http://user@old.example/wp":                           "http://user@old.example/wp",
		"//old.example/wp//old.example/wp":                     "//new.example:8443/blog//new.example:8443/blog",
		"http:////old.example/wp":                              "http:////new.example:8443/blog",
		"http://old.example/wp http://old.example/wp/ no more": "https://new.example:8443/blog https://new.example:8443/blog/ no more",
	} {
		if got, err := replaced(r, in); err != nil || got != want {
			t.Errorf("%s\n got %s, %v\nwant %s", in, got, err, want)
		}
	}
}

func TestPairs(t *testing.T) {
	r := newTest(t, [2]string{"http://a.example", "http://b.example"}, [2]string{"http://b.example", "http://a.example"},
		[2]string{"http://a.example/shop", "https://shop.example"}, [2]string{"/home/old", "/srv/www/new"}, [2]string{"old.test", "new.test"},
		[2]string{"//keep.example", "//kept.example"}, [2]string{"The Old Shop", "Das neue Geschäft"})
	for in, want := range map[string]string{
		"http://a.example/ http://b.example/ http://a.example/shop/1": "http://b.example/ http://a.example/ https://shop.example/1",
		"http://a.example:80/":                       "http://a.example:80/",
		"http%3A%2F%2Fa.example%3A80%2F":             "http%3A%2F%2Fa.example%3A80%2F",
		"/home/old/x /home/older /home/old":          "/srv/www/new/x /home/older /srv/www/new",
		`"\/home\/old\/x" %2Fhome%2Fold`:             `"\/srv\/www\/new\/x" %2Fsrv%2Fwww%2Fnew`,
		"me@Old.test shop.old.test myold.test":       "me@new.test shop.new.test myold.test",
		"old.test.com old.test. my-old.test":         "old.test.com new.test. my-old.test",
		`http%3A%2F%2Fold.test \r\nold.test`:         `http%3A%2F%2Fnew.test \r\nnew.test`,
		"http://keep.example/ https://keep.example/": "http://kept.example/ https://kept.example/",
		"The Old Shop, the old shop":                 "Das neue Geschäft, the old shop",
	} {
		if got, err := replaced(r, in); err != nil || got != want {
			t.Errorf("%s\n got %s, %v\nwant %s", in, got, err, want)
		}
	}
	for _, bad := range [][2]string{
		{"", "x"},
		{"http://old.example", "new.example"},
		{"http://", "http://x"},
		{"http://a b", "http://c"},
		{"http://a/?x", "http://b"},
		{"http://u:p@a", "http://b"},
		{`a"b`, "c"},
		{"a", "b\n"},
		{"::", "x"},
		{"http://a", "http://b?c"},
	} {
		if _, err := New(Options{Pairs: [][2]string{bad}}); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	if _, err := New(Options{Pairs: [][2]string{{"http://a.example/", "http://b"}, {"https://www.A.example", "http://c"}}}); err == nil {
		t.Error("two pairs for the same text are accepted")
	}
}

func TestSerialized(t *testing.T) {
	r := newTest(t, [2]string{"http://old.example", "https://brandnew.example"})
	const o, n = "http://old.example", "https://brandnew.example" // 18 and 24 bytes
	inner, innerNew := `a:1:{s:1:"u";s:20:"`+o+`/é";}`, `a:1:{s:1:"u";s:26:"`+n+`/é";}`
	inner, innerNew = strings.ReplaceAll(inner, "s:20", "s:21"), strings.ReplaceAll(innerNew, "s:26", "s:27")
	for in, want := range map[string]string{
		inner:                   innerNew,
		`s:43:"` + inner + `";`: `s:49:"` + innerNew + `";`,
		" " + inner + "\n":      " " + innerNew + "\n",
		inner + " " + o:         innerNew + " " + n,
		`O:7:"Unknown":2:{s:1:"a";i:-5;s:10:"` + "\x00Unknown\x00b" + `";s:18:"` + o + `";}`: `O:7:"Unknown":2:{s:1:"a";i:-5;s:10:"` + "\x00Unknown\x00b" + `";s:24:"` + n + `";}`,
		`a:1:{s:18:"` + o + `";d:1.5E+25;}`:                                                  `a:1:{s:24:"` + n + `";d:1.5E+25;}`,
		`a:2:{i:0;S:19:"` + o + `\00";i:1;E:11:"Suit:Hearts";}`:                              `a:2:{i:0;s:25:"` + n + "\x00" + `";i:1;E:11:"Suit:Hearts";}`,
		`C:11:"ArrayObject":51:{x:i:0;a:1:{i:0;s:18:"` + o + `";};m:a:0:{}}`:                 `C:11:"ArrayObject":57:{x:i:0;a:1:{i:0;s:24:"` + n + `";};m:a:0:{}}`,
		`C:1:"X":18:{` + o + `}`:                                                             `C:1:"X":24:{` + n + `}`,
		`C:1:"X":33:{C:1:"Y":20:{[` + o + `]}}`:                                              `C:1:"X":39:{C:1:"Y":26:{[` + n + `]}}`,
		`cart|s:18:"` + o + `";x|N; ` + o:                                                    `cart|s:24:"` + n + `";x|N; ` + n,
		`s:37:"{"u":"http:\/\/old.example","v":null}";`:                                      `s:43:"{"u":"https:\/\/brandnew.example","v":null}";`,
		`{"a":"s:18:\"http:\/\/old.example\";","b":"http:\/\/old.example"}`:                  `{"a":"s:24:\"https:\/\/brandnew.example\";","b":"https:\/\/brandnew.example"}`,
		`{"a":"s:20:\"http://old.example\u00e9\";"}`:                                         `{"a":"s:26:\"https://brandnew.example\u00e9\";"}`,
		`{"a":"s:22:\"\ud83d\ude00http://old.example\";"}`:                                   `{"a":"s:28:\"\ud83d\ude00https://brandnew.example\";"}`,
		`{"a":"x:\"http://old.example\""}`:                                                   `{"a":"x:\"https://brandnew.example\""}`,
		`a:3:{i:0;b:1;i:1;N;i:2;a:1:{i:0;R:1;}}`:                                             `a:3:{i:0;b:1;i:1;N;i:2;a:1:{i:0;R:1;}}`,
	} {
		if err := unserialize(strings.TrimSpace(in)); err != nil && isSerialized([]byte(in)) && !strings.Contains(in, "S:19") && !strings.HasSuffix(in, o) {
			t.Errorf("the test itself is wrong: %s: %v", in, err)
		}
		if got, err := replaced(r, in); err != nil || got != want {
			t.Errorf("%s\n got %s, %v\nwant %s", in, got, err, want)
		}
	}
}

func TestUnchanged(t *testing.T) {
	r := newTest(t, [2]string{"http://old.example", "https://new.example"})
	deep := "http://old.example"
	for range 200 {
		deep = `s:` + strconv.Itoa(len(deep)) + `:"` + deep + `";`
	}
	for name, in := range map[string]string{
		"length":      `a:1:{i:0;s:19:"http://old.example";}`,
		"truncated":   `a:2:{i:0;s:18:"http://old.example";`,
		"count":       `a:2:{i:0;s:18:"http://old.example";}`,
		"inner":       `a:1:{i:0;s:28:"a:9:{s:18:"http://old.example""` + `;}`,
		"session":     `k|s:31:"a:9:{s:18:"http://old.example";";`,
		"nesting":     deep,
		"depth":       strings.Repeat("a:1:{i:0;", 5000) + `s:18:"http://old.example";` + strings.Repeat("}", 5000),
		"number":      `a:1:{i:0;a:x:{i:0;s:18:"http://old.example";}}`,
		"brace":       `a:1:{i:0;a:1{i:0;s:18:"http://old.example";}}`,
		"end":         `a:1:{i:0;s:18:"http://old.example";x`,
		"more":        `a:1:{i:0;s:18:"http://old.example";i:1;i:2;}`,
		"key":         `a:1:{N;s:18:"http://old.example";}`,
		"null":        `a:2:{i:0;N:i:1;s:18:"http://old.example";}`,
		"integer":     `a:2:{i:0;i;i:1;s:18:"http://old.example";}`,
		"spaces":      `a:2:{i:0;d:1 2;i:1;s:18:"http://old.example";}`,
		"quote":       `a:1:{i:0;s:18:http://old.example";}`,
		"escaped":     `a:1:{i:0;S:18:http://old.example";}`,
		"escape":      `a:1:{i:0;S:19:"http://old.example\0z";}`,
		"escaped end": `a:1:{i:0;S:17:"http://old.example";}`,
		"enum":        `a:2:{i:0;E:3:"A:B":i:1;s:18:"http://old.example";}`,
		"enum name":   `a:2:{i:0;E:9:"A:B";i:1;s:18:"http://old.example";}`,
		"class":       `O:2:"A":1:{i:0;s:18:"http://old.example";}`,
		"object":      `O:1:"A":x:{i:0;s:18:"http://old.example";}`,
		"custom":      `C:1:"X":99:{http://old.example}`,
		"custom open": `C:1:"X":18:http://old.example}`,
		"custom end":  `C:1:"X":18:{http://old.example;`,
		"custom in":   `C:1:"X":34:{a:1:{i:0;s:19:"http://old.example";}`,
		"huge":        `s:99999999999999999999:"http://old.example";`,
	} {
		if got, err := replaced(r, in); !errors.Is(err, errBroken) || got != in {
			t.Errorf("%s: %.200s, %v", name, got, err)
		}
	}
	in := `a:2:{s:18:"http://old.example";i:1;s:19:"https://new.example";i:2;}`
	if got, err := replaced(r, in); !errors.Is(err, errSameKeys) || got != in {
		t.Errorf("%s, %v", got, err)
	}
	if got, err := replaced(r, `a:1:{broken`); err != nil || got != `a:1:{broken` {
		t.Errorf("a broken value without a match: %s, %v", got, err)
	}
}

func TestCharsets(t *testing.T) {
	r := newTest(t, [2]string{"http://old.example", "https://new.example"}, [2]string{"Café Old", "Ünique"})
	for _, c := range []struct{ charset, in, want string }{
		{"latin1", "a:1:{i:0;s:21:\"http://old.example/\xe9\";}", "a:1:{i:0;s:22:\"https://new.example/\xe9\";}"},         // the site's connection used UTF-8
		{"latin1", "a:1:{i:0;s:21:\"http://old.example/\xc3\xa9\";}", "a:1:{i:0;s:22:\"https://new.example/\xc3\xa9\";}"}, // the site's connection used latin1 for a text in UTF-8
		{"", "a:1:{i:0;s:21:\"http://old.example/\xc3\x83\xc2\xa9\";}", "a:1:{i:0;s:22:\"https://new.example/\xc3\x83\xc2\xa9\";}"},
		{"latin1", "Caf\xe9 Old", "\xdcnique"},
		{"utf16", "\x00C\x00a\x00f\x00\xe9\x00 \x00O\x00l\x00d", "\x00\xdc\x00n\x00i\x00q\x00u\x00e"},
		{"utf16le", "C\x00a\x00f\x00\xe9\x00 \x00O\x00l\x00d\x00", "\xdc\x00n\x00i\x00q\x00u\x00e\x00"},
		{"utf32", "\x00\x00\x00C\x00\x00\x00a\x00\x00\x00f\x00\x00\x00\xe9\x00\x00\x00 \x00\x00\x00O\x00\x00\x00l\x00\x00\x00d\x00\x01\xf6\x00", "\x00\x00\x00\xdc\x00\x00\x00n\x00\x00\x00i\x00\x00\x00q\x00\x00\x00u\x00\x00\x00e\x00\x01\xf6\x00"},
		{"binary", "s:19:\"\xffhttp://old.example\";", "s:20:\"\xffhttps://new.example\";"},
		{"gbk", "s:20:\"\xc4\xe3http://old.example\";", "s:21:\"\xc4\xe3https://new.example\";"},
	} {
		got, n, err := r.inCharset([]byte(c.in), c.charset)
		if err != nil || n != 1 || string(got) != c.want {
			t.Errorf("%s: %q\n got %q, %d, %v\nwant %q", c.charset, c.in, got, n, err, c.want)
		}
	}
	for name, in := range map[string]string{"a byte too many": "\x00C\x00a\x00f\x00\xe9\x00 \x00O\x00l\x00d\x00", "no character": "\x00\x00\x00C\x00\x11\x00\x00"} {
		for _, charset := range []string{"utf16", "utf32"} {
			if got, n, _ := r.inCharset([]byte(in), charset); string(got) != in || n != 0 {
				t.Errorf("%s in %s: %q", name, charset, got)
			}
		}
	}
	cyrillic := newTest(t, [2]string{"http://old.example", "http://ж.example"})
	if got, _, err := cyrillic.inCharset([]byte("\xe9 http://old.example"), "latin1"); !errors.Is(err, errCharset) || !bytes.HasPrefix(got, []byte("\xe9 http://old")) {
		t.Errorf("what the character set lacks: %q, %v", got, err)
	}
}
