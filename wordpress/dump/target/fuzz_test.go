package target

import (
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// Definitions are written by tenants and may hold anything.
func FuzzAdapt(f *testing.F) {
	for _, s := range []string{
		"CREATE TABLE `t` (`a` int DEFAULT (1+1), `b` text DEFAULT 'x', KEY `k` ((upper(`a`)))) ENGINE=Aria AUTO_INCREMENT=7 ROW_FORMAT=PAGE",
		"CREATE TABLE `t` (\n  `a` uuid NOT NULL DEFAULT uuid(),\n  `s` timestamp(6) GENERATED ALWAYS AS ROW START,\n  PERIOD FOR SYSTEM_TIME (`s`, `e`),\n  PRIMARY KEY (`a`,`s`)\n) ENGINE=InnoDB WITH SYSTEM VERSIONING\n PARTITION BY SYSTEM_TIME INTERVAL 1 MONTH AUTO",
		"CREATE TABLE `t` (`i` int NOT NULL /*!80023 INVISIBLE */, `v` vector(3) DEFAULT NULL, KEY `k` (`i`) /*!80000 INVISIBLE */, CONSTRAINT `c` CHECK ((`n` <> _utf8mb4'o\\'b')) /*!80016 NOT ENFORCED */) /*!80023 AUTOEXTEND_SIZE=4194304 */ ENGINE=InnoDB COMPRESSION='none'",
		"(`a` ROW)", "(`a` GENERATED ALWAYS AS (nextval(`s`)) VIRTUAL)", "(PERIOD)", "(CONSTRAINT)", "(`a` vector(", "(UNIQUE KEY `a` (`b`) USING HASH)", "(`a`)=", "(`a`)ENGINE=", "(`a`) PARTITION", "/*!1 PARTITION */", "(`a` x DEFAULT)", "(`a` x/*!DEFAULT*/)", "(`a` WITH)", "(", "DECLARE u uuid;", "FUNCTION f(a uuid) RETURNS inet6", "- >", "COLLATE x_0900_y", "CREATE SEQUENCE `s` as bigint unsigned start with 1 maxvalue 18446744073709551614",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name := range releases {
			target, err := For(name, false, 0)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = target.Table(s)
			_, _ = target.View(sqltext.Tokens(s))
			_, _, _ = target.Routine(sqltext.Tokens(s), "ORACLE")
			_, _ = target.Sequence(s, []string{s})
		}
		same, err := For("", true, 101100)
		if err != nil {
			t.Fatal(err)
		}
		if got, notes := same.Table(s); got != s || notes != nil {
			t.Errorf("%q became %q for the same server: %v", s, got, notes)
		}
	})
}
