package load

import (
	"strings"
	"testing"
)

// A routine may use only its own database, whatever it is called by.
func TestRoutinesStayInTheDatabase(t *testing.T) {
	for _, body := range []string{
		// Files, accounts, other servers, and the server itself.
		"SELECT 1 INTO DUMPFILE '/tmp/x'", "LOAD XML INFILE 'x' INTO TABLE t", "LOAD INDEX INTO CACHE t",
		"CREATE ROLE x", "CREATE DATABASE x", "CREATE SCHEMA x", "CREATE SERVER x FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'y')", "CREATE TABLESPACE x",
		"CREATE LOGFILE GROUP x", "CREATE UNDO TABLESPACE x", "ALTER ROLE x", "ALTER DATABASE x READ ONLY=1", "ALTER SCHEMA x READ ONLY=1",
		"ALTER SERVER x OPTIONS (USER 'y')", "ALTER TABLESPACE x", "ALTER INSTANCE ROTATE INNODB MASTER KEY", "ALTER LOGFILE GROUP x", "ALTER UNDO TABLESPACE x SET INACTIVE",
		"DROP USER x", "DROP ROLE x", "DROP DATABASE x", "DROP SCHEMA x", "DROP SERVER x", "DROP TABLESPACE x", "DROP LOGFILE GROUP x", "DROP UNDO TABLESPACE x",
		"RENAME USER x TO y", "SET PERSIST general_log=1", "SET PERSIST_ONLY general_log=1", "SET ROLE admin", "SET DEFAULT ROLE admin TO x",
		"CREATE TABLE x (a INT) DATA DIRECTORY='/tmp'", "CREATE TABLE x (a INT) INDEX DIRECTORY='/tmp'", "REVOKE ALL ON t FROM x", "CREATE FUNCTION f RETURNS STRING SONAME 'x.so'",
		"INSTALL PLUGIN x SONAME 'x.so'", "INSTALL COMPONENT 'x'", "UNINSTALL PLUGIN x", "UNINSTALL SONAME 'x'", "UNINSTALL COMPONENT 'x'",
		"CHANGE MASTER TO MASTER_HOST='x'", "CHANGE REPLICATION SOURCE TO SOURCE_HOST='x'", "START SLAVE", "START REPLICA", "START GROUP_REPLICATION", "STOP SLAVE", "STOP REPLICA", "STOP GROUP_REPLICATION",
		"RESET MASTER", "RESET SLAVE", "RESET REPLICA", "RESET PERSIST", "RESET BINARY LOGS AND GTIDS", "RESET QUERY CACHE", "PURGE BINARY LOGS TO 'x'", "PURGE MASTER LOGS TO 'x'",
		"FLUSH PRIVILEGES", "FLUSH TABLES", "FLUSH TABLE t", "FLUSH LOGS", "FLUSH HOSTS", "FLUSH STATUS", "FLUSH USER_RESOURCES", "FLUSH BINARY LOGS", "FLUSH ENGINE LOGS", "FLUSH ERROR LOGS",
		"FLUSH LOCAL PRIVILEGES", "FLUSH NO_WRITE_TO_BINLOG PRIVILEGES", "FLUSH SSL", "KILL CONNECTION 1", "KILL HARD 1", "KILL SOFT 1", "KILL USER x",
		"BACKUP STAGE START", "BACKUP LOCK t", "CLONE INSTANCE FROM x@y:1 IDENTIFIED BY 'z'", "CLONE LOCAL DATA DIRECTORY '/tmp/x'",
		"SET @x=1, @@PERSIST.general_log=1", "SET @@PERSIST_ONLY.general_log=1", "CREATE TABLE x (a INT) CONNECTION='mysql://x'", "CREATE TABLE x (a INT) ENGINE='FEDERATED'",
		// Other databases.
		"INSERT other.t VALUES (1)", "INSERT IGNORE other.t VALUES (1)", "INSERT DELAYED other.t VALUES (1)", "INSERT HIGH_PRIORITY other.t VALUES (1)", "REPLACE other.t VALUES (1)", "REPLACE LOW_PRIORITY other.t VALUES (1)",
		"DELETE QUICK FROM other.t", "DELETE other.u FROM t JOIN u", "SELECT 1 FROM t STRAIGHT_JOIN other.u", "SELECT 1 FROM t JOIN LATERAL other.u", "SELECT 1 FROM (t), other.u", "SELECT 1 FROM (t, (u, other.v))",
		"TRUNCATE TABLE other.t", "TRUNCATE other.t", "DESCRIBE other.t", "DESC other.t", "EXPLAIN other.t", "CREATE VIEW other.v AS SELECT 1", "DROP TRIGGER other.g", "DROP EVENT other.e", "CREATE SEQUENCE other.s",
		"CREATE TABLE x LIKE other.t", "CREATE TABLE IF NOT EXISTS other.t (a INT)", "DROP TABLE IF EXISTS other.t", "DROP TABLES other.t", "DROP PROCEDURE other.p", "DROP FUNCTION IF EXISTS other.f",
		"CREATE TABLE x (a INT REFERENCES other.t (a))", "SELECT `other`.`t`.`a` FROM t", "SELECT `other` . `f` (1)",
	} {
		if list, err := checkAll(testRules, procedure(body)); err == nil {
			t.Errorf("%s is accepted: %+v", body, list)
		}
	}
	for _, body := range []string{
		"SELECT t.grant, @grant, `grant` FROM t", "CREATE TABLE x (a INT) ENGINE = `InnoDB`", "SELECT @@GLOBAL.max_connections = 1", "SET @x = @@GLOBAL.max_connections, @y = 1",
		"SELECT (SELECT 1 FROM t, u), a.x FROM t a", "DELETE a.* FROM t a JOIN t2 b ON a.x = b.x", "SELECT 1 FROM information_schema.TABLES", "SELECT a.x AS `from`, b.y FROM t a, t b",
		"SELECT 1 FROM t a, t b GROUP BY a.x, b.y HAVING a.x, b.y ORDER BY a.x, b.y", "SELECT 1 FROM t a, t b LIMIT a.x, b.y", "SELECT 1 FROM t a UNION SELECT a.x, b.y FROM t b", "INSERT INTO t SELECT a.x FROM t a, t b ON DUPLICATE KEY UPDATE x = 1",
	} {
		if _, err := checkAll(testRules, procedure(body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
	for _, body := range []string{"SET @x = 'a' LIKE NEW.v", "SET @x = 'a' LIKE old.v"} {
		if _, err := checkAll(testRules, trigger(body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
	packages := "SET sql_mode='ORACLE';\nDELIMITER ;;\nCREATE DEFINER=`wp`@`localhost` PACKAGE `Pk` AS FUNCTION f RETURN INT; END;;\nCREATE DEFINER=`wp`@`localhost` PROCEDURE `p` AS BEGIN SELECT %.f(1); END;;\n"
	if _, err := checkAll(testRules, strings.ReplaceAll(packages, "%", "pk")); err != nil {
		t.Error(err)
	}
	if _, err := checkAll(testRules, strings.ReplaceAll(packages, "%", "other")); err == nil {
		t.Error("a function of an unknown package is accepted")
	}
}

// An account with rights on other databases could execute any text with them.
func TestRoutinesThatExecuteText(t *testing.T) {
	wide := testRules
	wide.confined = false
	for _, body := range []string{"BEGIN PREPARE s FROM @q; EXECUTE s; END", "EXECUTE IMMEDIATE @q"} {
		if _, err := checkAll(testRules, procedure(body)); err != nil {
			t.Errorf("%s: %v", body, err)
		}
		if _, err := checkAll(wide, procedure(body)); err == nil {
			t.Errorf("%s is accepted for an account that is not confined", body)
		}
	}
	if _, err := checkAll(wide, "CREATE VIEW `v` AS select `prepare` from `t`;"); err != nil {
		t.Error(err)
	}
}

// Only the servers that execute a version comment change their mode, and read a backslash in
// another way.
func TestSettingsInVersionComments(t *testing.T) {
	dump := "/*!50700 SET sql_mode='ANSI_QUOTES' */;\nINSERT INTO `t` (`a`) VALUES\n('x');"
	if _, err := checkAll(testRules, dump); err != nil {
		t.Errorf("MariaDB, which ignores the comment: %v", err)
	}
	mySQL := testRules
	mySQL.mariaDB, mySQL.number = false, 80040
	if _, err := checkAll(mySQL, dump); err == nil {
		t.Error("MySQL, which executes the comment: the row is accepted")
	}
	charset := "/*!50700 SET character_set_client=gbk */;\nINSERT INTO `t` (`a`) VALUES\n('x');"
	if _, err := checkAll(testRules, charset); err != nil {
		t.Errorf("MariaDB, which ignores the comment: %v", err)
	}
	for _, statement := range []string{"INSERT INTO `t` (`a`) VALUES\n('x')", "DROP TABLE IF EXISTS `t`", "CREATE SEQUENCE `s` start with 1", "RENAME TABLE `a` TO `b`", "CREATE TABLE `t` (\n `a` int\n)"} {
		if _, err := checkAll(testRules, statement+";"); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
		for _, before := range []string{"SET character_set_client=gbk;\n", "SET sql_mode='ANSI_QUOTES';\n", "SET sql_mode='NO_BACKSLASH_ESCAPES';\n"} {
			if _, err := checkAll(testRules, before+statement+";"); err == nil {
				t.Errorf("after %s: %s is accepted", before, statement)
			}
		}
	}
	for _, dump := range []string{
		"DROP VIEW IF EXISTS ``;", "DELIMITER ;;\nCREATE SEQUENCE `s` start with 1;;", strings.ReplaceAll(trigger("SET @x=1"), "`localhost`", "`%`"),
	} {
		if _, err := checkAll(testRules, dump); err == nil {
			t.Errorf("%s is accepted", dump)
		}
	}
}
