//go:build servers

package dump_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// A migration dumps a database of one server and restores it on others.
type migration struct {
	name     string
	from     string
	sql      string
	to       map[string][]string // for each target server, the values of --for; "" means a plain dump
	warnings []string            // parts of the warnings that every dump for another kind of server has
	left     string              // a query on the target, whose result must be want
	want     string
}

func (m migration) run(t *testing.T) {
	from := release(t, m.from)
	db := from.database(t, "migrate")
	from.script(t, db, m.sql)
	for to, targets := range m.to {
		for _, target := range targets {
			t.Run(to+" "+target, func(t *testing.T) {
				text, report, err := tryDump(t.Context(), from.config(db), dump.Options{For: target})
				if err != nil {
					t.Fatal(err)
				}
				warnings := fmt.Sprint(report.Warnings)
				if len(report.Missing) > 0 {
					t.Errorf("missing: %v", report.Missing)
				}
				for _, w := range m.warnings {
					if target != "" && !strings.Contains(warnings, w) {
						t.Errorf("no warning %q in %s", w, strings.Join(strings.Split(warnings, "} {"), "\n"))
					}
				}
				migrate(t, from, release(t, to), "migrated", text)
				if m.want != "" {
					if got := query(t, release(t, to).open(t, "migrated"), m.left); got != m.want && (m.want != "*" || got == "NULL" || got == "") {
						t.Errorf("%s: %s; want %s", m.left, got, m.want)
					}
				}
			})
		}
	}
}

func TestServersMigrate(t *testing.T) {
	for _, m := range migrations {
		t.Run(m.name, m.run)
	}
}

var migrations = []migration{
	{
		name: "trigger and routines with NO_AUTO_CREATE_USER", from: "mysql-5.6",
		sql: `CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1,1);
			SET sql_mode='STRICT_TRANS_TABLES,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION';
			CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.v = 1;
			CREATE PROCEDURE p() SELECT 1; CREATE FUNCTION f() RETURNS INT RETURN 1; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1;
			SET sql_mode='ORACLE'; CREATE PROCEDURE o() SELECT "id" FROM t;`,
		to:   map[string][]string{"mysql": {"", "mysql8", "mysql9"}, "mariadb-10.5": {"", "mariadb105"}, "mariadb-11.8": {"", "mariadb"}, "mysql-5.6": {""}},
		left: "SELECT GROUP_CONCAT(sql_mode) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA=DATABASE() AND SQL_MODE LIKE '%STRICT_TRANS_TABLES%NO_ENGINE_SUBSTITUTION'", want: "*",
	},
	{
		name: "routines of MariaDB to 10.5", from: "mariadb-10.11",
		sql: `CREATE TABLE t (id INT PRIMARY KEY, v INT);
			CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.v = 1;
			CREATE PROCEDURE p() SELECT 1; CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM t; CREATE VIEW v AS SELECT * FROM t;
			DELIMITER $$
			CREATE PROCEDURE c() BEGIN /* keep; this */ SELECT 'it''s'; -- and this
			END$$
			SET NAMES latin1$$ CREATE PROCEDURE l() BEGIN /* x */ SELECT 'é'; END$$
			DELIMITER ;`,
		to:   map[string][]string{"mariadb-10.5": {"", "mariadb105"}, "mariadb-10.11": {"", "mariadb105", "mariadb"}, "mariadb-11.8": {"", "mariadb118"}},
		left: "SELECT COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA=DATABASE()", want: "3",
	},
	{
		name: "history from 11.8 to older", from: "mariadb-11.8",
		sql: `ALTER DATABASE CHARACTER SET latin1;
			CREATE TABLE sv (id INT PRIMARY KEY, v INT) CHARSET latin1 WITH SYSTEM VERSIONING; INSERT INTO sv VALUES (1,1); UPDATE sv SET v=2; INSERT INTO sv VALUES (2,2); DELETE FROM sv WHERE id=2;
			CREATE TABLE ex (id INT PRIMARY KEY, v INT, s TIMESTAMP(6) GENERATED ALWAYS AS ROW START, e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s,e)) CHARSET latin1 WITH SYSTEM VERSIONING; INSERT INTO ex(id,v) VALUES (1,1); UPDATE ex SET v=2;`,
		to:   map[string][]string{"mariadb-10.11": {"", "mariadb", "mariadb1011"}, "mariadb-11.8": {"", "mariadb"}},
		left: "SELECT CONCAT((SELECT GROUP_CONCAT(id,':',v ORDER BY id, v) FROM sv FOR SYSTEM_TIME ALL),' ',(SELECT GROUP_CONCAT(id,':',v ORDER BY id, v) FROM sv),' ',(SELECT GROUP_CONCAT(id,':',v ORDER BY id, v) FROM ex FOR SYSTEM_TIME ALL),' ',(SELECT v FROM ex))", want: "1:1,1:2,2:2 1:2 1:1,1:2 2",
	},
	{
		name: "history to servers without", from: "mariadb-11.8",
		sql:  `CREATE TABLE ex (id INT, v INT, s TIMESTAMP(6) GENERATED ALWAYS AS ROW START INVISIBLE, e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s,e), PRIMARY KEY (id)) WITH SYSTEM VERSIONING; INSERT INTO ex(id,v) VALUES (1,1); UPDATE ex SET v=2; CREATE TABLE pt (id INT, x INT) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME INTERVAL 1 MONTH AUTO PARTITIONS 3; INSERT INTO pt VALUES (1,1)`,
		to:   map[string][]string{"mysql": {"mysql8", "mysql9"}, "mysql-5.6": {"mysql57"}, "mariadb-10.5": {"mariadb105"}},
		left: "SELECT CONCAT((SELECT GROUP_CONCAT(id,':',v) FROM ex),(SELECT x FROM pt))", want: "1:21", warnings: []string{"the history of its rows is left out"},
	},
	{
		name: "collation of the database that the target lacks", from: "mysql",
		sql: `CREATE TABLE wp_options (option_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191) NOT NULL DEFAULT '', option_value LONGTEXT NOT NULL, UNIQUE KEY (option_name)) DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
			INSERT INTO wp_options VALUES (1,'siteurl','x'); SET collation_connection=utf8mb4_0900_ai_ci; CREATE VIEW v AS SELECT option_id FROM wp_options;
			SET collation_connection=utf8mb4_nb_0900_as_cs; CREATE TRIGGER tr BEFORE INSERT ON wp_options FOR EACH ROW SET @x=1;`,
		to:   map[string][]string{"mariadb-10.5": {"", "mariadb105"}, "mariadb-10.11": {"", "mariadb"}, "mariadb-11.8": {"", "mariadb118"}, "mysql": {""}, "mysql-5.6": {"", "mysql57"}},
		left: "SELECT GROUP_CONCAT(option_name) FROM wp_options JOIN v USING (option_id)", want: "siteurl",
	},
	{
		name: "default collation of 11.8", from: "mariadb-11.8",
		sql:  `ALTER DATABASE COLLATE utf8mb4_uca1400_ai_ci; CREATE TABLE plugin_table (id INT PRIMARY KEY, v VARCHAR(50)) DEFAULT CHARSET=utf8mb4; INSERT INTO plugin_table VALUES (1,'é'); CREATE VIEW v AS SELECT v COLLATE utf8mb4_uca1400_as_cs AS v FROM plugin_table; CREATE FUNCTION f(a VARCHAR(9) COLLATE utf8mb4_uca1400_as_ci) RETURNS VARCHAR(9) COLLATE utf8mb4_general1400_as_ci RETURN a; CREATE TABLE n (a CHAR(9) COLLATE utf8mb4_0900_as_cs, b CHAR(9) CHARACTER SET utf8mb3 COLLATE utf8mb3_uca1400_nopad_as_cs, c CHAR(3) COLLATE latin1_nopad_bin)`,
		to:   map[string][]string{"mariadb-10.5": {"mariadb105"}, "mariadb-10.11": {"mariadb105", "mariadb"}, "mariadb-11.8": {"", "mariadb", "mariadb105"}, "mysql": {"mysql8"}, "mysql-5.6": {"mysql57"}},
		left: "SELECT HEX(v) FROM v", want: "C3A9",
	},
	{
		name: "tables of MariaDB to MySQL", from: "mariadb-10.11", sql: tablesOfMariaDB + "CREATE SEQUENCE s; CREATE TABLE h_seq (id INT PRIMARY KEY DEFAULT NEXTVAL(s), v INT); INSERT INTO h_seq(v) VALUES (5);",
		to:   map[string][]string{"mysql": {"mysql8", "mysql9"}, "mysql-5.6": {"mysql57"}},
		left: "SELECT CONCAT_WS(',',(SELECT COUNT(*) FROM a_page),(SELECT id FROM d_uuid),(SELECT a FROM e_inet),(SELECT GROUP_CONCAT(t ORDER BY id) FROM f_longuniq),(SELECT h_seq.id FROM h_seq),(SELECT v FROM vu))",
		want: "1,8f3ad2a0-1c5e-11ef-9a9d-0242ac120002,2001:db8::1,x,y,1,7",
		warnings: []string{
			"table `a_page`", "ROW_FORMAT=PAGE", "table `b_compressed`", "`PAGE_COMPRESSED`=1", "table `d_uuid`: column `id` is of type char(36)", "column `a` is of type varchar(45)", "UNIQUE KEY `t` (`t`) USING HASH", "UNIQUE KEY `abcd`",
			"sequence `s`", "column `id` DEFAULT nextval", "PERIOD FOR `p`", "`p` WITHOUT OVERLAPS", "column `g` is an ordinary column without values", "CHECK (json_exists", "view `vf`", "procedure `pi`", "function `ag`", "procedure `ora`", "trigger `tj`: it calls json_detailed",
		},
	},
	{
		name: "tables of MariaDB to MySQL 5.7", from: "mariadb-10.11",
		sql: "CREATE TABLE l_def (id INT PRIMARY KEY, t TEXT DEFAULT 'x', d DATETIME DEFAULT (NOW() + INTERVAL 1 DAY), c CHAR(36) DEFAULT UUID(), i INT DEFAULT 3 INVISIBLE, KEY k (c) IGNORED); INSERT INTO l_def(id) VALUES (1);",
		to:  map[string][]string{"mysql-5.6": {"mysql57"}, "mysql": {"mysql57"}}, left: "SELECT CONCAT(t, LENGTH(c)) FROM l_def", want: "x36",
		warnings: []string{"column `t` DEFAULT 'x'", "column `d` DEFAULT (current_timestamp() + interval 1 day)", "column `c` DEFAULT uuid()", "column `i` is visible", "KEY `k` (`c`) IGNORED"},
	},
	{
		name: "tables of MariaDB to 10.5", from: "mariadb-10.11", sql: tablesOfMariaDB,
		to:   map[string][]string{"mariadb-10.5": {"mariadb105"}, "mariadb-10.11": {"", "mariadb105", "mariadb106", "mariadb"}, "mariadb-11.8": {"", "mariadb118"}},
		left: "SELECT CONCAT_WS(',',(SELECT id FROM d_uuid),(SELECT a FROM e_inet),(SELECT COUNT(*) FROM a_page))", want: "8f3ad2a0-1c5e-11ef-9a9d-0242ac120002,2001:db8::1,1",
	},
	{
		name: "tables of 11.8 to older", from: "mariadb-11.8",
		sql: `CREATE TABLE v (id INT PRIMARY KEY, v VECTOR(3) NOT NULL, VECTOR INDEX (v)); INSERT INTO v VALUES (1, VEC_FromText('[1,2,3]')); CREATE SEQUENCE sb AS BIGINT UNSIGNED;
			CREATE TABLE k (id INT PRIMARY KEY, j TEXT CHECK (JSON_SCHEMA_VALID('{}', j)), u UUID DEFAULT UUID_v7(), d INT, KEY k (d DESC) IGNORED); INSERT INTO k(id,j) VALUES (1,'{}');
			CREATE VIEW vv AS SELECT VEC_ToText(v) AS t FROM v;`,
		to:   map[string][]string{"mariadb-10.11": {"mariadb", "mariadb105"}, "mariadb-10.5": {"mariadb105"}, "mysql": {"mysql8", "mysql9"}, "mysql-5.6": {"mysql57"}},
		left: "SELECT HEX(v) FROM v", want: "0000803F0000004000004040", warnings: []string{"VECTOR KEY `v`", "column `u` DEFAULT uuid_v7()", "view `vv`"},
	},
	{
		name: "tables of MySQL to MariaDB", from: "mysql", sql: tablesOfMySQL,
		to:   map[string][]string{"mariadb-10.5": {"mariadb105"}, "mariadb-10.11": {"mariadb", "mariadb1011"}, "mysql": {"", "mysql8"}},
		left: "SELECT CONCAT_WS(',',(SELECT n FROM b_quote),(SELECT g FROM c_gen),(SELECT HEX(v) FROM d_vector),(SELECT v FROM i_invis),(SELECT g FROM h_json))", want: "o,-a'q'-,0000803F0000004000004040,2,x",
	},
	{
		name: "tables of MySQL to MariaDB, with warnings", from: "mysql", sql: tablesOfMySQL + "CREATE TABLE x1 (id INT PRIMARY KEY, k INT NOT NULL INVISIBLE, g VARCHAR(40) AS (regexp_replace(k,'a','b')), h VARBINARY(16) AS (uuid_to_bin('8f3ad2a0-1c5e-11ef-9a9d-0242ac120002')) NOT NULL, v VARCHAR(9), FULLTEXT KEY ft (v) WITH PARSER ngram, CONSTRAINT cc CHECK (v <> 'é') NOT ENFORCED) COMPRESSION='none'; INSERT INTO x1(id,k,v) VALUES (1,2,'é');",
		to:   map[string][]string{"mariadb-10.5": {"mariadb105"}, "mariadb-10.11": {"mariadb"}, "mariadb-11.8": {"mariadb", "mariadb118"}},
		left: "SELECT CONCAT_WS(',',id,k,v) FROM x1", want: "1,2,é",
		warnings: []string{"column `id` DEFAULT (uuid_to_bin(uuid()))", "regexp_like", "KEY `mv`", "COMPRESSION=", "column `k` is visible", "column `h` is an ordinary column without values", "PARSER `ngram`", "enforces every check", "view `vr`", "procedure `pj`"},
	},
}

// Tables and programs that only MariaDB supports, except sequences.
const tablesOfMariaDB = `
CREATE TABLE a_plain (id INT PRIMARY KEY, v TEXT) ENGINE=Aria;
CREATE TABLE a_page (id INT PRIMARY KEY, v TEXT) ENGINE=Aria ROW_FORMAT=PAGE; INSERT INTO a_page VALUES (1,'x');
CREATE TABLE a_fixed (id INT PRIMARY KEY, v CHAR(5)) ENGINE=Aria ROW_FORMAT=FIXED TRANSACTIONAL=0;
CREATE TABLE b_compressed (id INT PRIMARY KEY, v TEXT) ENGINE=InnoDB PAGE_COMPRESSED=1 PAGE_COMPRESSION_LEVEL=5;
CREATE TABLE c_ignored (id INT PRIMARY KEY, v INT, KEY k (v) IGNORED);
CREATE TABLE d_uuid (id UUID PRIMARY KEY DEFAULT UUID(), v INT); INSERT INTO d_uuid VALUES ('8f3ad2a0-1c5e-11ef-9a9d-0242ac120002', 7);
CREATE TABLE d_child (id UUID, p INET4 DEFAULT '127.0.0.1', FOREIGN KEY (id) REFERENCES d_uuid (id)); INSERT INTO d_child(id) SELECT id FROM d_uuid;
CREATE TABLE e_inet (id INT PRIMARY KEY, a INET6, UNIQUE (a) USING HASH); INSERT INTO e_inet VALUES (1, '2001:db8::1');
CREATE TABLE f_longuniq (id INT PRIMARY KEY, t TEXT, s VARCHAR(20), UNIQUE KEY (t), UNIQUE KEY short (s) USING HASH); INSERT INTO f_longuniq VALUES (1,'x','1'),(2,'y','2');
CREATE TABLE f_four (id INT PRIMARY KEY, a VARCHAR(255) NOT NULL, b VARCHAR(255) NOT NULL, c VARCHAR(255) NOT NULL, d VARCHAR(255) NOT NULL, UNIQUE KEY abcd (a,b,c,d)) DEFAULT CHARSET=utf8mb4; INSERT INTO f_four VALUES (1,'a','b','c','d');
CREATE TABLE i_comp (id INT PRIMARY KEY, v TEXT COMPRESSED);
CREATE TABLE j_json (id INT PRIMARY KEY, v JSON, w JSON DEFAULT '{}'); INSERT INTO j_json VALUES (1,'{"a":1}','[]');
CREATE TABLE m_gen2 (id INT PRIMARY KEY, a VARCHAR(10), g VARCHAR(30) AS (json_detailed(a)) PERSISTENT, CHECK (json_exists(a,'$')), x INT DEFAULT 1 CHECK (json_exists(a,'$')), KEY (g)); INSERT INTO m_gen2(id,a) VALUES (1,'{}');
CREATE TABLE n_nopad (id INT PRIMARY KEY, v VARCHAR(20)) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_nopad_ci;
CREATE TABLE o_period (id INT, s DATE, e DATE, PERIOD FOR p(s,e), UNIQUE (id, p WITHOUT OVERLAPS));
CREATE TABLE q_part (id INT, d DATE) ENGINE=MyISAM PARTITION BY RANGE (YEAR(d)) (PARTITION a VALUES LESS THAN (2020), PARTITION b VALUES LESS THAN MAXVALUE);
CREATE TABLE r_check (id INT PRIMARY KEY, v INT CHECK (v > 0), CHECK (id < 100)); CREATE TABLE r_check2 (id INT PRIMARY KEY, CHECK (id < 100));
CREATE TABLE t_ts (id INT PRIMARY KEY, t TIMESTAMP NOT NULL DEFAULT '0000-00-00 00:00:00', u TIMESTAMP NULL DEFAULT NULL); INSERT INTO t_ts VALUES (1,'0000-00-00','2020-01-01');
CREATE TABLE w_mem (id INT, UNIQUE KEY (id) USING HASH) ENGINE=MEMORY;
CREATE VIEW vu AS SELECT * FROM d_uuid; CREATE VIEW vf AS SELECT json_detailed(v) AS x FROM j_json;
CREATE TRIGGER tj BEFORE INSERT ON j_json FOR EACH ROW SET @x = json_detailed('{}');
DELIMITER $$
CREATE PROCEDURE pi() BEGIN EXECUTE IMMEDIATE 'SELECT 1'; END$$
CREATE PROCEDURE pt(u UUID, IN uuid CHAR(3)) BEGIN DECLARE i INET6 DEFAULT '::'; SELECT uuid, u; END$$
CREATE FUNCTION fu(a VARCHAR(9) COLLATE utf8mb4_unicode_nopad_ci) RETURNS UUID RETURN UUID()$$
CREATE AGGREGATE FUNCTION ag(x INT) RETURNS INT BEGIN DECLARE CONTINUE HANDLER FOR NOT FOUND RETURN 1; LOOP FETCH GROUP NEXT ROW; END LOOP; END$$
SET sql_mode=ORACLE$$
CREATE PROCEDURE ora AS BEGIN NULL; END;$$
DELIMITER ;
SET sql_mode='';
`

// Tables and programs that only MySQL supports.
const tablesOfMySQL = `
CREATE TABLE a_geomcoll (id INT PRIMARY KEY, g GEOMETRYCOLLECTION);
CREATE TABLE b_quote (id INT PRIMARY KEY, n VARCHAR(20), CHECK (n <> 'o''brien')); INSERT INTO b_quote VALUES (1,'o');
CREATE TABLE c_gen (id INT PRIMARY KEY, a VARCHAR(20), g VARCHAR(40) AS (CONCAT('-',a,'''q''-')) VIRTUAL); INSERT INTO c_gen(id,a) VALUES (1,'a');
CREATE TABLE d_vector (id INT PRIMARY KEY, v VECTOR(3)); INSERT INTO d_vector VALUES (1, STRING_TO_VECTOR('[1,2,3]'));
CREATE TABLE e_fn (id BINARY(16) PRIMARY KEY DEFAULT (UUID_TO_BIN(UUID())));
CREATE TABLE f_regexp (id INT PRIMARY KEY, v VARCHAR(20), CHECK (REGEXP_LIKE(v,'^a')));
CREATE TABLE g_def (id INT PRIMARY KEY, v TEXT DEFAULT ('it''s'));
CREATE TABLE h_json (id INT PRIMARY KEY, j JSON DEFAULT (JSON_ARRAY()), g VARCHAR(30) AS (j->>'$.a')); INSERT INTO h_json(id,j) VALUES (1,'{"a":"x"}');
CREATE TABLE i_invis (id INT PRIMARY KEY, v INT, KEY k (v) INVISIBLE, c INT INVISIBLE); INSERT INTO i_invis(id,v) VALUES (1,2);
CREATE TABLE j_srid (id INT PRIMARY KEY, p POINT NOT NULL SRID 4326, SPATIAL KEY (p));
CREATE TABLE k_mv (id INT PRIMARY KEY, j JSON, KEY mv ((CAST(j->'$.t' AS CHAR(10) ARRAY))));
CREATE TABLE l_part (id INT) PARTITION BY HASH (id) PARTITIONS 2;
CREATE VIEW vq AS SELECT _utf8mb4'a''b' AS x, CONVERT('é' USING utf8mb4) COLLATE utf8mb4_0900_as_cs AS y; CREATE VIEW vr AS SELECT REGEXP_LIKE('a','b') AS x; CREATE VIEW vg AS SELECT g FROM a_geomcoll; CREATE VIEW vd AS SELECT v FROM d_vector;
CREATE PROCEDURE pj() SELECT j->'$.a' FROM h_json; CREATE FUNCTION fc(a CHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_as_cs) RETURNS CHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NO SQL RETURN a;
`
