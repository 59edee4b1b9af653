package dumpfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

func values(statement string) (list []string, rows int64, err error) {
	in, err := dumpfile.ParseInsert([]byte(statement))
	if err != nil {
		return nil, 0, err
	}
	rows, err = in.Values([]byte(statement), func(column int, kind dumpfile.ValueKind, from, to int) error {
		list = append(list, fmt.Sprintf("%d %d %s", column, kind, statement[from:to]))
		return nil
	})
	return list, rows, err
}

func TestValues(t *testing.T) {
	for in, want := range map[string][]string{
		"INSERT INTO `t` (`a`) VALUES\n(1)":                                                                              {"0 1 1"},
		"INSERT INTO `a``b` (`x`,`y``z`) VALUES\n(-1.5e+3,'a'),\n(NULL,'it''s \\' \\\\')":                                {"0 1 -1.5e+3", "1 2 'a'", "0 0 NULL", "1 2 'it''s \\' \\\\'"},
		"INSERT INTO `t` (`a`,`b`,`c`) VALUES\n(_binary'\\0x',0xFF,_ucs2 0x0041)":                                        {"0 2 _binary'\\0x'", "1 3 0xFF", "2 3 _ucs2 0x0041"},
		"INSERT INTO `t` (`a`,`b`,`c`,`d`) VALUES\n(0,09.5e-7,+.5E3,0x09AF)":                                             {"0 1 0", "1 1 09.5e-7", "2 1 +.5E3", "3 3 0x09AF"},
		"INSERT INTO `t` (`a`,`b`) VALUES\n(_gb18030'a',_utf8mb4'z')":                                                    {"0 2 _gb18030'a'", "1 2 _utf8mb4'z'"},
		"INSERT INTO `t` (`a`,`b`) VALUES\n(JSON_ARRAY(1,2),3)":                                                          {"0 4 JSON_ARRAY(1,2)", "1 1 3"},
		"INSERT INTO `t` (`a`) VALUES\n((SELECT v FROM JSON_TABLE('[1]','$' COLUMNS(v BIT PATH '$' ERROR ON ERROR)) k))": {"0 4 (SELECT v FROM JSON_TABLE('[1]','$' COLUMNS(v BIT PATH '$' ERROR ON ERROR)) k)"},
		"INSERT INTO `t` () VALUES\n(),\n()":                                                                             nil,
		"INSERT INTO `s` VALUES (1,2,3)":                                                                                 {"0 1 1", "1 1 2", "2 1 3"},
		"INSERT INTO `t` (`a`) VALUES\n(JSON_OBJECT('k),(',CAST('1.5' AS DECIMAL(2,1))))":                                {"0 4 JSON_OBJECT('k),(',CAST('1.5' AS DECIMAL(2,1)))"},
		"INSERT INTO `t` (`a`) VALUES\n((SELECT v FROM JSON_TABLE('[1]','$[*]' COLUMNS(v BLOB PATH '$')) k))":            {"0 4 (SELECT v FROM JSON_TABLE('[1]','$[*]' COLUMNS(v BLOB PATH '$')) k)"},
	} {
		got, rows, err := values(in)
		if err != nil || !reflect.DeepEqual(got, want) || rows != int64(strings.Count(in, "\n(")+strings.Count(in, "VALUES (")) {
			t.Errorf("%s: %q, %d rows, %v", in, got, rows, err)
		}
	}
}

func TestValuesRefusesEverythingElse(t *testing.T) {
	head := "INSERT INTO `t` (`a`,`b`) VALUES\n"
	for _, in := range []string{
		"INSERT INTO t VALUES (1,2)", "INSERT INTO `other`.`t` (`a`) VALUES\n(1)", "INSERT IGNORE INTO `t` (`a`) VALUES\n(1)",
		"INSERT INTO `t` (`a`) SELECT 1", "INSERT INTO `t` (a) VALUES\n(1)", "INSERT INTO `t` (`a` `b`) VALUES\n(1)",
		head, head + "(1,2", head + "(1)", head + "(1,2,3)", head + "(1,2) ON DUPLICATE KEY UPDATE a=1", head + "(1,2);", head + "(1,2),", head + "(1 ,2)",
		head + "(1,LOAD_FILE('/etc/passwd'))", head + "(1,(SELECT v FROM k))", head + "(1,(SELECT v FROM `mysql`.`user`))", head + "(1,@@version)",
		head + "(1,'x' 'y')", head + "(1,'x)", head + "(1,'x\\')", head + "(1,\"x\")", head + "(1,/*!50000 2 */)", head + "(1,2)-- ", head + "(1,SLEEP(5))",
		head + "(1,_utf8mb4)", head + "(1,0x)", head + "(1,`b`)", head + "(1,DEFAULT)", head + "(1,true)", head + "(1,)", head + "(1,CAST(v AS JSON)", head + "(1,x'00'",
		"INSERT INTO `t` (`a`) VALUES", "INSERT INTO `t` (`a`) VALUES_(1)", "INSERT INTO `t` () VALUES\n(1)", "INSERT INTO `t", "INSERT INTO `t` (`a`", head + "1,2)",
		head + "(1;2)", head + "(1,2);(3,4)", head + "(1,2),x(3,4)", head + "(1,", head + "(1x00,2)", head + "(NONE,1)", head + "(1,_utf8mb4{'a')", head + "(1,_utf8:'a')",
		head + "(1,0x0:)", head + "(1,0xG)", head + "(1,JSON_ARRAY('k)", head + "(1,JSON_ARRAY(2;3))", head + "(1,_x)",
	} {
		if got, _, err := values(in); err == nil {
			t.Errorf("%s: %q", in, got)
		}
	}
}

func TestParseInsert(t *testing.T) {
	const statement = "INSERT INTO `a``b` (`x`) VALUES (1)"
	in, err := dumpfile.ParseInsert([]byte(statement))
	if err != nil || in.Table != "a`b" || statement[in.NameEnd:] != " (`x`) VALUES (1)" || statement[in.Rows:] != "(1)" {
		t.Errorf("%+v, %v", in, err)
	}
	stop := errors.New("stop")
	if _, err := in.Values([]byte(statement), func(int, dumpfile.ValueKind, int, int) error { return stop }); !errors.Is(err, stop) {
		t.Error(err)
	}
	if rows, err := in.Values([]byte(statement), nil); rows != 1 || err != nil {
		t.Error(rows, err)
	}
	for _, bad := range []string{"", "REPLACE INTO `t` VALUES (1)", "INSERT INTO t VALUES (1)", "INSERT INTO `t` (`a` `b`) VALUES (1)", "INSERT INTO `t` (a) VALUES (1)", "INSERT INTO `t` SET a=1", "INSERT INTO `t` VALUES"} {
		if _, err := dumpfile.ParseInsert([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
}

func TestTextIsOneLiteral(t *testing.T) {
	for _, bad := range []string{"", "'", "a", "'a", "'a'b'", "'a\\'", "0x0", "0x0G", "_binary", "_binary x"} {
		if _, got, err := dumpfile.Text([]byte(bad), nil); err == nil {
			t.Errorf("%q: %q", bad, got)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("a\\'\x00\n\r\x1a%_"))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, literal := range []string{sqltext.Literal(string(in)), "_binary" + sqltext.Literal(string(in)), sqltext.Hex(string(in)), "_ucs2 " + sqltext.Hex(string(in))} {
			_, got, err := dumpfile.Text([]byte(literal), nil)
			if err != nil || !bytes.Equal(got, in) {
				t.Errorf("%q: %q, %v", literal, got, err)
			}
		}
	})
}
