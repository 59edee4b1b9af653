package sqltext

import (
	"strings"
	"testing"
)

// accepted are statements as servers write them.
var accepted = []struct {
	definition Definition
	text       string
}{
	{Definition{Kind: "TABLE", Name: "t;`x"}, "CREATE TABLE `t;``x` (\n  `a;` int DEFAULT '1;' COMMENT 'it''s \\\\',\n  KEY `k` (`a;`)\n) ENGINE=InnoDB COMMENT='*/ ; /*!'"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int CHECK (`a` like 'x')) WITH SYSTEM VERSIONING\n/*!50100 PARTITION BY LIST (`a`)\n(PARTITION p0 VALUES IN (1,2), PARTITION p1 VALUES LESS THAN MAXVALUE) */"},
	{Definition{Kind: "TABLE", Name: "Ab", Database: SchemaName{IgnoreCase: true}}, "CREATE TABLE `ab` (`a` int)"},
	{Definition{Kind: "SEQUENCE", Name: "s"}, "CREATE SEQUENCE `s` start with 1 minvalue 1 maxvalue 9 increment by 1 cache 1000 nocycle ENGINE=InnoDB"},
	{Definition{Kind: "VIEW", Name: "v"}, "CREATE ALGORITHM=UNDEFINED DEFINER=`a;`@`%` SQL SECURITY DEFINER VIEW `v` (`a`) AS (select ';' AS `x`) union (select 1) WITH CASCADED CHECK OPTION"},
	{Definition{Kind: "VIEW", Name: "v"}, "CREATE DEFINER=`a`@`b` SQL SECURITY DEFINER JSON RELATIONAL DUALITY VIEW `v` AS SELECT JSON_DUALITY_OBJECT( '_id': `id`) FROM `p`"},
	{Definition{Kind: "VIEW", Name: "v", Charset: "sjis"}, "CREATE VIEW `v` AS select '\x95\x5c' AS `a`"},
	{Definition{Kind: "PROCEDURE", Name: "P"}, "CREATE DEFINER=`r`@`h` PROCEDURE `p`(IN a INT, OUT b DECIMAL(5,2))\n    SQL SECURITY INVOKER\n    COMMENT 'x;'\nBEGIN\n IF a > 0 THEN SELECT ';'; ELSEIF IF(a,1,0) THEN BEGIN END; ELSE SET b = CASE a WHEN 1 THEN IF(b,1,2) ELSE REPEAT('x',3) END; END IF; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() l1: LOOP WHILE x < (SELECT end FROM t) DO LEAVE l1; END WHILE; REPEAT SET x = t.end + @end; UNTIL x > CASE 1 WHEN 1 THEN 2 END /**/ END REPEAT; END LOOP l1 ; "},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN /* a /* b */ SELECT 1; /*!50003 SELECT 2; */ SELECT 3 /*!99999 nothing */; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT begin FROM t; DECLARE EXIT HANDLER FOR SQLSTATE VALUE '23000', 1062, NOT FOUND BEGIN ROLLBACK; END; DECLARE CONTINUE HANDLER FOR SQLEXCEPTION SET x = 1; CASE x WHEN 1 THEN SELECT 1; ELSE SELECT 2; END CASE; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() FOR r IN (SELECT 1 AS a) DO SET @a=r.a; END FOR"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() SELECT \\N -- the end; really"},
	{Definition{Kind: "PROCEDURE", Name: "ansi", Mode: "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"}, `CREATE PROCEDURE "ansi"() BEGIN SELECT "a" || '\' || 'b;'; END`},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE AGGREGATE FUNCTION `f`(x INT) RETURNS varchar(20) CHARSET utf8mb4 COLLATE utf8mb4_bin\n    NO SQL\n    DETERMINISTIC\nRETURN '; \\\\ '"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION `f`(n INT) RETURNS int\n    NO SQL\n LANGUAGE JAVASCRIPT USING (`l`, `m` AS `q`) AS $js$ it's; /* $$ */ $js$"},
	{Definition{Kind: "LIBRARY", Name: "l", Database: SchemaName{Name: "d"}}, "CREATE LIBRARY `d`.`l` LANGUAGE JAVASCRIPT AS $$ x; $$"},
	{Definition{Kind: "LIBRARY", Name: "l"}, "CREATE LIBRARY `l` COMMENT 'it''s;' LANGUAGE JAVASCRIPT AS 'x;'"},
	{Definition{Kind: "TRIGGER", Name: "tr", Table: "t"}, "CREATE DEFINER=`a`@`b` TRIGGER TR BEFORE INSERT ON t FOR EACH ROW PRECEDES other SET NEW.a = NEW.a # no end"},
	{Definition{Kind: "TRIGGER", Name: "tr", Table: "t"}, "CREATE DEFINER=`a`@`b` TRIGGER `tr` AFTER UPDATE ON `t` FOR EACH ROW BEGIN IF NEW.a THEN SET @x=';'; END IF; END"},
	{Definition{Kind: "TRIGGER", Name: "tr", Table: "t", Mode: "ORACLE"}, "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW BEGIN :NEW.a := 1; IF 1 THEN NULL; ELSE :NEW.a := 2; END IF; END"},
	{Definition{Kind: "EVENT", Name: "e"}, "CREATE DEFINER=`a`@`b` EVENT `e` ON SCHEDULE EVERY '1:30' HOUR_MINUTE STARTS '2030-01-01 00:00:00' ON COMPLETION PRESERVE DISABLE ON SLAVE COMMENT 'a;' DO BEGIN DELETE FROM t; SELECT ';'; END"},
	{Definition{Kind: "PACKAGE", Name: "pk", Mode: "ORACLE"}, "CREATE DEFINER=`a`@`b` PACKAGE `pk` AS\n  -- spec; comment\n  FUNCTION f RETURN INT;\n  PROCEDURE p(a INT);\nEND"},
	{Definition{Kind: "PACKAGE BODY", Name: "pk", Mode: "ORACLE"}, "CREATE PACKAGE BODY \"pk\" AS\n  v INT := 5;\n  FUNCTION f RETURN INT AS BEGIN RETURN v; END;\n  PROCEDURE p(a t.x%TYPE) IS w INT; BEGIN <<l>> FOR i IN 1..3 LOOP NULL; END LOOP; EXCEPTION WHEN OTHERS THEN NULL; END p;\nBEGIN v := 6; END"},
	{Definition{Kind: "PACKAGE BODY", Name: "pk"}, "CREATE PACKAGE BODY `pk` FUNCTION f() RETURNS INT BEGIN RETURN 1; END; PROCEDURE p() SELECT 1; END"},
	{Definition{Kind: "PROCEDURE", Name: "o", Mode: "PIPES_AS_CONCAT,ORACLE"}, "CREATE PROCEDURE \"o\"(a IN VARCHAR2) AS b VARCHAR2(10) := 'q;'; BEGIN DECLARE x INT; BEGIN NULL; END; END"},
	{Definition{Kind: "FUNCTION", Name: "f", Mode: "ORACLE"}, "CREATE FUNCTION \"f\"(a IN NUMBER) RETURN VARCHAR2\nAS BEGIN RETURN 'x' || a; END"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int DEFAULT -1, `b` text DEFAULT 'a\\'' COMMENT '/*+ \\ */' /*+ x */)"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE DEFINER=`role` PROCEDURE p() SELECT 1--2, 2*-\u00e9, 5-+\u00e9, COUNT(*), (1)/2, '\x00' /* a\\b */"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT t.case, @case; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN IF begin THEN SELECT 1; ELSE BEGIN SELECT 1; END; END IF; SELECT 2; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN IF a THEN SELECT 1; ELSEIF b THEN BEGIN SELECT 1; END; END IF; SELECT 2; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN IF CASE a WHEN 1 THEN 2 END THEN BEGIN SELECT 1; END; END IF; SELECT 2; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN CASE a WHEN 1 THEN SELECT 1; WHEN 2 THEN BEGIN SELECT 1; END; END CASE; SELECT 2; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN `l` : BEGIN SELECT 1; END; SELECT 2; END"},
	{Definition{Kind: "PROCEDURE", Name: "p", Mode: "ORACLE"}, "CREATE PROCEDURE p AS BEGIN IF a THEN NULL; ELSIF b THEN BEGIN NULL; END; END IF; NULL; END"},
	{Definition{Kind: "PROCEDURE", Name: "p", Mode: "ORACLE"}, "CREATE PROCEDURE p AS BEGIN NULL; EXCEPTION WHEN OTHERS THEN BEGIN NULL; END; NULL; END"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION f() RETURNS decimal(5,2) unsigned BEGIN RETURN 1; END"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION f() RETURNS double precision BEGIN RETURN 1; END"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION f() RETURNS char(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin BEGIN RETURN ''; END"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION f() RETURNS TYPE OF t . a BEGIN RETURN 1; END"},
	{Definition{Kind: "FUNCTION", Name: "f", Mode: "ORACLE"}, "CREATE FUNCTION f RETURN t.a%TYPE AS BEGIN RETURN 1; END"},
	{Definition{Kind: "TRIGGER", Name: "tr", Table: "T", Database: SchemaName{IgnoreCase: true}}, "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW FOLLOWS begin SET NEW.a = 1"},
}

// Statements in which servers or clients would find more than the object.
var refused = []struct {
	definition Definition
	text       string
}{
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int);GRANT ALL ON *.* TO a"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int COMMENT '');GRANT ALL ON *.* TO a;SET @b='')"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `u` (`a` int)"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `T` (`a` int)"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `mysql`.`t` (`a` int)"},
	{Definition{Kind: "TABLE", Name: "user"}, "CREATE USER `user` (`a` int)"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) AS SELECT * FROM mysql.user"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) TABLE mysql.user"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` LIKE mysql.user"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (LIKE mysql.user)"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) /*!50100 ;GRANT ALL ON *.* TO a */"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) /*!99999 ' */;GRANT ALL ON *.* TO a; /*' */"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) /*M!100100 ' */;GRANT ALL ON *.* TO a; /*M!100100 ' */"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) COMMENT='x\n;GRANT ALL ON *.* TO a"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) -- "},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) \\! id\n"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int /*! \\! id\n */)"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int /*+ \\! id\n */)"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (\ndelimiter x\n`a` int)"},
	{Definition{Kind: "TABLE", Name: "t"}, "DROP DATABASE mysql"},
	{Definition{Kind: "TABLE", Name: "t"}, ""},
	{Definition{Kind: "SEQUENCE", Name: "s"}, "CREATE SEQUENCE `s` start with 1; DROP TABLE t"},
	{Definition{Kind: "VIEW", Name: "v"}, "CREATE VIEW `v` AS select 1;DROP TABLE t"},
	{Definition{Kind: "VIEW", Name: "v"}, "CREATE VIEW `v` AS DROP TABLE t"},
	{Definition{Kind: "VIEW", Name: "v"}, "CREATE DEFINER=;CREATE VIEW `v` AS select 1"},
	{Definition{Kind: "VIEW", Name: "v", Charset: "gbk"}, "CREATE VIEW `v` AS select '\xbf\x5c';GRANT ALL ON *.* TO a;SET @x='"},
	{Definition{Kind: "VIEW", Name: "v", Mode: "ORACLE"}, "CREATE VIEW `v` AS select 1 AS \"\\\";GRANT ALL ON *.* TO a;SET @x=\"\""},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() SELECT 1;GRANT ALL ON *.* TO a"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() SELECT 1 AS begin;GRANT ALL ON *.* TO a;END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT 1; END;GRANT ALL ON *.* TO a"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; END;GRANT ALL ON *.* TO a;BEGIN;END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT x.case; END;GRANT ALL ON *.* TO a;SELECT 1; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT @case; END;GRANT ALL ON *.* TO a;SELECT 1; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() WHILE (SELECT do begin FROM t) DO SELECT 1; END WHILE;GRANT ALL ON *.* TO a;END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() IF IF(1,2,3) THEN SELECT 1; END IF;GRANT ALL ON *.* TO a;END IF"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() /*!99999 BEGIN */ SELECT 1 /*!50000 ;GRANT ALL ON *.* TO a; */ /*!99999 ; END */"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT 1 /*!99999 ; */ BEGIN ; END;GRANT ALL ON *.* TO a;END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT 1;\xa0END;GRANT ALL ON *.* TO a;BEGIN\xa0END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEG\u0131N SELECT 1;GRANT ALL ON *.* TO a;END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() SELECT $$;GRANT ALL ON *.* TO a;SELECT $$"},
	{Definition{Kind: "PROCEDURE", Name: "p", Mode: "ORACLE"}, "CREATE PROCEDURE p AS $$ INT; BEGIN NULL; END;GRANT ALL ON *.* TO a; -- $$"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR begin SELECT 1; END;GRANT ALL ON *.* TO a;END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT 1; --\x01'\n END;GRANT ALL ON *.* TO a; -- '\n END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT 1; --\r'\n END;GRANT ALL ON *.* TO a; -- '\n END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN # \x00 END;GRANT ALL ON *.* TO a;\nSELECT 1; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE q() SELECT 1"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE mysql.p() SELECT 1"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION `f`() RETURNS int RETURN\nBEGIN;GRANT ALL ON *.* TO a;END"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION f RETURNS STRING SONAME 'x.so'"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION `f`() RETURNS int LANGUAGE JAVASCRIPT AS $a$ x $a$;GRANT ALL ON *.* TO a; -- $a$"},
	{Definition{Kind: "LIBRARY", Name: "l"}, "CREATE LIBRARY `l` LANGUAGE JAVASCRIPT AS 'x';GRANT ALL ON *.* TO a"},
	{Definition{Kind: "TRIGGER", Name: "t", Table: "t"}, "CREATE TRIGGER `t` BEFORE INSERT ON `u` FOR EACH ROW SET @a=1"},
	{Definition{Kind: "TRIGGER", Name: "t", Table: "t"}, "CREATE TRIGGER `t` BEFORE INSERT ON mysql.`t` FOR EACH ROW SET @a=1"},
	{Definition{Kind: "TRIGGER", Name: "t", Table: "t"}, "CREATE TRIGGER `t` BEFORE INSERT ON `t` FOR EACH ROW SET @a=1;GRANT ALL ON *.* TO a"},
	{Definition{Kind: "EVENT", Name: "e"}, "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY DO SELECT 1;GRANT ALL ON *.* TO a"},
	{Definition{Kind: "EVENT", Name: "e"}, "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY;GRANT ALL ON *.* TO a;SET @x=1 DO BEGIN END"},
	{Definition{Kind: "PACKAGE", Name: "pk", Mode: "ORACLE"}, "CREATE PACKAGE BODY pk AS v INT; END"},
	{Definition{Kind: "PACKAGE", Name: "pk", Mode: "ORACLE"}, "CREATE PACKAGE pk AS FUNCTION f RETURN INT; END;GRANT ALL ON *.* TO a; END"},
	{Definition{Kind: "TABLE", Name: "t"}, "ALTER TABLE `t` (`a` int)"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TEMPORARY TABLE `t` (`a` int)"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t`"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) # x"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) VALUES ROW(1)"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) /*!99999 COMMENT='*/' */"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) /*!99999 COMMENT='/*' */"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) /*!50100 /*!50200 x */"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) /*!50100 x"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int) */"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int \x01)"},
	{Definition{Kind: "TABLE", Name: "t"}, "CREATE TABLE `t` (`a` int \x7f)"},
	{Definition{Kind: "SEQUENCE", Name: "S"}, "CREATE SEQUENCE `s` start with 1"},
	{Definition{Kind: "VIEW", Name: "V"}, "CREATE VIEW `v` AS select 1"},
	{Definition{Kind: "VIEW", Name: "v"}, "CREATE DEFINER=`a`@;VIEW `v` AS select 1"},
	{Definition{Kind: "VIEW", Name: "v"}, "CREATE DEFINER=`a`"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() SELECT 1 \\T /etc/cron.d/x"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() SELECT 5--\xa01"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT 1;"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() SELECT (1"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT (1;2); END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN SELECT CASE 1 ;WHEN 1 THEN 2 END; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN IF 1 ;THEN SELECT 1; END IF; END"},
	{Definition{Kind: "PROCEDURE", Name: "p"}, "CREATE PROCEDURE p() BEGIN /*!99999 ; BEGIN */ SELECT 1; END;GRANT ALL ON *.* TO a; END"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION f() RETURNS int LANGUAGE JAVASCRIPT AS $$ x"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION f() RETURNS int LANGUAGE JAVASCRIPT AS x"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION f() RETURNS int LANGUAGE JAVASCRIPT AS x$$;GRANT ALL ON *.* TO a$$"},
	{Definition{Kind: "FUNCTION", Name: "f"}, "CREATE FUNCTION f() RETURNS int LANGUAGE JAVASCRIPT AS $a;b$ x $a;b$"},
	{Definition{Kind: "LIBRARY", Name: "l"}, "CREATE LIBRARY `l` LANGUAGE JAVASCRIPT BEGIN END"},
	{Definition{Kind: "TRIGGER", Name: "t", Table: "t"}, "CREATE TRIGGER `t` BEFORE INSERT;DROP TABLE x;CREATE TRIGGER u AFTER INSERT ON `t` FOR EACH ROW SET @a=1"},
	{Definition{Kind: "TRIGGER", Name: "t", Table: "t"}, "CREATE TRIGGER `t` BEFORE INSERT"},
	{Definition{Kind: "TRIGGER", Name: "t", Table: "t"}, "CREATE TRIGGER `t` AFTER INSERT ON `t` ;DROP TABLE x"},
	{Definition{Kind: "TRIGGER", Name: "t", Table: "T"}, "CREATE TRIGGER `t` AFTER INSERT ON `t` FOR EACH ROW SET @a=1"},
	{Definition{Kind: "EVENT", Name: "e"}, "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY"},
	{Definition{Kind: "EVENT", Name: "e"}, "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY;GRANT ALL ON *.* TO a"},
	{Definition{Kind: "PACKAGE BODY", Name: "pk", Mode: "ORACLE"}, "CREATE PACKAGE pk AS v INT; END"},
}

// MariaDB 10.5 does not escape backquotes in the names of foreign keys.
func TestForeignKeysWithoutEscapes(t *testing.T) {
	d := Definition{Kind: "TABLE", Name: "t"}
	table := func(key string) string {
		return "CREATE TABLE `t` (\n  `w``x` int,\n  KEY `fk ``odd` (`w``x`),\n  " + key + "\n) ENGINE=InnoDB"
	}
	for key, good := range map[string]bool{
		"CONSTRAINT `fk ``odd` FOREIGN KEY (`w``x`) REFERENCES `p` (`col``tick`) ON DELETE CASCADE": true,
		"CONSTRAINT `c` CHECK (`w``x`>0 and `w``x`is not null)":                                     true,
		"CONSTRAINT `a` FOREIGN KEY (`b`) REFERENCES `other`.`p` (`c`,`d`)":                         true,
		"CONSTRAINT `fk `odd` FOREIGN KEY (`w`) REFERENCES `p` (`col`tick`)":                        false,
		"CONSTRAINT `fk ` odd` FOREIGN KEY (`w`) REFERENCES `p` (`c`)":                              false,
		"CONSTRAINT `fk` FOREIGN KEY (`a`b`c`) REFERENCES `p` (`c`)":                                false,
		"CONSTRAINT `fk` FOREIGN KEY (`a`) REFERENCES ``p` (`c`)":                                   false,
	} {
		if err := d.Check(table(key)); (err == nil) != good {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func TestDefinitions(t *testing.T) {
	for _, c := range accepted {
		if err := c.definition.Check(c.text); err != nil {
			t.Errorf("%+v\n%s: %v", c.definition, c.text, err)
		}
		if err := c.definition.Check(c.text + "\n;\nDROP DATABASE x"); err == nil {
			t.Errorf("%s, with another statement, is accepted", c.text)
		}
	}
	for _, c := range refused {
		if err := c.definition.Check(c.text); err == nil {
			t.Errorf("%+v\n%s is accepted", c.definition, c.text)
		}
	}
}

// \xa0 is a space in latin1, and a letter in utf8mb4.
func TestKeywordsBesideOtherSpaces(t *testing.T) {
	for _, word := range []string{"BEGIN", "END", "IF", "CASE", "WHILE", "FOR", "LOOP", "REPEAT", "UNTIL", "THEN", "DO", "declare"} {
		text := "CREATE PROCEDURE p() BEGIN SELECT 1;\xa0" + word + "\x80;GRANT ALL ON *.* TO a; END"
		if err := (Definition{Kind: "PROCEDURE", Name: "p"}).Check(text); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
	if err := (Definition{Kind: "PROCEDURE", Name: "p"}).Check("CREATE PROCEDURE p() SELECT \u00e9nd, ENDE\u00e9"); err != nil {
		t.Error(err)
	}
}

func FuzzDefinitions(f *testing.F) {
	kinds := []string{"TABLE", "SEQUENCE", "VIEW", "TRIGGER", "PROCEDURE", "FUNCTION", "PACKAGE", "PACKAGE BODY", "LIBRARY", "EVENT"}
	for _, list := range [][]struct {
		definition Definition
		text       string
	}{accepted, refused} {
		for _, c := range list {
			f.Add(c.definition.Kind, c.definition.Name, c.definition.Mode, c.definition.Charset, c.text)
		}
	}
	f.Fuzz(func(t *testing.T, kind, name, mode, charset, text string) {
		for _, k := range append(kinds, kind) {
			d := Definition{Kind: k, Name: name, Table: name, Mode: mode, Charset: charset}
			if strings.TrimSpace(k) != "" && d.Check(text) == nil && !strings.Contains(strings.ToUpper(text), "CREATE") {
				t.Errorf("%q is a CREATE %s", text, k)
			}
		}
	})
}
