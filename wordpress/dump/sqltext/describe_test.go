package sqltext

import (
	"fmt"
	"testing"
)

func TestDescribe(t *testing.T) {
	for _, c := range []struct{ mode, charset, text, want string }{
		{"", "", "create /* x */ table `t` (`a` int)", "TABLE t"},
		{"", "", "CREATE TABLE IF", "TABLE IF"},
		{"", "", "CREATE DEFINER=`TABLE`@`h` SQL SECURITY DEFINER VIEW `d`.`v` AS select 1", "VIEW v"},
		{"", "", "CREATE DEFINER = TABLE PROCEDURE p() SELECT 1", "PROCEDURE p"},
		{"", "", "CREATE TRIGGER `tr` BEFORE INSERT ON `d`.`t` FOR EACH ROW SET @a=1", "TRIGGER tr of t"},
		{"ORACLE", "", `CREATE PACKAGE BODY "p" AS END`, "PACKAGE BODY p"},
		{"ORACLE", "", `CREATE PACKAGE "BODY" AS END`, "PACKAGE BODY"},
		{"", "gbk", "CREATE EVENT `\xbf\\` DO SELECT 1", "EVENT \xbf\x80"},
		{"", "", "DROP TABLE `t`", "it is not a CREATE statement"},
		{"", "", "CREATE", "it does not say what it creates"},
		{"", "", "CREATE USER u", "it does not say what it creates"},
		{"", "", "CREATE DATABASE d; CREATE TABLE t (a INT)", "it does not say what it creates"},
		{"", "", "CREATE USER u (TABLE t)", "it does not say what it creates"},
		{"", "", "CREATE OR REPLACE TABLE t (a INT)", "it does not say what it creates"},
		{"", "", "CREATE 'x TABLE t", "it does not say what it creates"},
		{"", "", "CREATE TABLE `mysql`.`user` (`a` int)", "it creates an object of another database, or one without a name"},
		{"", "", "CREATE TABLE", "it creates an object of another database, or one without a name"},
		{"", "", "CREATE TRIGGER t BEFORE INSERT", "its table belongs to another database"},
		{"", "", "CREATE TRIGGER t BEFORE INSERT ON mysql.`user` FOR EACH ROW SET @a=1", "its table belongs to another database"},
	} {
		d, err := Describe(c.text, c.mode, c.charset, SchemaName{Name: "d"})
		got := d.Kind + " " + d.Name
		if d.Table != "" {
			got += " of " + d.Table
		}
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.text, got, c.want)
		}
	}
}

func TestDefiner(t *testing.T) {
	for text, want := range map[string]string{
		"CREATE DEFINER=`a``b`@`%` VIEW v":               "a`b@%",
		"CREATE DEFINER = 'it\\'s' @ 'h' TRIGGER t":      "it's@h",
		"CREATE DEFINER=admin PROCEDURE p()":             "admin@%",
		"CREATE PROCEDURE p(DEFINER=a@b)":                "@",
		"CREATE DEFINER VIEW v":                          "@",
		"CREATE SQL SECURITY DEFINER DEFINER=a@b VIEW v": "a@b",
		"CREATE VIEW v AS select 1 AS `DEFINER`=`a`@`b`": "@",
	} {
		user, host := Definer(Tokens(text))
		if got := fmt.Sprintf("%s@%s", user, host); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
