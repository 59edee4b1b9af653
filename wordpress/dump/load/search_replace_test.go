package load_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/load"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/replace"
)

func TestSearchReplaceMariaDB(t *testing.T) { searchReplace(t, mariaDB(t)) }

func TestSearchReplaceMySQL(t *testing.T) { searchReplace(t, mySQL(t)) }

// Values in many character sets have the new address. Otherwise they are unchanged, and reported.
func searchReplace(t *testing.T, s *server) {
	charsets := []string{"utf8mb4", "ucs2", "utf16", "utf16le", "utf32", "sjis", "cp932", "gbk", "big5", "euckr", "ujis", "gb2312"}
	if s == shared.mysql {
		charsets = append(charsets, "gb18030")
	}
	// The byte counts are those that PHP writes if its connection uses UTF-8.
	rows := []struct{ in, want string }{
		{"http://old.example/海 paris", "https://new.example/海 rome"},
		{`a:1:{s:1:"u";s:18:"http://old.example";}`, `a:1:{s:1:"u";s:19:"https://new.example";}`},
		{`s:22:"http://old.example/海";`, `s:23:"https://new.example/海";`},
		{`{"u":"http:\/\/old.example\/海"}`, `{"u":"https:\/\/new.example\/海"}`},
		{"海old.example", "海old.example"},
	}
	script := "CREATE TABLE docs (id INT PRIMARY KEY, v JSON); INSERT INTO docs VALUES (1,'{\"u\":\"http://old.example/海\",\"s\":\"s:18:\\\\\"http://old.example\\\\\";\"}');\n"
	// The first bytes of two-byte characters whose second byte is the letter p.
	inside := map[string]string{"sjis": "83", "cp932": "83", "gbk": "C4", "big5": "A4", "euckr": "81", "gb18030": "C4"}
	for _, c := range charsets {
		script += fmt.Sprintf("CREATE TABLE t_%s (id INT PRIMARY KEY, v VARCHAR(200) CHARACTER SET %s);\n", c, c)
		for i, r := range rows {
			script += fmt.Sprintf("INSERT INTO t_%s VALUES (%d,_utf8mb4 0x%x);\n", c, i, r.in)
		}
		if lead := inside[c]; lead != "" {
			script += fmt.Sprintf("INSERT INTO t_%s VALUES (99,_%s 0x%s70%x);\n", c, c, lead, "aris s:5:\"paris\";")
		}
	}
	text, _ := s.dump(t, script)
	r, err := replace.New(replace.Options{Pairs: [][2]string{{"http://old.example", "https://new.example"}, {"paris", "rome"}}})
	if err != nil {
		t.Fatal(err)
	}
	db := s.database(t, "target", "")
	if _, err := restore(t.Context(), db, text, load.Options{Rewrite: r.Insert}); err != nil {
		t.Fatal(err)
	}
	unchanged := map[string]int64{}
	for _, c := range r.Report() {
		unchanged[c.Table+"."+c.Column] = c.Unchanged
	}
	for _, c := range charsets {
		got := query(t, s.pool, "SELECT id, CONVERT(v USING utf8mb4), HEX(v) FROM target.t_"+c+" ORDER BY id")
		for i, row := range rows {
			// In sjis, the server stores the backslashes of the JSON text as full-width characters.
			reported := got[i][1] == row.in && (i == 2 && unchanged["t_"+c+".v"] == 1 || c == "sjis" && i >= 2 && unchanged["t_sjis.v"] == 2)
			if got[i][1] != row.want && !reported {
				t.Errorf("%s: %q became %q, want %q; unchanged: %d", c, row.in, got[i][1], row.want, unchanged["t_"+c+".v"])
			}
			if wide := strings.HasPrefix(c, "u") && c != "ujis"; wide && reported {
				t.Errorf("%s: %q was not changed", c, row.in)
			}
		}
		if lead := inside[c]; lead != "" {
			if want := fmt.Sprintf("%s70%X", lead, "aris s:4:\"rome\";"); got[len(rows)][2] != want {
				t.Errorf("%s: a match inside a character: %s, want %s", c, got[len(rows)][2], want)
			}
		}
	}
	for name := range unchanged {
		if unchanged[name] > 0 && !slices.Contains(charsets[5:], strings.TrimSuffix(strings.TrimPrefix(name, "t_"), ".v")) {
			t.Errorf("%s: %d values are unchanged", name, unchanged[name])
		}
	}
	doc := query(t, s.pool, "SELECT JSON_UNQUOTE(JSON_EXTRACT(v,'$.u')), JSON_UNQUOTE(JSON_EXTRACT(v,'$.s')) FROM target.docs")[0]
	if want := []string{"https://new.example/海", `s:19:"https://new.example";`}; !slices.Equal(doc, want) {
		t.Errorf("the JSON document has %q, want %q", doc, want)
	}
}
