package dumpfile_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/dumpfile"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

func TestParseSet(t *testing.T) {
	for in, want := range map[string]string{
		"SET NAMES utf8mb4":                          "names=utf8mb4",
		"set @Old=@@sql_mode , SQL_MODE = ''":        "@old=@@sql_mode sql_mode=''",
		"SET @a=CONCAT(@b,',',REPLACE(@c,'x','y'))":  "@a=CONCAT(@b,',',REPLACE(@c,'x','y'))",
		"SET\n time_zone='+00:00', unique_checks=-1": "time_zone='+00:00' unique_checks=-1",
	} {
		settings, err := dumpfile.ParseSet([]byte(in))
		var got []string
		for _, s := range settings {
			got = append(got, s.Name+"="+sqltext.Join(s.Value))
		}
		if strings.Join(got, " ") != want || err != nil {
			t.Errorf("%s: %s, %v", in, got, err)
		}
	}
	for _, in := range []string{
		"", "SET", "SET a", "SET NAMES", "SET NAMES 'utf8mb4'", "SET NAMES utf8mb4 COLLATE x", "SET NAMES utf8mb4, a=1", "DO a=1", "SELECT a=1",
		"SET a=1; DROP TABLE t", "SET a=1,", "SET a=,b=1", "SET a=(1", "SET a=1)", "SET a=1/2", "SET a=2*3", "SET a=\\! id", "SET a=!1", "SET GLOBAL a=1", "SET @@a=1", "SET a 1 1",
		"SET PASSWORD FOR x='y'", "SET a=/*!50000 1*/", "SET a=1 -- b", "SET a=1 /* b */", "SET `a`=1", "SET a='b", "SET 'a'=1", "SET @=1", "SET @a=", "SET @a",
	} {
		if got, err := dumpfile.ParseSet([]byte(in)); err == nil {
			t.Errorf("%s: %v", in, got)
		}
	}
}

// A value that is not one literal is not known before the server has computed it.
func TestLiteral(t *testing.T) {
	for value, want := range map[string]string{"'a\\'b'": "a'b true", "0x6162": "ab true", "1": " false", "@x": " false", "CONCAT('a','b')": " false", "'a' 'b'": " false"} {
		settings, err := dumpfile.ParseSet([]byte("SET a=" + value))
		if err != nil {
			t.Fatal(err)
		}
		text, ok := settings[0].Literal()
		if got := fmt.Sprintf("%s %v", text, ok); got != want {
			t.Errorf("%s: %s", value, got)
		}
	}
}

func TestVersionComments(t *testing.T) {
	for in, want := range map[string]string{
		"SELECT 1":                          "SELECT 1 {false 0}",
		"/*!40101 SET a=1 */":               "SET a=1 {false 40101}",
		"/*!100203 SET a=1*/":               "SET a=1 {false 100203}",
		"/*M!100203 SET a=1 */":             "SET a=1 {true 100203}",
		"/*!40101 SET a=1 */ DROP TABLE t":  "refused",
		"/*!40101 SET a=1 */ /*!40101 b */": "refused",
		"/*!40101 SET a=1 /*!40101 b */":    "refused",
		"/*!40101 SET a=1":                  "refused",
		"/*! SET a=1 */":                    "refused",
		"/*M! SET a=1 */":                   "refused",
		"/*!4010 SET a=1 */":                "refused",
		"/*!1002031 SET a=1 */":             "refused",
		"/*!*/":                             "refused",
	} {
		inside, version, err := dumpfile.Unwrap([]byte(in))
		got := fmt.Sprintf("%s %v", inside, version)
		if err != nil {
			got = "refused"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
	for _, c := range []struct {
		version dumpfile.Version
		mariaDB bool
		number  int
		want    bool
	}{
		{dumpfile.Version{}, false, 50500, true},
		{dumpfile.Version{Number: 80011}, false, 80011, true},
		{dumpfile.Version{Number: 80011}, false, 80010, false},
		{dumpfile.Version{Number: 100203, MariaDB: true}, false, 110000, false},
		{dumpfile.Version{Number: 100203, MariaDB: true}, true, 100203, true},
		{dumpfile.Version{Number: 100203, MariaDB: true}, true, 100202, false},
		{dumpfile.Version{Number: 50699}, true, 101100, true},
		{dumpfile.Version{Number: 50700}, true, 101100, false},
		{dumpfile.Version{Number: 99999}, true, 101100, false},
		{dumpfile.Version{Number: 100000}, true, 101100, true},
		{dumpfile.Version{Number: 101101}, true, 101100, false},
	} {
		if got := c.version.Runs(c.mariaDB, c.number); got != c.want {
			t.Errorf("%+v", c)
		}
	}
}

func TestWriteTables(t *testing.T) {
	dump := `-- a dump
SET NAMES utf8mb4;
/*!40101 SET sql_mode='' */;
/*M!100203 SET x='' */;
/*M!100203 PREPARE wp_oneway FROM 'x' */;
/*M!100203 EXECUTE wp_oneway */;
/*M!100203 DEALLOCATE PREPARE wp_oneway */;
/*!50003 CREATE TRIGGER x */;
/*!50003 PREPARE other FROM 'x' */;
DROP TABLE IF EXISTS ` + "`wp_posts`;\nDROP TABLE IF EXISTS `wp_users`;\nCREATE TABLE `wp_posts` (\n  `a` int\n);\nINSERT INTO `wp_posts` (`a`) VALUES\n(1);\nINSERT INTO `wp_users` (`a`) VALUES\n(1);\n" +
		"ALTER TABLE `wp_posts` ADD x int;\nCREATE VIEW `wp_posts` AS select 1;\nINSERT INTO wp_posts VALUES (2);\n"
	want := `SET NAMES utf8mb4;
/*!40101 SET sql_mode='' */;
/*M!100203 SET x='' */;
/*M!100203 PREPARE wp_oneway FROM 'x' */;
/*M!100203 EXECUTE wp_oneway */;
/*M!100203 DEALLOCATE PREPARE wp_oneway */;
DROP TABLE IF EXISTS ` + "`wp_posts`;\nCREATE TABLE `wp_posts` (\n  `a` int\n);\nINSERT INTO `wp_posts` (`a`) VALUES\n(1);\nALTER TABLE `wp_posts` ADD x int;\n"
	var out strings.Builder
	missing, err := dumpfile.WriteTables(&out, strings.NewReader(dump), []string{"wp_posts", "wp_options"})
	if out.String() != want || err != nil || len(missing) != 1 || missing[0] != "wp_options" {
		t.Errorf("missing %q, %v:\n%s", missing, err, out.String())
	}
	_, full := io.Pipe()
	full.CloseWithError(io.ErrShortWrite)
	if _, err := dumpfile.WriteTables(full, strings.NewReader(dump), nil); err == nil {
		t.Error("what cannot be written is not an error")
	}
}
