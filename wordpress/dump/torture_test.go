package dump_test

import (
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

func TestEverythingIsRestoredMariaDB(t *testing.T) { everythingIsRestored(t, mariaDB(t)) }

func TestEverythingIsRestoredMySQL(t *testing.T) { everythingIsRestored(t, mySQL(t)) }

func everythingIsRestored(t *testing.T, f *flavour) {
	db, want := f.torture(t)
	text, report := f.dump(t, db, dump.Options{})
	if len(report.Missing) > 0 {
		t.Errorf("missing: %v", report.Missing)
	}
	if i := strings.Index(text, "`torture`."); i >= 0 {
		t.Errorf("the dump names the source's database: %.200s", text[i-100:])
	}
	f.restore(t, "torture_back", text)
	for _, d := range differences(want, f.describe(t, "torture_back")) {
		t.Error(d)
	}
	if len(want) < 120 {
		t.Errorf("only %d objects were compared", len(want))
	}
	for _, n := range report.Warnings {
		t.Log(n)
	}
}
