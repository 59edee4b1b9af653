package load

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

var testRules = rules{
	mariaDB: true, number: 101119, confined: true, database: sqltext.SchemaName{Name: "site"},
	definers: definers{user: "wp", host: "localhost"},
}

// checkAll checks all statements of a dump.
func checkAll(r rules, dump string) (list []statement, err error) {
	c := newChecker(r)
	s := dumpfile.NewScanner(strings.NewReader(dump))
	for {
		next, err := s.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		st, err := c.check(next)
		if err != nil {
			return list, err
		}
		list = append(list, st)
	}
}

const tableHead = "DROP TABLE IF EXISTS `t`;\nCREATE TABLE `t` (\n  `id` int NOT NULL,\n  `v` text"

// trigger returns a dump of a trigger. The body of the trigger begins on line 3.
func trigger(body string) string {
	return "SET sql_mode='', character_set_client=utf8mb4, time_zone='SYSTEM';\nDELIMITER ;;\nCREATE DEFINER=`wp`@`localhost` TRIGGER `g` BEFORE INSERT ON `t` FOR EACH ROW " + body + "\n;;\nDELIMITER ;\n"
}

func procedure(body string) string {
	return "DELIMITER ;;\n\nCREATE DEFINER=`wp`@`localhost` PROCEDURE `p`()\n" + body + "\n;;\nDELIMITER ;\n"
}

// Each hostile dump is refused with an error of one line, which contains the line number of the
// statement.
func TestHostileDumps(t *testing.T) {
	for i, c := range []struct {
		line int
		dump string
	}{
		// Commands of the stock client, and statements that no dump contains.
		{1, "\\! touch /tmp/x\n;"},
		{2, "SET NAMES utf8mb4;\n\\! touch /tmp/x;"},
		{1, "USE other;"},
		{1, "use `other`;"},
		{1, "SELECT 1;"},
		{1, "SELECT * FROM mysql.user INTO OUTFILE '/tmp/x';"},
		{1, "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t;"},
		{1, "GRANT ALL ON *.* TO x@y;"},
		{1, "CREATE USER x@y;"},
		{1, "DROP DATABASE site;"},
		{1, "CREATE DATABASE x;"},
		{1, "FLUSH PRIVILEGES;"},
		{1, "SHUTDOWN;"},
		{1, "KILL 1;"},
		{1, "INSTALL PLUGIN x SONAME 'x.so';"},
		{1, "TRUNCATE TABLE t;"},
		{1, "UPDATE `t` SET a=1;"},
		{1, "REPLACE INTO `t` VALUES (1);"},
		{1, "CALL p();"},
		{1, "DO SLEEP(5);"},
		{1, "BEGIN NOT ATOMIC DROP TABLE x; END;"},
		{1, "HANDLER t OPEN;"},
		{1, "LOCK TABLES `mysql`.`user` WRITE;"},
		{1, "DELETE FROM `t`;"},
		{1, "DELETE FROM `mysql`.`user` LIMIT 1;"},
		{1, "source /etc/passwd;"},
		{1, "system id;"},
		{1, "tee /tmp/x;"},
		{1, "\\. /etc/passwd\n;"},
		{1, "DROP TABLE `t`;"},
		{1, "DROP TABLE IF EXISTS `mysql`.`user`;"},
		{1, "DROP TABLE IF EXISTS `a`,`b`;"},
		{1, "DROP VIEW IF EXISTS v;"},
		{1, "DROP USER IF EXISTS `x`;"},
		{1, "RENAME TABLE `a` TO `mysql`.`b`;"},
		{1, "RENAME TABLE `a` TO `b`, `c` TO `d`;"},
		{1, "ALTER TABLE `t` ADD COLUMN x INT;"},
		{1, "ALTER TABLE `t` ADD CONSTRAINT `k` FOREIGN KEY (`a`) REFERENCES `mysql`.`user` (`User`);"},
		{1, "ALTER TABLE `t` RENAME TO `mysql`.`x`;"},
		{1, "ALTER DATABASE `other` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;"},
		{1, "ALTER TABLE `t` DROP FOREIGN KEY `k`, DROP COLUMN `x`;"},
		// Version comments.
		{2, "SET NAMES utf8mb4;\n/*!50000 DROP DATABASE site */;"},
		{1, "/*M!100000 GRANT ALL ON *.* TO x@y */;"},
		{1, "/*!99999 GRANT ALL ON *.* TO x@y */;"},
		{1, "/*! SET sql_mode='' */;"},
		{1, "/*!50000 SET sql_mode='' */ GRANT ALL ON *.* TO x@y;"},
		{1, "/*!50000 SET sql_mode='' */ /*!50000 DROP DATABASE x */;"},
		{1, "SET sql_mode='' /*!50000 , GLOBAL general_log=1 */;"},
		{1, "/*!50000 SET sql_mode=/*!50000 '' */ */;"},
		// Settings.
		{1, "SET GLOBAL general_log=1;"},
		{1, "SET @@GLOBAL.general_log=1;"},
		{1, "SET PASSWORD='x';"},
		{1, "SET sql_log_bin=0;"},
		{1, "SET @x=(SELECT 1);"},
		{1, "SET @OLD_X=(SELECT LOAD_FILE('/etc/passwd'));"},
		{1, "SET sql_mode=CONCAT('a','b');"},
		{1, "SET sql_mode='', GLOBAL log_bin=0;"},
		{1, "SET NAMES gbk;"},
		{1, "SET timestamp=SLEEP(5);"},
		{1, "SET timestamp=UNIX_TIMESTAMP((SELECT 1));"},
		{1, "SET time_zone=@x;"},
		{1, "SET autocommit=(SELECT 1);"},
		{1, "SET @WP_ONEWAY=IF(@WP_ONEWAY_MAY,'GRANT ALL ON *.* TO x@y','DO 0');"},
		{1, "SET @WP_ONEWAY_MAY=1;"},
		{1, "SET foreign_key_checks=0, @@global.x=1;"},
		{1, "SET STATEMENT max_statement_time=1 FOR DROP TABLE x;"},
		{1, "SET ROLE admin;"},
		{2, "SET character_set_client=gbk;\nINSERT INTO `t` (`a`) VALUES\n('\xbf\\');"},
		{2, "SET sql_mode='ANSI_QUOTES';\nINSERT INTO `t` (`a`) VALUES\n('x');"},
		{2, "SET sql_mode='NO_BACKSLASH_ESCAPES';\nINSERT INTO `t` (`a`) VALUES\n('x');"},
		// Prepared statements.
		{1, "PREPARE x FROM 'DROP DATABASE site';"},
		{1, "EXECUTE IMMEDIATE 'DROP DATABASE site';"},
		{1, "EXECUTE IMMEDIATE @wp_oneway;"},
		{2, "SET @wp_oneway='DROP DATABASE site';\nEXECUTE IMMEDIATE @wp_oneway;"},
		{2, "SET @wp_oneway=0x47524E54;\nEXECUTE IMMEDIATE @wp_oneway;"},
		{2, "SET @wp_oneway='CREATE TABLE `mysql`.`x` (a int)';\nEXECUTE IMMEDIATE @wp_oneway;"},
		{1, "PREPARE wp_oneway FROM @other;"},
		{1, "EXECUTE wp_oneway USING @x;"},
		{2, "SET @wp_oneway='CREATE USER x@y';\n/*M!100602 EXECUTE IMMEDIATE @wp_oneway */;"},
		// Rows.
		{1, "INSERT INTO `mysql`.`user` (`User`) VALUES\n('x');"},
		{1, "INSERT INTO `t` (`a`) VALUES\n(LOAD_FILE('/etc/passwd'));"},
		{1, "INSERT INTO `t` (`a`) SELECT 1;"},
		{1, "INSERT INTO `t` (`a`) VALUES\n((SELECT 1 FROM k));"},
		{1, "INSERT INTO `t` (`a`) VALUES\n(1),\n(2) ON DUPLICATE KEY UPDATE a=1;"},
		{1, "INSERT INTO `t` (`a`) VALUES\n(1)/*!50000 ,(2)*/;"},
		{1, "INSERT INTO `t` (`a`) VALUES\n(@@version);"},
		{1, "INSERT INTO `t` (`a`) VALUES\n('x' -- \n);"},
		{1, "INSERT INTO `t` (`a`) VALUES\n(SLEEP(1));"},
		{1, "INSERT INTO `t` SET a=1;"},
		// Tables.
		{1, "CREATE TABLE `mysql`.`x` (\n `a` int\n);"},
		{1, "CREATE TABLE `t` LIKE `mysql`.`user`;"},
		{1, "CREATE TABLE `t` AS SELECT * FROM mysql.user;"},
		{1, "CREATE TABLE `t` (`a` int) SELECT 1;"},
		{1, "CREATE OR REPLACE TABLE `t` (`a` int);"},
		{1, "CREATE TEMPORARY TABLE `t` (`a` int);"},
		{2, tableHead + "\n) ENGINE=FEDERATED CONNECTION='mysql://x';"},
		{2, tableHead + "\n) ENGINE=CONNECT TABLE_TYPE=DBF FILE_NAME='/etc/passwd';"},
		{2, tableHead + "\n) ENGINE=SPIDER;"},
		{2, tableHead + "\n) ENGINE=InnoDB DATA DIRECTORY='/tmp';"},
		{2, tableHead + "\n) ENGINE=MyISAM INDEX DIRECTORY='/tmp';"},
		{2, tableHead + "\n) ENGINE=MRG_MyISAM UNION=(`mysql`.`user`);"},
		{2, tableHead + "\n) ENGINE=InnoDB TABLESPACE `x`;"},
		{2, tableHead + "\n) /*!50000 ENGINE=FEDERATED */;"},
		{2, tableHead + "\n) ENGINE=InnoDB /*!50100 PARTITION BY HASH (`id`) (PARTITION p0 DATA DIRECTORY = '/tmp' ENGINE = InnoDB) */;"},
		{2, tableHead + ",\n  `x` text DEFAULT (load_file('/etc/passwd'))\n);"},
		{2, tableHead + ",\n  `x` int GENERATED ALWAYS AS (sleep(5)) VIRTUAL\n);"},
		{2, tableHead + ",\n  `x` int DEFAULT (`mysql`.`f`())\n);"},
		{2, tableHead + ",\n  `x` int DEFAULT (`f`(1))\n);"},
		{2, tableHead + ",\n  `x` int DEFAULT (sys_exec('id'))\n);"},
		{2, tableHead + ",\n  CONSTRAINT `k` FOREIGN KEY (`id`) REFERENCES `mysql`.`user` (`x`)\n);"},
		{2, tableHead + ",\n  `x` int REFERENCES `mysql`.`user` (`x`)\n);"},
		{2, tableHead + ",\n  CONSTRAINT `c` CHECK (load_file('x') = 1)\n);"},
		{2, tableHead + ",\n  `x` int DEFAULT (@@version)\n);"},
		{2, tableHead + ",\n  `x` int DEFAULT ((select 1))\n);"},
		{5, tableHead + "\n) COMMENT='a'; GRANT ALL ON *.* TO x@y;"},
		{1, "CREATE SEQUENCE `s` start with 1 ENGINE=FEDERATED;"},
		{1, "CREATE SEQUENCE `mysql`.`s` start with 1;"},
		// Views.
		{1, "CREATE DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v` AS select 1;"},
		{1, "CREATE VIEW `mysql`.`v` AS select 1;"},
		{1, "CREATE VIEW `v` AS select `User` from `mysql`.`user`;"},
		{1, "CREATE VIEW `v` AS select `mysql`.`user`.`User` AS `x` from `t`;"},
		{1, "CREATE VIEW `v` AS select load_file('/etc/passwd') AS `x`;"},
		{1, "CREATE VIEW `v` AS select `mysql`.`f`() AS `x`;"},
		{1, "CREATE VIEW `v` AS select 1 into outfile '/tmp/x';"},
		{1, "CREATE VIEW `v` AS select 1 AS `x` from (`t` join `mysql`.`user`);"},
		{1, "CREATE OR REPLACE VIEW `v` AS select 1;"},
		{1, "CREATE VIEW `v` AS select (select `x`.`Host` from `mysql`.`user` `x` limit 1) AS `h`;"},
		{1, "CREATE VIEW `v` AS select 1 union select `a`.`User` from `t` `b`, `mysql`.`user` `a`;"},
		// Triggers, routines and events.
		{3, trigger("SET @x = LOAD_FILE('/etc/passwd')")},
		{3, trigger("INSERT INTO mysql.user VALUES (1)")},
		{3, trigger("UPDATE `other`.`t` SET a=1")},
		{3, trigger("BEGIN GRANT ALL ON *.* TO x@y; END")},
		{3, trigger("DELETE FROM other.t")},
		{3, trigger("SET GLOBAL general_log=1")},
		{3, trigger("SET @@GLOBAL.general_log=1")},
		{3, trigger("SET @a=1; DROP DATABASE x")},
		{3, trigger("BEGIN CALL other.p(); END")},
		{3, trigger("BEGIN SELECT 1 INTO OUTFILE '/tmp/x'; END")},
		{3, trigger("BEGIN DELETE a FROM t a, mysql.user b; END")},
		{3, strings.ReplaceAll(trigger("SET @x=1"), "`wp`@", "`root`@")},
		{3, strings.ReplaceAll(trigger("SET @x=1"), "ON `t`", "ON `mysql`.`t`")},
		{3, procedure("CREATE USER x@y")},
		{3, procedure("LOAD DATA INFILE 'x' INTO TABLE t")},
		{3, procedure("SET PASSWORD = 'x'")},
		{3, procedure("CREATE TABLE x (a INT) ENGINE=FEDERATED CONNECTION='x'")},
		{6, procedure("SELECT 1\n;;\nGRANT ALL ON *.* TO x@y")},
		{3, procedure("BEGIN\n SELECT other.f(1); END")},
		{3, procedure("SELECT * FROM t JOIN (other.t2) USING (a)")},
		{3, procedure("KILL QUERY 5")},
		{3, procedure("INSTALL SONAME 'x'")},
		{3, procedure("ALTER USER CURRENT_USER() IDENTIFIED BY 'x'")},
		{2, "DELIMITER ;;\nGRANT ALL ON *.* TO x@y;;"},
		{2, "DELIMITER ;;\nCREATE FUNCTION `f` RETURNS STRING SONAME 'udf.so';;"},
		{2, "DELIMITER ;;\nCREATE TABLE `t` (`a` int);;"},
		{1, "CREATE TRIGGER `g` BEFORE INSERT ON `t` FOR EACH ROW SET @a=1;"},
		{2, "DELIMITER ;;\nCREATE DEFINER=`wp`@`localhost` EVENT `e` ON SCHEDULE EVERY 1 DAY DO DELETE FROM mysql.user;;"},
		{2, "DELIMITER ;;\nCREATE DEFINER=`root`@`localhost` EVENT `e` ON SCHEDULE EVERY 1 DAY DO SELECT 1;;"},
		// Texts that are not dumps.
		{1, "DELIMITER \\\n"},
		{2, "SET NAMES utf8mb4;\nINSERT INTO `t` (`a`) VALUES\n('x"},
		{1, strings.Repeat("x", maxParsed+1) + ";"},
		{1, "CREATE VIEW `v` AS select '" + strings.Repeat("x", maxParsed) + "';"},
	} {
		list, err := checkAll(testRules, c.dump)
		if err == nil {
			t.Errorf("%d: %.200q is accepted: %+v", i, c.dump, list)
			continue
		}
		if text := err.Error(); !strings.Contains(text, fmt.Sprintf("line %d", c.line)) || strings.Contains(text, "\n") || len(text) > 400 {
			t.Errorf("%d: %.200q, line %d: %q", i, c.dump, c.line, text)
		}
	}
}

// Statements of real dumps are accepted, even if they look like an attack.
func TestHarmlessDumps(t *testing.T) {
	for _, dump := range []string{
		trigger("BEGIN SET NEW.v = 'GRANT ALL ON mysql.user'; UPDATE site.t SET v=1; INSERT INTO `site`.`t` VALUES (1); END"),
		trigger("UPDATE t a, t2 b SET a.x = b.y, b.z = NEW.id WHERE a.x = b.y"), trigger("INSERT INTO t (a) SELECT a.x FROM t a JOIN t2 b ON a.x = b.x, t3 c"),
		procedure("BEGIN DECLARE c CURSOR FOR SELECT a.x, b.y FROM t AS a, t2 AS b WHERE a.reset = b.kill; PREPARE s FROM @q; EXECUTE s; END"),
		"CREATE SQL SECURITY INVOKER VIEW `v` AS SELECT 1 AS `a`, CONVERT('' USING utf8mb4) COLLATE utf8mb4_bin AS `b`;",
		"CREATE ALGORITHM=UNDEFINED DEFINER=`wp`@`localhost` SQL SECURITY DEFINER VIEW `v` AS select `t`.`a` AS `a`,`x`.`b` AS `b` from (`t` join `t2` `x` on(`t`.`a` = `x`.`a`)) where `x`.`b` in (select `t3`.`c` from `t3`);",
		tableHead + " COMMENT 'load_file(1) DATA DIRECTORY',\n  PRIMARY KEY (`id`),\n  KEY `k` (`v`(10),`id`)\n) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='x=FEDERATED';",
	} {
		if _, err := checkAll(testRules, dump); err != nil {
			t.Errorf("%s: %v", dump, err)
		}
	}
}

// For any input, a statement for a table that the checker accepts names only that table.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{tableHead + "\n) ENGINE=InnoDB;", trigger("SET @x=1"), "/*!50000 SET sql_mode='' */;", "INSERT INTO `t` (`a`) VALUES\n(_binary'x',0x00);", "ALTER TABLE `t` ADD CONSTRAINT `k` FOREIGN KEY (`a`) REFERENCES `u` (`a`);"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		list, err := checkAll(testRules, string(in))
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("an error of several lines: %q", err)
		}
		for _, st := range list {
			text := strings.ToLower(string(st.text))
			if st.action == insertRows {
				if in, err := dumpfile.ParseInsert(st.text); err != nil || in.Table != st.name {
					t.Errorf("%q", st.text)
				}
				continue
			}
			if st.table != nil {
				text = strings.ToLower(string(st.table.as("scratch", func(s string) string { return s })))
				if d, err := sqltext.Describe(text, "", "", sqltext.SchemaName{}); err != nil || d.Name != "scratch" || d.Check(text) != nil {
					t.Errorf("%q does not create the table: %v", text, err)
				}
			}
			if st.action == setting && !strings.HasPrefix(text, "set ") {
				t.Errorf("%q is no setting", text)
			}
		}
	})
}
