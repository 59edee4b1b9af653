package target

import (
	"strings"
	"testing"
)

// adapt adapts the elements of a table, separated by "; ", and returns them and the notes in the
// same form. What follows the last closing parenthesis are options.
func adapt(t *testing.T, name, elements, options string) (adapted, rest, notes string) {
	t.Helper()
	target, err := For(name, !strings.HasPrefix(name, "mariadb"), 0)
	if err != nil {
		t.Fatal(err)
	}
	got, list := target.Table("CREATE TABLE `t` (\n  " + strings.ReplaceAll(elements, "; ", ",\n  ") + "\n) ENGINE=" + options)
	body, found := strings.CutPrefix(got, "CREATE TABLE `t` (\n  ")
	body, rest, end := strings.Cut(body, "\n) ENGINE=")
	if !found || !end {
		t.Fatalf("%s: %s", name, got)
	}
	return strings.ReplaceAll(body, ",\n  ", "; "), rest, strings.Join(list, "; ")
}

// everyType returns a unique key of columns of all types that fit into an ordinary key.
func everyType() string {
	var columns, parts []string
	for _, kind := range strings.Fields("char(9) varchar(9) binary(9) varbinary(9) enum('a') tinyint smallint mediumint int bigint decimal(5,2) float double year date time datetime(6) timestamp bit(1) set('a')") {
		name := "`" + strings.Trim(kind, "0123456789(),'a") + "`"
		columns, parts = append(columns, name+" "+kind), append(parts, name)
	}
	return strings.Join(columns, "; ") + "; UNIQUE KEY `u` (" + strings.Join(parts, ",") + ")"
}

// Definitions are those of SHOW CREATE TABLE of the other kind of server.
func TestElements(t *testing.T) {
	const versioned = "`a` int; `s` timestamp(6) GENERATED ALWAYS AS ROW START; `e` timestamp(6) GENERATED ALWAYS AS ROW END; `w` text WITHOUT SYSTEM VERSIONING; PERIOD FOR SYSTEM_TIME (`s`, `e`); "
	for _, c := range []struct{ servers, is, becomes, note string }{
		// Types.
		{"mysql57 mysql8 mysql9 mariadb105 mariadb106", "`a` uuid NOT NULL", "`a` char(36) CHARACTER SET ascii NOT NULL", "has no type uuid"},
		{"mysql57 mysql8 mysql9", "`a` inet6 DEFAULT NULL", "`a` varchar(45) CHARACTER SET ascii DEFAULT NULL", "has no type inet6"},
		{"mysql57 mysql8 mariadb105 mariadb106", "`a` inet4 DEFAULT NULL", "`a` varchar(15) CHARACTER SET ascii DEFAULT NULL", "has no type inet4"},
		{"mariadb1011 mariadb118", "`a` uuid; `b` inet4; `c` inet6", "", ""},
		{"mariadb105", "`c` inet6", "", ""},
		{"mysql57 mysql8 mariadb1011 mariadb114", "`a` vector(4000) NOT NULL", "`a` varbinary(16000) NOT NULL", "has no type vector(4000)"},
		{"mysql57 mysql8 mariadb1011 mariadb114", "`a` vector(4001) NOT NULL", "`a` blob NOT NULL", "has no type vector(4001)"},
		{"mysql9 mariadb118", "`a` vector(3)", "", ""},
		{"mysql57 mariadb105 mariadb118", "`a` geomcollection DEFAULT NULL", "`a` geometrycollection DEFAULT NULL", ""},
		{"mysql8 mysql9", "`a` geomcollection", "", ""},
		// System versioning and periods.
		{"mysql57 mysql8 mysql9", versioned + "PRIMARY KEY (`a`,`e`); KEY `k` (`e`,`a`); KEY `l` (`e` DESC,`a` DESC,`s`)", "`a` int; `w` text; PRIMARY KEY (`a`); KEY `k` (`a`); KEY `l` (`a` DESC)", ""},
		{"mysql57 mysql8 mysql9", versioned + "KEY `k` (`e`); KEY `l` (`e`,`s`); KEY `m` (`a`)", "`a` int; `w` text; KEY `m` (`a`)", ""},
		{"mariadb105 mariadb118", versioned + "PRIMARY KEY (`a`,`e`)", "", ""},
		{"mysql57 mysql9", "`a` date; `b` date; PERIOD FOR `p` (`a`, `b`); UNIQUE KEY `k` (`a`,`p` WITHOUT OVERLAPS)", "`a` date; `b` date", "has no periods: PERIOD FOR `p` (`a`, `b`)|has no periods: UNIQUE KEY"},
		{"mariadb105", "`a` date; `b` date; PERIOD FOR `p` (`a`, `b`); UNIQUE KEY `k` (`a`,`p` WITHOUT OVERLAPS)", "", ""},
		// Defaults.
		{"mysql57", "`a` text DEFAULT 'x'; `b` int DEFAULT (1 + 2) COMMENT 'c'; `c` varchar(9) DEFAULT concat('a','b')", "`a` text; `b` int COMMENT 'c'; `c` varchar(9)", "`a` DEFAULT 'x'|`b` DEFAULT (1 + 2)|`c` DEFAULT concat('a','b')"},
		{"mysql8 mysql9", "`a` text DEFAULT 'x'; `b` int DEFAULT (1 + 2) COMMENT 'c'; `c` varchar(9) DEFAULT concat('a','b')", "`a` text DEFAULT ('x'); `b` int DEFAULT (1 + 2) COMMENT 'c'; `c` varchar(9) DEFAULT (concat('a','b'))", ""},
		{"mysql8 mysql9", "`a` mediumblob DEFAULT 'x' COMMENT 'DEFAULT'; `b` geometry DEFAULT 'y'; `c` json DEFAULT '{}' CHECK (json_valid(`c`))", "`a` mediumblob DEFAULT ('x') COMMENT 'DEFAULT'; `b` geometry DEFAULT ('y'); `c` json DEFAULT ('{}') CHECK (json_valid(`c`))", ""},
		{"mysql8", "`a` int DEFAULT `b` + 1; `c` int DEFAULT 1 + 2; `d` varchar(9) DEFAULT 'a' 'b'; `f` date DEFAULT curdate() INVISIBLE", "`a` int DEFAULT (`b` + 1); `c` int DEFAULT (1 + 2); `d` varchar(9) DEFAULT ('a' 'b'); `f` date DEFAULT (curdate()) INVISIBLE", ""},
		{"mysql57 mysql8 mysql9", "`a` bit(1) DEFAULT b'1'; `b` int DEFAULT -1.5e3; `c` datetime DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6); `d` text DEFAULT NULL; `e` varchar(9) DEFAULT 'x'; `f` varchar(9) DEFAULT x'00'", "", ""},
		{"mysql57 mysql8 mysql9", "`a` int DEFAULT nextval(`db`.`s`); `b` int DEFAULT lastval(`s`) COMMENT 'x'", "`a` int; `b` int COMMENT 'x'", "has no sequences: column `a`|has no sequences: column `b`"},
		{"mysql8", "`a` int DEFAULT json_detailed('{}') ON UPDATE 1", "`a` int ON UPDATE 1", "has no function json_detailed"},
		{"mariadb105 mariadb118", "`a` text DEFAULT ('x'); `b` int DEFAULT (1 + 2); `c` int DEFAULT 'x'", "", ""},
		{"mariadb1011", "`a` int DEFAULT (bin_to_uuid(`b`)) /*!80023 INVISIBLE */", "`a` int INVISIBLE", "has no function bin_to_uuid"},
		// Generated columns and checks.
		{"mysql8", "`c` varchar(9) GENERATED ALWAYS AS (json_detailed(`b`)) STORED COMMENT 'x'", "`c` varchar(9) COMMENT 'x'", "`c` is an ordinary column without values"},
		{"mariadb1011", "`a` char(36) GENERATED ALWAYS AS (bin_to_uuid(`b`)) VIRTUAL NOT NULL", "`a` char(36)", "has no function bin_to_uuid to compute them"},
		{"mysql57 mysql8 mariadb105", "`a` int GENERATED ALWAYS AS (upper(`b`)) VIRTUAL NOT NULL", "", ""},
		{"mysql8 mariadb105", "`d` int CHECK (natural_sort_key(`d`) = 1) COMMENT 'x'", "`d` int COMMENT 'x'", "column `d` CHECK (natural_sort_key(`d`) = 1)"},
		{"mariadb1011", "`d` int CHECK (natural_sort_key(`d`) = 1)", "", ""},
		{"mysql8 mariadb105", "`d` int; CONSTRAINT `c` CHECK (sformat('{}', `d`) = '1'); CHECK (sformat('{}', 1) = '1')", "`d` int", "CONSTRAINT `c` CHECK|has no function sformat: CHECK"},
		{"mysql57 mysql8", "`d` int; CONSTRAINT `CONSTRAINT_1` CHECK (`d` < 9); CONSTRAINT `x` CHECK (`d` < 9)", "`d` int; CHECK (`d` < 9); CONSTRAINT `x` CHECK (`d` < 9)", ""},
		{"mariadb105 mariadb118", "`d` int; CONSTRAINT `c` CHECK ((`d` > 0)) /*!80016 NOT ENFORCED */; CONSTRAINT `e` CHECK ((`d` > 1))", "`d` int; CONSTRAINT `e` CHECK ((`d` > 1))", "enforces every check"},
		{"mysql8 mariadb118", "`d` int; CONSTRAINT `f` FOREIGN KEY (`d`) REFERENCES `p` (`d`)", "", ""},
		// Functions: the first and the last servers that have them.
		{"mysql8 mysql57", "`a` int CHECK (md5(`a`) = 'x')", "", ""},
		{"mysql9", "`a` int CHECK (md5(`a`) = 'x')", "`a` int", "has no function md5"},
		{"mysql8 mysql9", "`a` int CHECK (password(`a`) = 'x')", "`a` int", "has no function password"},
		{"mysql57", "`a` int CHECK (regexp_substr(`a`,'x') = 'x')", "`a` int", "has no function regexp_substr"},
		{"mariadb1011", "`a` int CHECK (uuid_v7() = 'x')", "`a` int", "has no function uuid_v7"},
		{"mariadb114", "`a` int CHECK (uuid_v7() = 'x')", "", ""},
		{"mysql8", "`a` int CHECK (`nvl` (1) and `x`.nvl (1) and nvl)", "", ""},
		// Invisible columns.
		{"mysql57", "`a` int NOT NULL INVISIBLE; `b` int /*!80023 INVISIBLE */ COMMENT 'x'", "`a` int NOT NULL; `b` int COMMENT 'x'", "`a` is visible|`b` is visible"},
		{"mysql8 mysql9", "`a` int INVISIBLE; `b` int NOT NULL /*!80023 INVISIBLE */", "", ""},
		{"mariadb105 mariadb118", "`a` int NOT NULL /*!80023 INVISIBLE */; `b` int NOT NULL DEFAULT '1' /*!80023 INVISIBLE */; `c` int /*!80023 INVISIBLE */; `d` int INVISIBLE", "`a` int NOT NULL; `b` int NOT NULL DEFAULT '1' INVISIBLE; `c` int INVISIBLE; `d` int INVISIBLE", "`a` is visible"},
		// Keys.
		{"mysql57 mysql9", "`a` varchar(768); `b` varchar(769); UNIQUE KEY `u` (`a`) USING HASH; UNIQUE KEY `v` (`b`) USING HASH", "`a` varchar(768); `b` varchar(769); UNIQUE KEY `u` (`a`)", "has no unique keys of this length: UNIQUE KEY `v`"},
		{"mysql57 mysql9", "`a` varchar(768); `c` text; UNIQUE KEY `u` (`c`) USING HASH; UNIQUE KEY `v` (`c`(768)) USING HASH; KEY `w` (`c`(10),`a`) USING HASH", "`a` varchar(768); `c` text; UNIQUE KEY `v` (`c`(768)); KEY `w` (`c`(10),`a`)", "UNIQUE KEY `u`"},
		{"mysql8", "`a` binary(3040); `b` int; `c` enum('x'); `d` datetime; UNIQUE KEY `u` (`a`,`b`) USING HASH; UNIQUE KEY `v` (`a`,`b`,`c`) USING HASH; UNIQUE KEY `w` (`a`,`d`) USING HASH", "`a` binary(3040); `b` int; `c` enum('x'); `d` datetime; UNIQUE KEY `u` (`a`,`b`); UNIQUE KEY `w` (`a`,`d`)", "UNIQUE KEY `v`"},
		{"mysql8", "`a` char(1); `b` varchar(767); UNIQUE KEY `u` (`a`,`b`) USING HASH; UNIQUE KEY `v` (`a`,`b`,`a`) USING HASH; UNIQUE KEY `w` (`b`) USING BTREE", "`a` char(1); `b` varchar(767); UNIQUE KEY `u` (`a`,`b`); UNIQUE KEY `w` (`b`) USING BTREE", "UNIQUE KEY `v`"},
		{"mariadb105 mariadb118", "`a` text; UNIQUE KEY `u` (`a`) USING HASH", "", ""},
		{"mysql8", "EVERY TYPE USING HASH", "EVERY TYPE", ""},
		{"mysql57 mariadb105", "`d` int; KEY `i` (`d`) IGNORED; KEY `j` (`d`) /*!80000 INVISIBLE */ COMMENT 'x'", "`d` int; KEY `i` (`d`); KEY `j` (`d`) COMMENT 'x'", "queries use this key|queries use this key"},
		{"mysql8", "`d` int; KEY `i` (`d`) IGNORED; KEY `j` (`d`) /*!80000 INVISIBLE */", "`d` int; KEY `i` (`d`) INVISIBLE; KEY `j` (`d`) INVISIBLE", ""},
		{"mariadb106 mariadb118", "`d` int; KEY `i` (`d`) IGNORED; KEY `j` (`d`) /*!80000 INVISIBLE */", "`d` int; KEY `i` (`d`) IGNORED; KEY `j` (`d`) IGNORED", ""},
		{"mysql57 mariadb118", "`a` int; KEY `f` ((lower(`a`))); KEY `g` (`a`(3),(`a` + 1)); KEY `h` (`a`(3),`b`(4))", "`a` int; KEY `h` (`a`(3),`b`(4))", "KEY `f`|KEY `g`"},
		{"mysql8", "`a` int; KEY `f` ((lower(`a`))); KEY `g` ((nvl(`a`,1)))", "`a` int; KEY `f` ((lower(`a`)))", "has no function nvl"},
		{"mysql57 mysql9 mariadb114", "`a` int; VECTOR KEY `k` (`a`)", "`a` int", "has no such keys"},
		{"mariadb118", "`a` int; VECTOR KEY `k` (`a`)", "", ""},
		{"mysql8 mariadb118", "`c` text; FULLTEXT KEY `ft` (`c`) /*!50100 WITH PARSER `ngram` */ ; FULLTEXT KEY `fu` (`c`)", "`c` text; FULLTEXT KEY `ft` (`c`) ; FULLTEXT KEY `fu` (`c`)", "has other parsers"},
		// Character sets and collations.
		{"mysql57 mariadb105", "`a` varchar(9) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci", "`a` varchar(9) CHARACTER SET utf8 COLLATE utf8_general_ci", ""},
		{"mariadb105 mariadb118", "`a` varchar(9) COLLATE utf8mb4_0900_as_cs; `b` char(1) CHARACTER SET gb18030 COLLATE gb18030_chinese_ci", "`a` varchar(9) COLLATE utf8mb4_bin; `b` char(1) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci", ""},
		{"mariadb118", "`a` int CHECK ((`a` <> _utf8mb4'it\\'s') and (`a` <> _latin1'x') and (`a` <> _latin1'\u00e9') and (`a` <> _binary'x') and (`a` <> _ascii'x'))", "`a` int CHECK ((`a` <> 'it\\'s') and (`a` <> 'x') and (`a` <> _latin1'\u00e9') and (`a` <> _binary'x') and (`a` <> 'x'))", ""},
		{"mysql8", "`a` int CHECK ((`a` <> _utf8mb4'x') and convert(`a` using utf8mb3) = 'COLLATE utf8mb4_nopad_bin')", "", ""},
	} {
		if c.becomes == "" {
			c.becomes = c.is
		}
		c.is, c.becomes = strings.Replace(c.is, "EVERY TYPE", everyType(), 1), strings.Replace(c.becomes, "EVERY TYPE", everyType(), 1)
		for _, server := range strings.Fields(c.servers) {
			got, _, notes := adapt(t, server, c.is, "InnoDB")
			if got != c.becomes {
				t.Errorf("%s: %s\ngot  %s\nwant %s", server, c.is, got, c.becomes)
			}
			if c.note == "" && notes != "" {
				t.Errorf("%s: %s: %s", server, c.is, notes)
			}
			for _, part := range strings.Split(c.note, "|") {
				at := strings.Index(notes, part)
				if at < 0 {
					t.Errorf("%s: %s: the notes %s lack %s", server, c.is, notes, part)
					break
				}
				notes = notes[at+len(part):]
			}
		}
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct{ servers, is, becomes, note string }{
		{"mysql57 mysql8 mariadb118", "InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=latin1 COMMENT='ENGINE=x' KEY_BLOCK_SIZE=8", "", ""},
		{"mysql8", "Aria DEFAULT CHARSET=latin1 PAGE_CHECKSUM=1 TRANSACTIONAL=0 ROW_FORMAT=PAGE COMMENT='x'", "InnoDB DEFAULT CHARSET=latin1 COMMENT='x'", "has no such format of rows: ROW_FORMAT=PAGE"},
		{"mysql8", "aria ROW_FORMAT=DYNAMIC\n PARTITION BY HASH (`a`)\n(PARTITION `p0` ENGINE = aria,\n PARTITION `p1` ENGINE = aria)", "InnoDB\n PARTITION BY HASH (`a`)\n(PARTITION `p0` ENGINE = InnoDB,\n PARTITION `p1` ENGINE = InnoDB)", "ROW_FORMAT=DYNAMIC"},
		{"mariadb105", "Aria PAGE_CHECKSUM=1 TRANSACTIONAL=0 ROW_FORMAT=PAGE", "", ""},
		{"mysql8", "MyISAM ROW_FORMAT=FIXED UNION=(`x`,`y`)", "", ""},
		{"mysql8 mysql9", "MyISAM ROW_FORMAT=FIXED\n/*!50100 PARTITION BY HASH (`a`)\nPARTITIONS 4 */", "InnoDB\n/*!50100 PARTITION BY HASH (`a`)\nPARTITIONS 4 */", "its engine is InnoDB|ROW_FORMAT=FIXED"},
		{"mysql8 mysql9 mariadb118", "InnoDB\n/*!50100 PARTITION BY HASH (`a`)\nPARTITIONS 4 */", "", ""},
		{"mysql57", "MyISAM\n/*!50100 PARTITION BY HASH (`a`)\nPARTITIONS 4 */", "", ""},
		{"mysql57 mysql8", "InnoDB ROW_FORMAT=FIXED", "InnoDB", "has no such format of rows"},
		{"mysql57 mariadb105", "InnoDB COMPRESSION='zlib' COMMENT='x'", "InnoDB COMMENT='x'", "has no such option: COMPRESSION='zlib'"},
		{"mysql8", "InnoDB COMPRESSION='zlib' `ENCRYPTED`=YES `PAGE_COMPRESSED`='ON'", "InnoDB COMPRESSION='zlib'", "`ENCRYPTED`=YES|`PAGE_COMPRESSED`='ON'"},
		{"mariadb118", "InnoDB `ENCRYPTED`=YES `PAGE_COMPRESSED`='ON'", "", ""},
		{"mariadb118", "InnoDB /*!50100 TABLESPACE `innodb_system` */ COMMENT='x' /*!80023 AUTOEXTEND_SIZE=4194304 */", "InnoDB COMMENT='x' /*!80023 AUTOEXTEND_SIZE=4194304 */", "has no such tablespaces"},
		{"mysql8", "InnoDB /*!50100 TABLESPACE `innodb_system` */ COMMENT='x'", "", ""},
		{"mysql8", "InnoDB WITH SYSTEM VERSIONING\n PARTITION BY SYSTEM_TIME LIMIT 9 AUTO", "InnoDB", "has no partitions by system time"},
		{"mysql8", "InnoDB WITHOUT SYSTEM VERSIONING COMMENT='WITH'", "InnoDB COMMENT='WITH'", ""},
		{"mariadb105 mariadb106", "InnoDB WITH SYSTEM VERSIONING\n PARTITION BY SYSTEM_TIME LIMIT 9 AUTO\nPARTITIONS 2", "InnoDB WITH SYSTEM VERSIONING\n PARTITION BY SYSTEM_TIME LIMIT 9\nPARTITIONS 2", "adds no partitions itself"},
		{"mariadb1011 mariadb118", "InnoDB WITH SYSTEM VERSIONING\n PARTITION BY SYSTEM_TIME LIMIT 9 AUTO\nPARTITIONS 2", "", ""},
		{"mysql57", "InnoDB DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_uca1400_ai_ci", "InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_unicode_520_ci", ""},
	} {
		if c.becomes == "" {
			c.becomes = c.is
		}
		for _, server := range strings.Fields(c.servers) {
			_, got, notes := adapt(t, server, "`a` int", c.is)
			if got != c.becomes || (c.note == "") != (notes == "") {
				t.Errorf("%s: %s\ngot  %s\nwant %s\n%s", server, c.is, got, c.becomes, notes)
			}
			for _, part := range strings.Split(c.note, "|") {
				if !strings.Contains(notes, part) {
					t.Errorf("%s: %s: the notes %s lack %s", server, c.is, notes, part)
				}
			}
		}
	}
}

// Only tables in memory have such keys in MySQL.
func TestHashKeysOfMemoryTables(t *testing.T) {
	const create = "CREATE TABLE `t` (\n  `a` int,\n  KEY `k` (`a`) USING HASH\n) ENGINE=%"
	target, err := For("mysql8", true, 0)
	if err != nil {
		t.Fatal(err)
	}
	for engine, want := range map[string]bool{"MEMORY": true, "InnoDB": false} {
		got, _ := target.Table(strings.Replace(create, "%", engine, 1))
		if strings.Contains(got, "USING HASH") != want {
			t.Errorf("%s: %s", engine, got)
		}
	}
}
