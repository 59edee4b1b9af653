package sqltext

import (
	"reflect"
	"testing"
)

func TestWithoutAutoIncrement(t *testing.T) {
	for create, want := range map[string]string{
		"CREATE TABLE `t` (`a` int NOT NULL AUTO_INCREMENT, KEY (`a`)) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4": "CREATE TABLE `t` (`a` int NOT NULL AUTO_INCREMENT, KEY (`a`)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
		"CREATE TABLE `AUTO_INCREMENT` (`a` int) COMMENT='AUTO_INCREMENT=7 '":                                                  "CREATE TABLE `AUTO_INCREMENT` (`a` int) COMMENT='AUTO_INCREMENT=7 '",
	} {
		if got := WithoutAutoIncrement(create); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestWithoutInheritedCollations(t *testing.T) {
	for create, want := range map[string]string{
		"CREATE TABLE `t` (\n  `a` varchar(9) COLLATE utf8mb4_bin NOT NULL,\n  `b` text COLLATE utf8mb4_bin,\n  `c` text COLLATE utf8mb4_unicode_ci\n) COLLATE=utf8mb4_bin": "CREATE TABLE `t` (\n  `a` varchar(9) NOT NULL,\n  `b` text,\n  `c` text COLLATE utf8mb4_unicode_ci\n) COLLATE=utf8mb4_bin",
		"CREATE TABLE `t` (\n  `a` text COLLATE utf8mb4_bin\n) COLLATE=utf8mb4_bin":                                                                                         "CREATE TABLE `t` (\n  `a` text\n) COLLATE=utf8mb4_bin",
		"CREATE TABLE `t` (`a` char(1) CHARACTER SET latin1 COLLATE latin1_bin) COLLATE=latin1_bin":                                                                         "CREATE TABLE `t` (`a` char(1) CHARACTER SET latin1 COLLATE latin1_bin) COLLATE=latin1_bin",
		"CREATE TABLE `t` (`a` char(1) DEFAULT (`b` COLLATE utf8mb4_bin), `b` int GENERATED ALWAYS AS (1) COLLATE utf8mb4_bin) COLLATE=utf8mb4_bin":                         "CREATE TABLE `t` (`a` char(1) DEFAULT (`b` COLLATE utf8mb4_bin), `b` int GENERATED ALWAYS AS (1) COLLATE utf8mb4_bin) COLLATE=utf8mb4_bin",
		"CREATE TABLE `t` (`a` enum('COLLATE') COLLATE utf8mb4_bin COMMENT 'x') COLLATE=utf8mb4_bin COMMENT='COLLATE=x'":                                                    "CREATE TABLE `t` (`a` enum('COLLATE') COMMENT 'x') COLLATE=utf8mb4_bin COMMENT='COLLATE=x'",
		"CREATE TABLE `t` (`a` text COLLATE utf8mb4_bin)":                                                                                                                   "CREATE TABLE `t` (`a` text COLLATE utf8mb4_bin)",
		"CREATE TABLE `t`": "CREATE TABLE `t`",
	} {
		if got := WithoutInheritedCollations(create); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestFactsOfTables(t *testing.T) {
	for create, want := range map[string]struct{ primary, byTransaction, options bool }{
		"CREATE TABLE `t` (`a` int, PRIMARY KEY (`a`))":                                                             {primary: true},
		"CREATE TABLE `t` (`PRIMARY` int, UNIQUE KEY `PRIMARY KEY` (`PRIMARY`), CHECK (PRIMARY))":                   {},
		"CREATE TABLE `t` (`a` decimal(5,2), KEY (`a`), `s` bigint(20) unsigned GENERATED ALWAYS AS ROW START)":     {byTransaction: true},
		"CREATE TABLE `t` (`s` timestamp(6) GENERATED ALWAYS AS ROW START, `e` bigint GENERATED ALWAYS AS ROW END)": {},
		"CREATE TABLE `t` (`s` bigint COMMENT 'ROW START', `ROW` int, KEY bigint (`ROW` START))":                    {},
		"CREATE TABLE `t` (`a` int /* `ENCRYPTED`=YES */) ENGINE=InnoDB /* `TRANSACTIONAL`=1 */":                    {options: true},
		"CREATE TABLE `t` (`a` int COMMENT '/* x */') ENGINE=InnoDB /*!50100 PARTITION BY HASH (`a`) */":            {},
	} {
		if got := HasPrimaryKey(create); got != want.primary {
			t.Errorf("%s has a primary key: %v", create, got)
		}
		if got := VersionedByTransaction(create); got != want.byTransaction {
			t.Errorf("%s is versioned by transaction: %v", create, got)
		}
		if got := HasCommentedOptions(create); got != want.options {
			t.Errorf("%s has commented options: %v", create, got)
		}
	}
}

func TestForeignKeys(t *testing.T) {
	create := "CREATE TABLE `t` (\n  `a` int,\n  KEY `CONSTRAINT` (`a`),\n" +
		"  CONSTRAINT `k` FOREIGN KEY (`a`, `b`) REFERENCES `p` (`x`, `y`) ON DELETE CASCADE,\n" +
		"  CONSTRAINT `away` FOREIGN KEY (`a`) REFERENCES `other`.`p` (`x`),\n" +
		"  CONSTRAINT `c` CHECK (`a` > 0 or 'FOREIGN KEY' REFERENCES `p`)\n) ENGINE=InnoDB"
	want := []ForeignKey{{"k", "p", "CONSTRAINT `k` FOREIGN KEY (`a`, `b`) REFERENCES `p` (`x`, `y`) ON DELETE CASCADE"}}
	if got := ForeignKeys(create); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got := ForeignKeys("CREATE TABLE `t` (`a` int COMMENT 'FOREIGN KEY')"); got != nil {
		t.Errorf("%+v", got)
	}
}

func TestColumnDefault(t *testing.T) {
	list := Tokens("CREATE TABLE `t` (\n `a` enum('a','b') DEFAULT 'b', `b` int DEFAULT 1, `c` text DEFAULT ('x' or DEFAULT 'y'), KEY `d` (`d`), `d` text CHECK (`a` <> '') DEFAULT '', `e` int) COMMENT='z'")
	for name, want := range map[string]string{"a": "'b'", "b": "", "c": "", "d": "''", "e": "", "t": "no column", "f": "no column"} {
		got := "no column"
		if from := ColumnDefinition(list, name); from >= 0 {
			got = ""
			if at := ColumnDefault(list[from:]); at >= 0 {
				got = list[from+at].Text
			}
		}
		if got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
