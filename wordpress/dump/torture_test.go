package dump_test

import (
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
)

func TestEverythingComesBackMariaDB(t *testing.T) { everythingComesBack(t, mariaDB(t)) }

func TestEverythingComesBackMySQL(t *testing.T) { everythingComesBack(t, mySQL(t)) }

func everythingComesBack(t *testing.T, f *flavour) {
	f.torture(t, "torture")
	text, report := f.dump(t, "torture", dump.Options{})
	if len(report.Missing) > 0 {
		t.Errorf("missing: %v", report.Missing)
	}
	if i := strings.Index(text, "`torture`."); i >= 0 {
		t.Errorf("the dump names the source's database: %.200s", text[i-100:])
	}
	f.restore(t, "torture_back", text)
	want := f.describe(t, "torture")
	broken := 0
	for _, v := range []string{"table vbroken", "table vbroken2"} {
		if _, ok := want[v]; ok {
			delete(want, v)
			broken++
		}
	}
	if broken != 2 {
		t.Errorf("%d broken views in the source; want 2", broken)
	}
	for _, d := range differences(want, f.describe(t, "torture_back")) {
		t.Error(d)
	}
	if len(want) < 120 {
		t.Errorf("only %d things were compared", len(want))
	}
	for _, n := range report.Warnings {
		t.Log(n)
	}
}
