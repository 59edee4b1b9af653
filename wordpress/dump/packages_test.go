package dump_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

// A view may call a function of a package that the account cannot read, or not even see. It
// does not stop the restore.
func TestViewsOnHiddenPackages(t *testing.T) {
	f := mariaDB(t)
	db := f.database(t, "packed")
	script := "SET sql_mode=ORACLE;\nDELIMITER //\nCREATE PACKAGE pk AS FUNCTION f RETURN INT; END//\nCREATE PACKAGE BODY pk AS FUNCTION f RETURN INT AS BEGIN RETURN 7; END; END//\n" +
		"CREATE VIEW v AS SELECT pk.f() AS x FROM dual//\nCREATE VIEW w AS SELECT x FROM v//\nCREATE TABLE t (a INT)//\nCREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET @x := 1//\n"
	if out, err := f.feed(db, []byte(script)); err != nil {
		t.Fatal(out)
	}
	f.run(t, "", "CREATE OR REPLACE USER owns@localhost; GRANT ALL ON packed.* TO owns@localhost; "+
		"CREATE OR REPLACE USER looks@localhost; GRANT SELECT, SHOW VIEW, TRIGGER, LOCK TABLES ON packed.* TO looks@localhost")
	for _, c := range []struct {
		user string
		opts dump.Options
		kept bool
	}{
		{"root", dump.Options{}, true},
		{"owns", dump.Options{}, false},
		{"looks", dump.Options{}, false},
		{"root", dump.Options{Tables: []string{"*"}}, false},
		{"owns", dump.Options{Tables: []string{"*"}}, false},
	} {
		t.Run(fmt.Sprint(c.user, c.opts.Tables), func(t *testing.T) {
			as := f.config(db)
			as.User = c.user
			text, report, err := tryDump(t.Context(), as, c.opts)
			if err != nil {
				t.Fatal(err)
			}
			f.restore(t, "packed_back", text)
			there := f.describe(t, "packed_back")
			for _, v := range []string{"v", "w"} {
				if _, ok := there["table "+v]; ok != c.kept {
					t.Errorf("view %s is restored: %v, want %v", v, ok, c.kept)
				}
				if !c.kept && !strings.Contains(fmt.Sprint(report.Warnings), "view `"+v+"`") {
					t.Errorf("no warning about %s in %v", v, report.Warnings)
				}
			}
			if there["trigger tr"] == "" {
				t.Error("the objects after the views were not restored")
			}
		})
	}
}
