package sqltext

import "testing"

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
