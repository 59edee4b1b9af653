package dump

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// escapedPlainly is what appendEscaped should do, one byte at a time.
func escapedPlainly(v []byte) []byte {
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
		got := appendEscaped(bytes.Clone(before), v)
		if want := append(before, escapedPlainly(v)...); !bytes.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", v, got, want)
		}
		if want := bytes.IndexFunc(v, func(r rune) bool { return r >= 0x80 }) < 0; isASCII(v) != want {
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
				if got, want := appendEscaped(nil, v), escapedPlainly(v); !bytes.Equal(got, want) {
					t.Fatalf("%q: got %q, want %q", v, got, want)
				}
			}
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("CREATE DEFINER=`a``b`@`%` VIEW `v` AS select 'it''s \\' ' -- x\n/* y */ /*!50001 z */ # w\n", false, false)
	f.Add(`CREATE DEFINER="a" PROCEDURE p() SELECT "b" || '\'`, true, true)
	f.Fuzz(func(t *testing.T, s string, ansi, plain bool) {
		d := dialect{ansi, plain}
		list := d.tokens(s)
		if got := join(list); got != s {
			t.Errorf("%q came back as %q", s, got)
		}
		_ = join(withoutDefiner(list))
		_ = join(unqualify(list, schemaName{name: "db"}, "EACH", anyName))
		_ = wrapDefaults(list)
		rights{}.add(s, "db")
	})
}

func TestUnqualify(t *testing.T) {
	d := &Dump{objects: []*object{{name: "t"}, {name: "v"}, {name: "s"}}}
	for in, want := range map[string]string{
		"select `db`.`t`.`a` AS `a` from `db`.`t`":                                     "select `t`.`a` AS `a` from `t`",
		"select `db` . `t`.`a` from `db`.`t` join `other`.`t`":                         "select `t`.`a` from `t` join `other`.`t`",
		"select `db`.`a` from `t` `db`":                                                "select `db`.`a` from `t` `db`",
		"select '`db`.`t`', \"`db`.`t`\" from `t` /* `db`.`t` */":                      "select '`db`.`t`', \"`db`.`t`\" from `t` /* `db`.`t` */",
		"select `x`.`db`.`t` from `x`.`db`":                                            "select `x`.`db`.`t` from `x`.`db`",
		"select nextval(`db`.`s`) from (`db`.`t` join (`db`.`v`))":                     "select nextval(`s`) from (`t` join (`v`))",
		"select `db`.`t` AS `t` from (`x` `db` join `y`) where `db`.`v` in (`db`.`s`)": "select `db`.`t` AS `t` from (`x` `db` join `y`) where `db`.`v` in (`db`.`s`)",
	} {
		if got := join(unqualify((dialect{}).tokens(in), schemaName{name: "db"}, "", d.isObject)); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", in, got, want)
		}
	}
	for in, want := range map[string]bool{
		"select `db`.`a` from (`t` `db` join `x`)": false, "select 1 from (`x` join `db`.`t`)": true, "select `db`.`t`.`a` from `x`": true,
		"select `db`.`f`(1)": true, "select `x`.`db`.`f`(1), 'db.t.x'": false,
	} {
		if got := viewMentions((dialect{}).tokens(in), schemaName{name: "db"}); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
	trigger := "CREATE DEFINER=`db`@`h` TRIGGER db.tr BEFORE INSERT ON /* on */ `db` . t FOR EACH ROW INSERT INTO db.t VALUES (1)"
	want := "CREATE DEFINER=`db`@`h` TRIGGER tr BEFORE INSERT ON /* on */ t FOR EACH ROW INSERT INTO db.t VALUES (1)"
	list := unqualify((dialect{}).tokens(trigger), schemaName{name: "db"}, "EACH", anyName)
	if got := join(list); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !mentions(list, schemaName{name: "db"}) {
		t.Error("the body's mention of the database is not seen")
	}
	if mentions((dialect{}).tokens("select 'db.t', x.db, `db`, a.db.c from t"), schemaName{name: "db"}) {
		t.Error("a mention is seen where there is none")
	}
}

func TestWithoutDefiner(t *testing.T) {
	for in, want := range map[string]string{
		"CREATE DEFINER=`a`@`b` PROCEDURE `p`() SELECT 1":                  "CREATE PROCEDURE `p`() SELECT 1",
		"CREATE ALGORITHM=MERGE DEFINER=`a` SQL SECURITY DEFINER VIEW `v`": "CREATE ALGORITHM=MERGE SQL SECURITY DEFINER VIEW `v`",
		"CREATE DEFINER = a @ b TRIGGER t":                                 "CREATE TRIGGER t",
		"CREATE TRIGGER t BEFORE INSERT ON x":                              "CREATE TRIGGER t BEFORE INSERT ON x",
		"CREATE PROCEDURE `p`(definer INT) SELECT definer=1":               "CREATE PROCEDURE `p`(definer INT) SELECT definer=1",
	} {
		if got := join(withoutDefiner((dialect{}).tokens(in))); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", in, got, want)
		}
	}
}

func TestRightsFromGrants(t *testing.T) {
	for _, c := range []struct {
		grants string
		have   string
	}{
		{"GRANT USAGE ON *.* TO `a`@`b`", "USAGE"},
		{"GRANT ALL PRIVILEGES ON *.* TO `a`@`b` WITH GRANT OPTION", "ALL PRIVILEGES"},
		{"GRANT SELECT, LOCK TABLES ON `my\\_db`.* TO `a`@`b`", "SELECT LOCK TABLES"},
		{"GRANT SELECT ON `my%`.* TO `a`@`b`", "SELECT"},
		{"GRANT SELECT ON `my\\_dc`.* TO `a`@`b`", ""},
		{"GRANT SELECT ON `my_db`.`t` TO `a`@`b`", ""},
		{"GRANT SELECT (`a`, `b`), INSERT ON `my_db`.* TO `a`@`b`", "INSERT"},
		{"GRANT `role` TO `a`@`b`", ""},
		{"GRANT PROXY ON ''@'%' TO 'root'@'localhost'", ""},
		{"GRANT EXECUTE ON PROCEDURE `my_db`.`p` TO `a`@`b`", ""},
		{"GRANT SELECT ON *.* TO `a`@`b`\nREVOKE SELECT ON `my_db`.* FROM `a`@`b`", ""},
		{"", ""},
	} {
		have := rights{}
		for _, line := range strings.Split(c.grants, "\n") {
			have.add(line, "my_db")
		}
		for _, p := range []string{"SELECT", "INSERT", "LOCK TABLES", "USAGE", "ALL PRIVILEGES", "EXECUTE"} {
			if want := strings.Contains(c.have, p); have[p] != want {
				t.Errorf("%s: %s is %v", c.grants, p, have[p])
			}
		}
	}
}

func TestDivide(t *testing.T) {
	for _, c := range []struct {
		low, high string
		unsigned  bool
		n         int
	}{
		{"1", "1000", false, 7},
		{"-9223372036854775808", "9223372036854775807", false, 5},
		{"0", "18446744073709551615", true, 3},
		{"5", "5", false, 4},
		{"-3", "3", false, 100},
		{"0", "0", true, 0},
		{"9223372036854775806", "9223372036854775807", false, 2},
	} {
		list, err := divide("c", c.low, c.high, c.unsigned, c.n)
		if err != nil {
			t.Fatal(err)
		}
		next := new(big.Int).SetInt64(math.MinInt64)
		for i, r := range list {
			if i > 0 {
				from, ok := strings.CutPrefix(r, "c >= "+next.String())
				if r = strings.TrimPrefix(from, " AND "); !ok {
					t.Errorf("%+v: gap before %q of %q", c, r, list)
				}
			}
			if i == len(list)-1 {
				if r != "" {
					t.Errorf("%+v: the last range has an end: %q", c, list)
				}
				break
			}
			if _, ok := next.SetString(strings.TrimPrefix(r, "c < "), 10); !ok {
				t.Errorf("%+v: %q", c, list)
			}
		}
		if len(list) > c.n+1 || c.n > 1 && c.low != c.high && len(list) < 2 {
			t.Errorf("%+v: %d ranges", c, len(list))
		}
	}
	if _, err := divide("c", "x", "1", false, 2); err == nil {
		t.Error("no error for what is no number")
	}
}

func TestDelimiter(t *testing.T) {
	for text, want := range map[string]string{"SELECT 1": ";;", "SELECT ';;'": "$$1$$", "a ;; $$1$$ b": "$$2$$", "BEGIN END;": "$$1$$"} {
		if got := delimiter(text); got != want {
			t.Errorf("%s: got %s", text, got)
		}
	}
}

func TestVersionNumber(t *testing.T) {
	for v, want := range map[string]int{
		"10.11.19-MariaDB-0+deb12u1": 101119, "8.0.36-28": 80036, "9.7.4-2": 90704, "5.5.5-10.6.4-MariaDB": 100604, "5.7.44-log": 50744, "11.4": 110400, "x": 0,
	} {
		if got := versionNumber(v); got != want {
			t.Errorf("%s: got %d, want %d", v, got, want)
		}
	}
}

func TestBlogOf(t *testing.T) {
	for table, want := range map[string]int{"wp_posts": 1, "wp_2_posts": 2, "wp_10_options": 10, "wp_2": 1, "wp_2x_a": 1, "wp_02_a": 1, "other": 0, "wp__a": 1, "wp_99999999999_a": 1} {
		if got := blogOf(table, "wp_"); got != want {
			t.Errorf("%s: got %d, want %d", table, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"*", "", true},
		{"wp_*", "wp_posts", true},
		{"*_log*", "wp_logs", true},
		{"*_log", "wp_logs", false},
		{"w?_x", "wp_x", true},
		{"w?", "w", false},
		{"a*b*c", "aXbXbYc", true},
		{"a*b*c", "aXbXbY", false},
		{"[a]", "[a]", true},
	} {
		if got := match(c.pattern, c.name); got != c.want {
			t.Errorf("%s, %s: got %v", c.pattern, c.name, got)
		}
	}
}

func TestWhere(t *testing.T) {
	for _, c := range []struct {
		db      wordpress.Database
		network string
		place   string
	}{
		{wordpress.Database{Host: "localhost", Port: 3307}, "unix", "/run/mysqld/mysqld.sock"},
		{wordpress.Database{}, "unix", "/run/mysqld/mysqld.sock"},
		{wordpress.Database{Host: "p:LOCALHOST"}, "unix", "/run/mysqld/mysqld.sock"},
		{wordpress.Database{Host: "localhost", Socket: "/x"}, "unix", "/x"},
		{wordpress.Database{Host: "127.0.0.1"}, "tcp", "127.0.0.1:3306"},
		{wordpress.Database{Host: "db", Port: 33}, "tcp", "db:33"},
		{wordpress.Database{Host: "::1"}, "tcp", "[::1]:3306"},
		{wordpress.Database{Host: "[fe80::1]", Port: 1}, "tcp", "[fe80::1]:1"},
	} {
		if got := where(c.db); got.network != c.network || got.places[0] != c.place {
			t.Errorf("%+v: got %+v", c.db, got)
		}
	}
}

func TestCommentsStayComments(t *testing.T) {
	for _, s := range []string{"a\nDROP TABLE x", "a\r\nb", "*/ \\! rm", "\x00"} {
		for _, line := range strings.Split(strings.TrimSuffix(commented(s), "\n"), "\n") {
			if line != "" && !strings.HasPrefix(line, "-- ") || strings.ContainsAny(line, "\r\x00") {
				t.Errorf("%q: %q", s, line)
			}
		}
		if strings.ContainsAny(printable(s)+oneLine(s), "\n\r\x00") {
			t.Errorf("%q: %q, %q", s, printable(s), oneLine(s))
		}
	}
}

// packets frames rows as a server would.
func packets(rows ...[]byte) []byte {
	var b []byte
	for i, r := range rows {
		for {
			n := min(len(r), maxFrame)
			b = append(b, byte(n), byte(n>>8), byte(n>>16), byte(i))
			b = append(b, r[:n]...)
			if r = r[n:]; n < maxFrame {
				break
			}
		}
	}
	return b
}

func TestPacketsOfEverySize(t *testing.T) {
	var rows [][]byte
	for _, n := range []int{0, 1, 100, readSize - 5, readSize - 4, readSize, 3 * readSize, 7, maxFrame - 1, maxFrame, maxFrame + 1, 2 * maxFrame, 5} {
		rows = append(rows, bytes.Repeat([]byte(strconv.Itoa(n%10)), n))
	}
	p := packetReader{r: bytes.NewReader(packets(rows...))}
	for i, want := range rows {
		got, err := p.next()
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("packet %d: %d bytes, %v; want %d", i, len(got), err, len(want))
		}
	}
	if _, err := p.next(); err == nil {
		t.Error("a packet after the last")
	}
}

func FuzzRow(f *testing.F) {
	f.Add([]byte("\x01a\xfb\xfc\x02\x00bc"))
	f.Add([]byte("\xfe\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, row []byte) {
		out := newText(func(b []byte) ([]byte, error) { return b[:0], nil })
		w := newInserts(out, "t", []column{newColumn("a", "int", ""), newColumn("b", "varchar", "latin1"), newColumn("c", "blob", "")}, 1<<20)
		if w.row(row) == nil {
			if err := w.end(); err != nil || w.rows != 1 {
				t.Errorf("%d rows, %v", w.rows, err)
			}
		}
	})
}

func TestFingerprint(t *testing.T) {
	const create = "CREATE TABLE `t` (\n  `AUTO_INCREMENT` int COMMENT ' AUTO_INCREMENT=1 '\n) ENGINE=InnoDB%s DEFAULT CHARSET=utf8mb4 COMMENT='a AUTO_INCREMENT=%s b'"
	plain := fingerprint(fmt.Sprintf(create, "", "5"))
	for _, n := range []string{" AUTO_INCREMENT=1", " AUTO_INCREMENT=18446744073709551615"} {
		if fingerprint(fmt.Sprintf(create, n, "5")) != plain {
			t.Errorf("%s counts", n)
		}
	}
	if fingerprint(fmt.Sprintf(create, "", "6")) == plain {
		t.Error("a comment does not count")
	}
}

func TestViewQuery(t *testing.T) {
	for statement, want := range map[string]string{
		"CREATE ALGORITHM=UNDEFINED DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW `v` AS select 1 AS `x`":          "select 1 AS `x`",
		"CREATE VIEW `AS``v` (`as`,`b`) AS with `c` as (select 1) select 2":                                    "with `c` as (select 1) select 2",
		"CREATE VIEW `v` AS select 1 from `t` where `a` > 0 WITH CASCADED CHECK OPTION":                        "select 1 from `t` where `a` > 0",
		"CREATE VIEW `v` AS select 1 AS `OPTION`":                                                              "select 1 AS `OPTION`",
		"CREATE ALGORITHM=UNDEFINED MATERIALIZED /*(BY ENGINE=UNKNOWN)*/ DEFINER=`r`@`h` VIEW `v` AS select 1": "select 1",
		"CREATE VIEW": "", "": "",
	} {
		if got := viewQuery((dialect{}).tokens(statement)); got != want {
			t.Errorf("%s: got %q, want %q", statement, got, want)
		}
	}
}

func TestForClient(t *testing.T) {
	for _, c := range [][2]string{
		{"SELECT 1 AS\ndelimiter\n, 2", "SELECT 1 AS\ndelimiter\n\n, 2"},
		{"SELECT\nDelimiter_x -- c\nFROM t", "SELECT\nDelimiter_x -- c\n\nFROM t"},
		{"SELECT\n delimiter\n, 2", "SELECT\n delimiter\n, 2"},
		{"/*\ndelimiter ;\n*/ SELECT 'a\ndelimiter\nb'", "/*\ndelimiter ;\n*/ SELECT 'a\ndelimiter\nb'"},
		{"delimite\nr", "delimite\nr"},
		{"BEGIN\ndelimiter:='x\ny';\nEND", "BEGIN\ndelimiter:='x\ny';\nEND"},
	} {
		if got := forClient(c[0], dialect{}); got != c[1] {
			t.Errorf("%q: got %q, want %q", c[0], got, c[1])
		}
	}
}
