package dump

import (
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

func TestReadJSON(t *testing.T) {
	for _, c := range []struct{ text, root, inObjects, inArrays, want string }{
		{
			`{"a": 1.50, "b": ["x", {"c": 5}]}`, "OBJECT", `["DECIMAL","ARRAY","UNSIGNED INTEGER"]`, `["STRING","OBJECT"]`,
			`JSON_OBJECT('a',CAST('1.50' AS DECIMAL(3,2)),'b',JSON_ARRAY(CAST('"x"' AS JSON),JSON_OBJECT('c',CAST(5 AS UNSIGNED))))`,
		},
		{`"2020-01-02"`, "DATE", "", "", `JSON_EXTRACT(JSON_ARRAY(CAST('2020-01-02' AS DATE)),'$[0]')`},
		{`["base64:type15:yv4="]`, "ARRAY", "", `["BLOB"]`, `JSON_ARRAY(x'CAFE')`},
		{
			`["base64:type252:yv4=", "base64:type16:Ag8=", "base64:type254:"]`, "ARRAY", "", `["BLOB","BIT","BLOB"]`,
			`JSON_ARRAY((SELECT v FROM JSON_TABLE(JSON_ARRAY(x'CAFE'),'$[*]' COLUMNS(v BLOB PATH '$' ERROR ON ERROR)) k),` +
				`(SELECT v FROM JSON_TABLE(JSON_ARRAY(CAST(CONV('020F',16,10) AS UNSIGNED)),'$[*]' COLUMNS(v BIT(16) PATH '$' ERROR ON ERROR)) k),` +
				`(SELECT v FROM JSON_TABLE(JSON_ARRAY(x''),'$[*]' COLUMNS(v BINARY(0) PATH '$' ERROR ON ERROR)) k))`,
		},
		{`["base64:type16:AAAAAAAAAAAA"]`, "ARRAY", "", `["BIT"]`, `(lost) JSON_ARRAY(CAST('"base64:type16:AAAAAAAAAAAA"' AS JSON))`},
		{`["base64:type249:yv4="]`, "ARRAY", "", `["BLOB"]`, `(lost) JSON_ARRAY(CAST('"base64:type249:yv4="' AS JSON))`},
		{`["base64:type252:!"]`, "ARRAY", "", `["BLOB"]`, `(lost) JSON_ARRAY(CAST('"base64:type252:!"' AS JSON))`},
		{`[null]`, "ARRAY", "", `[null]`, `CAST('[null]' AS JSON)`},
		{`[1]`, "ARRAY", "", `["STRING"]`, "(wrong)"},
		{`[1]`, "ARRAY", "", `["INTEGER","INTEGER"]`, "(wrong)"},
		{`[1, 2]`, "ARRAY", "", `["INTEGER"]`, "(wrong)"},
		{`{"a": 1}`, "OBJECT", `{}`, "", "(wrong)"},
		{``, "OBJECT", "", "", "(wrong)"},
	} {
		got := "(wrong)"
		if doc, err := readJSON([]byte(c.text), c.root, c.inObjects, c.inArrays); err == nil {
			sql, exact := doc.document()
			if got = sql; !exact {
				got = "(lost) " + sql
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

// readJSON reads or rejects any text, and a document that it reads has the type of its text.
func FuzzReadJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,{"b":null}]}`, `"x"`, `[[[]]]`, `{"":-0.0}`, `[`, `"`, `nul`, ` `, `{"a":1}{`} {
		f.Add(s, `["STRING"]`, `["ARRAY"]`)
	}
	f.Fuzz(func(t *testing.T, text, inObjects, inArrays string) {
		doc, err := readJSON([]byte(text), "OBJECT", inObjects, inArrays)
		if err != nil {
			return
		}
		if doc.text[0] != '{' {
			t.Errorf("%q is read as an object", text)
		}
		sql, _ := doc.document()
		for _, part := range sqltext.Tokens(sql) {
			if part.Kind == sqltext.Space && strings.HasPrefix(part.Text, "/*") || part.Text == ";" {
				t.Errorf("%q is not contained in one literal: %s", text, sql)
			}
		}
	})
}
