package sqltext

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// written returns the tokens in one line: spaces as _, quoted names as name=…, and what is
// not closed as unclosed=….
func written(list []Token) string {
	var parts []string
	for _, t := range list {
		switch t.Kind {
		case Space:
			parts = append(parts, "_")
		case QuotedName:
			parts = append(parts, "name="+t.Name)
		case Word:
			parts = append(parts, "word="+t.Text)
		case String:
			parts = append(parts, "string="+t.Text)
		case Unclosed:
			parts = append(parts, "unclosed="+t.Text)
		default:
			parts = append(parts, t.Text)
		}
	}
	return strings.Join(parts, " ")
}

func TestTokens(t *testing.T) {
	for _, c := range []struct {
		dialect         Dialect
		statement, want string
	}{
		{Dialect{}, "a#b\nc", "word=a _ word=c"},
		{Dialect{}, "a#b", "word=a _"},
		{Dialect{}, "a#\nb", "word=a _ word=b"},
		{Dialect{}, "#\nb", "_ word=b"},
		{Dialect{}, "a-- b\nc", "word=a _ word=c"},
		{Dialect{}, "a--\tb", "word=a _"},
		{Dialect{}, "a--", "word=a _"},
		{Dialect{}, "5--1", "word=5 - - word=1"},
		{Dialect{}, "a/* b */c/**/", "word=a _ word=c _"},
		{Dialect{}, "/*! a*/", "/ * ! _ word=a * /"},
		{Dialect{}, "/*M!100100 a*/", "/ * word=M ! word=100100 _ word=a * /"},
		{Dialect{}, "/*/", "unclosed=/*/"},
		{Dialect{}, "/*M a*/", "_"},
		{Dialect{}, "0x1F,x'1F',b'01',N'a',_utf8mb4'b'", "word=0x1F , word=x string='1F' , word=b string='01' , word=N string='a' , word=_utf8mb4 string='b'"},
		{Dialect{}, "az09AZ_$\u00e9\U0001F600/:@[{", "word=az09AZ_$\u00e9\U0001F600 / : @ [ {"},
		{Dialect{}, "a\x80b", "word=a\x80b"},
		{Dialect{}, `'it''s' 'a\'b' '\\'`, `string='it''s' _ string='a\'b' _ string='\\'`},
		{Dialect{}, "`a``b\\`.\"c\"", "name=a`b\\ . string=\"c\""},
		{Dialect{}, "'a\x00b'", "string='a\x00b'"},
		{Dialect{}, `'a\'`, `unclosed='a\'`},
		{Dialect{}, "`a", "unclosed=`a"},
		{Dialect{NoBackslash: true}, `'a\' "b\"`, `string='a\' _ string="b\"`},
		{Dialect{ANSIQuotes: true}, `"a""b\" 'c\''`, `name=a"b\ _ string='c\''`},
	} {
		if got := written(c.dialect.Tokens(c.statement)); got != c.want {
			t.Errorf("%+v %q:\ngot  %s\nwant %s", c.dialect, c.statement, got, c.want)
		}
	}
}

func TestDialectOf(t *testing.T) {
	for mode, want := range map[string]Dialect{
		"":                                    {},
		"STRICT_TRANS_TABLES,PIPES_AS_CONCAT": {},
		"ansi_quotes":                         {ANSIQuotes: true},
		"REAL_AS_FLOAT,ANSI":                  {ANSIQuotes: true},
		"DB2":                                 {ANSIQuotes: true},
		"MAXDB":                               {ANSIQuotes: true},
		"MSSQL":                               {ANSIQuotes: true},
		"POSTGRESQL":                          {ANSIQuotes: true},
		"ORACLE,NO_BACKSLASH_ESCAPES":         {ANSIQuotes: true, Oracle: true, NoBackslash: true},
	} {
		if got := DialectOf(mode); got != want {
			t.Errorf("%s: %+v", mode, got)
		}
	}
}

func TestWordsAndNames(t *testing.T) {
	list := Tokens("select `select` 'select' \u017felect")
	var words, named []bool
	for _, token := range list {
		if token.Kind != Space {
			words, named = append(words, token.IsWord("SELECT")), append(named, token.Is("select"))
		}
	}
	if got := fmt.Sprint(words, named); got != "[true false false false] [true true false false]" { //nolint:dupword // two lists
		t.Error(got)
	}
	for text, want := range map[string]bool{"'a' 'b'": false, "'\xbf\\'": true, "'\xbf\\' or '": false, "a": false, "": false, "'": false} {
		if got := (Dialect{}).IsToken(text, "gbk", "'x'"); got != want {
			t.Errorf("%q is one literal: %v", text, got)
		}
	}
	if (Dialect{}).IsToken("'a'", "", "'x' 'y'") {
		t.Error("one literal is like two")
	}
}

func TestGroupEnd(t *testing.T) {
	for text, want := range map[string]string{"(a(b)c)d": "d", "(a": "", "(')')d": "d"} {
		list := Tokens(text)
		if got := Join(list[GroupEnd(list, 0):]); got != want {
			t.Errorf("%s: %q follows", text, got)
		}
	}
}

// The second byte of such a character looks like a backslash, a quote or a letter to a reader
// of single bytes.
func TestSingleBytes(t *testing.T) {
	for _, c := range []struct{ charset, text, want string }{
		{"utf8mb4", "\xbf\\'", "\xbf\\'"},
		{"latin1", "\x81\x40", "\x81\x40"},
		{"gbk", "\xbf\\'", "\xbf\x80'"},
		{"gbk", "\x81\x40\xfe\xfe\x80\\\xff\\", "\x81\x80\xfe\x80\x80\\\xff\\"},
		{"gbk", "\x81\x7e\x81\x7f\x81\x3f", "\x81\x80\x81\x7f\x81\x3f"},
		{"gbk", "\x81", "\x81"},
		{"gb18030", "\x81\x30\x81\x30a\x81\\", "\x81\x80\x81\x80a\x81\x80"},
		{"gb18030", "\x81\x30\x81\x30", "\x81\x80\x81\x80"},
		{"gb18030", "\x81\x30\x81a\x81\x30a0", "\x81\x30\x81\x80\x81\x30a0"},
		{"gb18030", "\x81a\x81\x30", "\x81\x80\x81\x30"},
		{"big5", "\xa1\\\xf9\\\xa0\\\xfa\\\xa1\x80", "\xa1\x80\xf9\x80\xa0\\\xfa\\\xa1\x80"},
		{"big5", "\xa1\xa1\\", "\xa1\x80\\"},
		{"big5", "\xa1\x90\\", "\xa1\x90\\"},
		{"sjis", "\x95\\\xa0\\\xe0\\\xfc\\\xfd\\\x95\xfc", "\x95\x80\xa0\\\xe0\x80\xfc\x80\xfd\\\x95\x80"},
		{"cp932", "\x95\\\xa0\\", "\x95\x80\xa0\\"},
		{"euckr", "\x81A\x81z\x81\\\x81\x81", "\x81\x80\x81\x80\x81\\\x81\x80"},
	} {
		if got := SingleBytes(c.text, c.charset); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.charset, c.text, got, c.want)
		}
	}
}

func TestSchemaName(t *testing.T) {
	names := Tokens("db,`db`,DB,'db',`d``b`")
	for _, c := range []struct {
		schema SchemaName
		want   []bool
	}{
		{SchemaName{Name: "db"}, []bool{true, true, false, false, false}},
		{SchemaName{Name: "dB", IgnoreCase: true}, []bool{true, true, true, false, false}},
		{SchemaName{Name: "'db'"}, []bool{false, false, false, false, false}},
		{SchemaName{Name: "d`b"}, []bool{false, false, false, false, true}},
	} {
		var got []bool
		for i := 0; i < len(names); i += 2 {
			got = append(got, c.schema.Matches(names[i]))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v", c.schema, got)
		}
	}
	if got := Identifiers("CREATE VIEW `v` AS select 't', x from `a``b`"); !slices.Equal(got, []string{"v", "a`b"}) {
		t.Errorf("%q", got)
	}
}
