package replace

import (
	"reflect"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// rewrite rewrites a statement in the same way as a restore.
func rewrite(r *Replacer, statement string) (string, error) {
	in, err := dumpfile.ParseInsert([]byte(statement))
	if err != nil {
		return "", err
	}
	out, err := r.Insert([]byte(statement), in)
	return string(out), err
}

func TestRewrite(t *testing.T) {
	for name, c := range map[string]struct{ columns, rows, want string }{
		"rows":        {"a,b", "(1,'http://old.example/\\'x\\\\'),\n(-2,NULL),\n(3e5,'')", "(1,'https://new.example/\\'x\\\\'),\n(-2,NULL),\n(3e5,'')"},
		"escaped":     {"a", `('a:1:{i:0;s:20:"http://old.example\0\n";}')`, `('a:1:{i:0;s:21:"https://new.example\0\n";}')`},
		"introducer":  {"a,b", "(_binary'\xff\\0http://old.example',_latin1'http://old.example \xe9')", "(_binary'\xff\\0https://new.example',_latin1'https://new.example \xe9')"},
		"hexadecimal": {"a,b", "(0x01,_ucs2 0x" + hexOf("http://old.example") + ")", "(0x01,_ucs2 0x" + hexOf("https://new.example") + ")"},
		"expression":  {"a,b", "(JSON_OBJECT('k',CAST('\"http://old.example\"' AS JSON),'(',x'4F'),2)", "(JSON_OBJECT('k',CAST('\"https://new.example\"' AS JSON),'(',x'4F'),2)"},
		"no columns":  {"", "(),\n()", "(),\n()"},
		"guid":        {"guid,GUID,b", "('http://old.example','http://old.example','http://old.example')", "('http://old.example','http://old.example','https://new.example')"},
		"skipped":     {"skipped1,b", "('http://old.example','http://old.example')", "('http://old.example','https://new.example')"},
		"broken":      {"id,b", `(7,'a:1:{http://old.example')`, `(7,'a:1:{http://old.example')`},
		"site":        {"blog_id,domain,path", "(1,'old.example','/'),(2,'www.old.example','/sub/'),(3,'shop.old.example','/')", "(1,'new.example','/'),(2,'new.example','/sub/'),(3,'shop.old.example','/')"},
		"doubled":     {"a", "('it''s http://old.example')", "('it\\'s https://new.example')"},
		"odd name":    {"VALUES`('", "('http://old.example')", "('https://new.example')"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := New(Options{Pairs: [][2]string{{"http://old.example", "https://new.example"}}, SkipColumns: []string{"t`x.skip*"}, SkipTables: []string{"not_*"}})
			if err != nil {
				t.Fatal(err)
			}
			var columns, quoted []string
			if c.columns != "" {
				columns = strings.Split(c.columns, ",")
			}
			for _, column := range columns {
				quoted = append(quoted, sqltext.Ident(column))
			}
			head := "INSERT INTO `t``x` (" + strings.Join(quoted, ",") + ") VALUES\n"
			got, err := rewrite(r, head+c.rows)
			if err != nil || got != head+c.want {
				t.Errorf("%s\n got %s, %v\nwant %s", c.rows, got, err, head+c.want)
			}
			other := strings.Replace(head+c.rows, "t``x", "not_this", 1)
			if got, err := rewrite(r, other); err != nil || got != other {
				t.Errorf("a skipped table: %s, %v", got, err)
			}
		})
	}
}

func TestSkippedColumns(t *testing.T) {
	const rows = "INSERT INTO `wp_blogs` (`guid`,`domain`,`path`) VALUES\n('http://old.example','old.example','/net/')"
	for _, c := range []struct {
		options Options
		want    string
	}{
		{Options{}, "('http://old.example','new.example','/')"},
		{Options{IncludeGUID: true}, "('https://new.example','new.example','/')"},
		{Options{SkipColumns: []string{"domain"}}, "('http://old.example','old.example','/net/')"},
		{Options{SkipColumns: []string{"wp_blogs.p?th"}}, "('http://old.example','old.example','/net/')"},
		{Options{SkipColumns: []string{"wp_posts.*"}}, "('http://old.example','new.example','/')"},
	} {
		c.options.Pairs = [][2]string{{"http://old.example/net", "https://new.example"}, {"http://old.example", "https://new.example"}}
		r, err := New(c.options)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := rewrite(r, rows); err != nil || !strings.HasSuffix(got, "\n"+c.want) {
			t.Errorf("%+v: %s, %v", c.options, got, err)
		}
	}
	for _, name := range []string{"", "a/b", "[a"} {
		if _, err := New(Options{SkipTables: []string{name}}); err == nil {
			t.Errorf("the table %q is accepted", name)
		}
		if _, err := New(Options{SkipColumns: []string{name}}); err == nil {
			t.Errorf("the column %q is accepted", name)
		}
	}
}

func hexOf(s string) string {
	var wide []byte
	for i := range len(s) {
		wide = append(wide, 0, s[i])
	}
	return string(sqltext.AppendHex(nil, wide))
}

func TestRewriteNetworkPath(t *testing.T) {
	r := newTest(t, [2]string{"http://old.example/net", "http://new.example:8080"})
	const head = "INSERT INTO `wp_blogs` (`path`,`domain`) VALUES\n"
	got, err := rewrite(r, head+"('/net/','old.example'),\n('/net/a/','old.example'),\n('/other/','old.example')")
	if want := head + "('/','new.example:8080'),\n('/a/','new.example:8080'),\n('/other/','old.example')"; err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
}

func TestRewriteMalformed(t *testing.T) {
	r := newTest(t, [2]string{"http://old.example", "http://new.example"})
	for _, rows := range []string{"", "(", "('http", "('http://old.example'", "('http://old.example');", "('a','http://old.example')", "('http://old.example')('b')", "('a\\", "x'", "(_latin1"} {
		got, err := rewrite(r, "INSERT INTO `t` (`a`) VALUES\n"+rows+" http://old.example")
		if err == nil {
			t.Errorf("%s became %s", rows, got)
		}
	}
}

func TestReport(t *testing.T) {
	r := newTest(t, [2]string{"http://old.example", "https://new.example"})
	statement := "INSERT INTO `o` (`id`,`v`,`w`) VALUES\n(5,'http://old.example http://old.example','s:9:\"http://old.example\";'),(6,'s:18:\"http://old.example\";','x')"
	for range 2 {
		if _, err := rewrite(r, statement); err != nil {
			t.Fatal(err)
		}
	}
	broken := Unchanged{"id=5", errBroken.Error()}
	want := []Column{
		{Table: "o", Column: "v", Values: 4, Replacements: 6, Examples: []Unchanged{}},
		{Table: "o", Column: "w", Unchanged: 2, Examples: []Unchanged{broken, broken}},
	}
	if got := r.Report(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add([]byte("('a:1:{i:0;s:18:\"http://old.example\";}',_binary'x'),\n(NULL,JSON_ARRAY(x'00','http://old.example'))"))
	r := newTest(f, [2]string{"http://old.example", "https://new.example"})
	f.Fuzz(func(t *testing.T, rows []byte) {
		in := "INSERT INTO `t` (`a`,`b`) VALUES\n" + string(rows)
		out, err := rewrite(r, in)
		if err != nil {
			return
		}
		if _, err := rewrite(r, out); err != nil {
			t.Fatalf("%q became %q: %v", in, out, err)
		}
	})
}

func BenchmarkRewrite(b *testing.B) {
	r := newTest(b, [2]string{"http://old.example", "https://new.example"})
	var s strings.Builder
	s.WriteString("INSERT INTO `p` (`id`,`content`) VALUES\n(0,'')")
	for s.Len() < 1<<20 {
		s.WriteString(",\n(1,'" + strings.Repeat("Lorem ipsum dolor sit amet, <b>consectetur</b>. ", 60) + "http://old.example/x')")
	}
	b.SetBytes(int64(s.Len()))
	for b.Loop() {
		if _, err := rewrite(r, s.String()); err != nil {
			b.Fatal(err)
		}
	}
}
