package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// tables creates tables in the site's database for the duration of the test.
func tables(t *testing.T, s *lab.WordPress, create ...string) *sql.DB {
	t.Helper()
	db, err := s.Database.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, table := range create {
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE "+table); err != nil {
			t.Fatal(err)
		}
		name, _, _ := strings.Cut(table, " ")
		t.Cleanup(func() {
			if _, err := db.ExecContext(context.Background(), "DROP TABLE "+name); err != nil {
				t.Error(err)
			}
		})
	}
	return db
}

// A backup is consistent: each order in it has its item, although orders are written during the
// backup.
func TestBackupIsConsistent(t *testing.T) {
	s := shared.site(t)
	db := tables(t, s, "aaa_orders (id INT PRIMARY KEY)", "zzz_items (order_id INT PRIMARY KEY)")
	var sold atomic.Int64
	ctx, stop := context.WithCancel(t.Context())
	var shop sync.WaitGroup
	shop.Go(func() {
		for ctx.Err() == nil {
			n := sold.Load()
			tx, err := db.BeginTx(context.Background(), nil)
			for _, statement := range []string{"INSERT INTO aaa_orders VALUES (%d)", "INSERT INTO zzz_items VALUES (%d)"} {
				if err == nil {
					_, err = tx.ExecContext(context.Background(), fmt.Sprintf(statement, n))
				}
			}
			if err == nil {
				err = tx.Commit()
			}
			if err != nil {
				t.Error(err)
				return
			}
			sold.Add(1)
		}
	})
	defer shop.Wait()
	defer stop()
	until(t, "the shop to sell", func() bool { return sold.Load() > 20 })
	before, folder := sold.Load(), t.TempDir()
	newHost(t).backup(0, s.Root, "--name", "x", "--to", folder)
	if after := sold.Load(); after == before {
		t.Fatal("nothing was sold meanwhile")
	}
	scratch, err := s.Database.Sibling(t.Context(), "moment")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lab.RestoreDatabase(t.Context(), *scratch, lab.DecryptionKeys{}, one(t, filepath.Join(folder, "x", "full-backups"), "*Z-*.sql.zst")); err != nil {
		t.Fatal(err)
	}
	restored, err := scratch.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer restored.Close()
	var orders, items, last, pairs int64
	row := restored.QueryRowContext(t.Context(), "SELECT (SELECT COUNT(*) FROM aaa_orders), (SELECT COUNT(*) FROM zzz_items), (SELECT MAX(id) FROM aaa_orders), (SELECT COUNT(*) FROM aaa_orders JOIN zzz_items ON id = order_id)")
	if err := row.Scan(&orders, &items, &last, &pairs); err != nil {
		t.Fatal(err)
	}
	if orders != items || pairs != orders || last != orders-1 || orders < before {
		t.Errorf("of %d orders and %d items, %d belong together; the last order is %d, and %d were sold before", orders, items, pairs, last, before)
	}
}

// A dump whose destination has stalled does not block changes to a table that is already dumped.
func TestAlterDoesNotWaitForDumpOfAnotherTable(t *testing.T) {
	s := shared.site(t)
	db := tables(t, s, "aaa_done (id INT PRIMARY KEY)", "zzz_large (id INT PRIMARY KEY, c LONGTEXT)")
	for i := range 40 {
		if _, err := db.ExecContext(t.Context(), "INSERT INTO zzz_large VALUES (?, REPEAT('x', 1000000))", i); err != nil {
			t.Fatal(err)
		}
	}
	cmd := newHost(t).command("dump", s.Root)
	var output bytes.Buffer
	cmd.Stderr = &output
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill() }() // it has already ended if the test succeeds
	out := bufio.NewReaderSize(pipe, 1<<16)
	for line := ""; !strings.HasPrefix(line, "CREATE TABLE `zzz_large`"); {
		if line, err = out.ReadString('\n'); err != nil {
			t.Fatalf("the dump ended before the large table: %v, %s", err, output.String())
		}
	}
	// The dump is blocked until its output is read, so a statement that waits for the dump would
	// never end.
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := db.ExecContext(ctx, "ALTER TABLE aaa_done ADD COLUMN c INT"); err != nil {
		t.Errorf("while the dump stands still: %v", err)
	}
	rest, err := io.ReadAll(out)
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the dump: %v, %s", err, output.String())
	}
	if len(rest) < 39_000_000 || !bytes.Contains(rest[len(rest)-200:], []byte("-- Dump completed")) {
		t.Errorf("the dump went on for %d bytes and ends in %q", len(rest), rest[max(0, len(rest)-200):])
	}
}
