package dump_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/dump"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/load"
)

func TestEverythingIsLoadedMariaDB(t *testing.T) { everythingIsLoaded(t, mariaDB(t)) }

func TestEverythingIsLoadedMySQL(t *testing.T) { everythingIsLoaded(t, mySQL(t)) }

// loadInto restores a dump with package load.
func loadInto(ctx context.Context, t *testing.T, f *flavour, db, text string, o load.Options) error {
	t.Helper()
	if o.Note == nil {
		o.Note = func(text string) { t.Log(text) }
	}
	o.AllowPrivileged = true
	l := load.New(f.config(db), o)
	err := l.Check(ctx)
	if err == nil {
		err = l.Stage(ctx, strings.NewReader(text))
	}
	if err == nil {
		err = l.Switch(ctx)
	}
	if err == nil {
		err = l.Commit(ctx)
	}
	return errors.Join(err, l.Close())
}

func everythingIsLoaded(t *testing.T, f *flavour) {
	db, want := f.torture(t)
	text, _ := f.dump(t, db, dump.Options{})
	f.run(t, "", "CREATE USER gone@localhost, gone@nowhere")
	t.Cleanup(func() { f.run(t, "", "DROP USER gone@localhost, gone@nowhere") })
	back := f.database(t, "torture_loaded")
	if err := loadInto(t.Context(), t, f, back, text, load.Options{Definer: load.DefinerKeep, DropOld: true}); err != nil {
		t.Fatal(err)
	}
	for _, d := range differences(want, f.describe(t, back)) {
		t.Error(d)
	}
}
