package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// The number of random points is WPO_TEST_POINTS, by default 12. WPO_TEST_SEED repeats a test.
const (
	pointsEnv = "WPO_TEST_POINTS"
	seedEnv   = "WPO_TEST_SEED"
)

// numberFrom returns the number in an environment variable, or otherwise.
func numberFrom(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// If a restore of a whole site is interrupted at any point, visitors get a complete site, the old
// or the new one. The same command then succeeds, and --undo puts the old site back.
func TestInterruptedAtRandomPoints(t *testing.T) {
	t.Parallel()
	points, seed := numberFrom(t, pointsEnv, 12), numberFrom(t, seedEnv, rand.Uint64())
	t.Logf("%s=%d %s=%d", pointsEnv, points, seedEnv, seed)
	random := rand.New(rand.NewPCG(seed, 0))
	s := newRestoredSite(t)
	s.showsProgress()
	for i := range int(points) {
		where, how := s.where(i, random), s.how(i, random)
		what := fmt.Sprintf("point %d, %s at %s", i, how, where)
		output := s.interrupt(where, how, random)
		s.check(what, output)
		s.restoreAgain(what)
		s.undo(what)
		if t.Failed() {
			t.Fatalf("%s: the interrupted restore said:\n%s", what, output)
		}
	}
	t.Logf("served after the interruption: %v", s.served)
}

// A restoredSite replaces an older site. Proxies are in front of the bucket and of the database.
type restoredSite struct {
	t                *testing.T
	h                *host
	disk, target     string
	database         lab.Database
	toStore, toDB    *cutter
	args, undoing    []string
	before, after    picture
	bytes, statement int64 // the traffic of a restore that is not interrupted
	commit           int64 // the number of the statement that ends it
	served           map[string]int
}

// A picture is everything that visitors are served.
type picture struct {
	files string
	rows  map[string]string // of each table, as checksums
	all   map[string]string // also definitions, views, triggers and routines
}

const pointsSchema = `CREATE TABLE wp_options (option_id INT AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191), option_value LONGTEXT) CHARACTER SET utf8mb4;
CREATE TABLE wp_posts (ID INT AUTO_INCREMENT PRIMARY KEY, post_content LONGTEXT) CHARACTER SET utf8mb4;
CREATE TABLE wp_postmeta (post INT, meta_value VARCHAR(200), CONSTRAINT of_post FOREIGN KEY (post) REFERENCES wp_posts (ID));
INSERT INTO wp_options (option_name, option_value) VALUES ('siteurl', 'https://VERSION.example'), ('home', 'https://VERSION.example');
INSERT INTO wp_posts (post_content) SELECT REPEAT('VERSION ', 500) FROM information_schema.COLUMNS LIMIT 200;
INSERT INTO wp_postmeta SELECT ID, 'VERSION' FROM wp_posts;
CREATE DEFINER=ACCOUNT VIEW wp_view AS SELECT ID, 'VERSION' AS version FROM wp_posts;
CREATE DEFINER=ACCOUNT TRIGGER wp_trigger BEFORE INSERT ON wp_options FOR EACH ROW SET NEW.option_value = CONCAT(NEW.option_value, 'VERSION');
CREATE DEFINER=ACCOUNT FUNCTION wp_function() RETURNS TEXT DETERMINISTIC RETURN 'VERSION'`

func newRestoredSite(t *testing.T) *restoredSite {
	t.Helper()
	schema := func(version, host string) []string {
		return strings.Split(strings.NewReplacer("VERSION", version, "ACCOUNT", "points_"+version+"@"+host).Replace(pointsSchema), ";\n")
	}
	fresh, old := newDumpSite(t, "points_new", schema("new", "localhost")...), newDumpSite(t, "points_old", schema("old", "127.0.0.1")...)
	for dir, text := range map[string]string{fresh.root: "new", old.root: "old"} {
		uploads := filepath.Join(dir, "wp-content/uploads")
		for n := range 40 {
			if err := os.WriteFile(filepath.Join(uploads, fmt.Sprintf("%s-%d.bin", text, n%30)), incompressible(n*3000), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(uploads, "own.txt"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		owned := exec.CommandContext(t.Context(), "chown", "-R", "--reference", dir, dir)
		if out, err := owned.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", owned, err, out)
		}
	}
	s := &restoredSite{t: t, h: newHost(t), disk: filepath.Dir(old.root), served: map[string]int{}}
	if os.Geteuid() == 0 {
		s.disk = diskWith(t, old.root)
	}
	s.target = filepath.Join(s.disk, "site")
	host := bucket(t, "restore-points")
	s.h.backup(0, fresh.root, "--name", "shop", "--to", host)
	credentials, err := shared.minio(t).ReadingUser(t.Context(), "restore-points")
	if err != nil {
		t.Fatal(err)
	}
	s.toStore = newCutter(t, strings.TrimPrefix(shared.minio(t).Endpoint, "https://"), func(fromClient bool, b []byte) int64 {
		if fromClient {
			return 0
		}
		return int64(len(b))
	})
	s.toDB = newCutter(t, fmt.Sprintf("127.0.0.1:%d", shared.db(t).Port), func(fromClient bool, b []byte) int64 {
		if !fromClient || len(b) <= 5 || b[3] != 0 || b[4] != 3 { // not the first packet of a statement
			return 0
		}
		if s.commit == 0 && bytes.Contains(b, []byte("_wp_oneway_record_unfinished TO _wp_oneway_record")) {
			s.commit = s.toDB.seen.Load() + 1
		}
		return 1
	})
	from := strings.Replace(shared.minio(t).URL("restore-points", "host", credentials), shared.minio(t).Endpoint, "https://"+s.toStore.address, 1)
	cnf := filepath.Join(t.TempDir(), "restore.cnf")
	_, port, _ := strings.Cut(s.toDB.address, ":")
	if err := os.WriteFile(cnf, fmt.Appendf(nil, "[client]\nhost=127.0.0.1\nport=%s\nuser=points_old\ndatabase=points_old\n", port), 0o600); err != nil {
		t.Fatal(err)
	}
	s.database = lab.Database{Server: shared.db(t), Name: "points_old", User: "points_old"}
	s.args = []string{"restore", "--from", from, "--latest", "--site", "shop", "--to", s.target, "--overwrite", "always", "--delete", "--db-defaults-file", cnf, "--definer", "current"}
	s.undoing = []string{"restore", "--undo", "--to", s.target, "--db-defaults-file", cnf}

	s.before = s.picture()
	s.run(s.args...)
	s.bytes, s.statement = s.toStore.seen.Load(), s.toDB.seen.Load()
	s.after = s.picture()
	if s.after.files == s.before.files || maps.Equal(s.after.rows, s.before.rows) || !strings.Contains(s.after.files, "new-29.bin") || strings.Contains(s.after.files, "old-") {
		t.Fatal("the restore that was not interrupted has not restored the new site")
	}
	if s.commit == 0 {
		t.Fatal("no statement ends the restore")
	}
	s.undo("a restore that was not interrupted")
	return s
}

// incompressible returns n bytes that do not compress, the same ones each time.
func incompressible(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // it never fails
	return b
}

// diskWith mounts a small file system, and copies a site to it.
func diskWith(t *testing.T, root string) (disk string) {
	t.Helper()
	disk = filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=16m,mode=711"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(disk, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", root, filepath.Join(disk, "site")).CombinedOutput(); err != nil {
		t.Fatalf("cp: %v\n%s", err, out)
	}
	return disk
}

// showsProgress fails unless a restore shows the count of rows and files on a terminal, and only there.
func (s *restoredSite) showsProgress() {
	s.t.Helper()
	shown := make(chan struct{})
	s.toDB.cutAt(s.commit, func() { <-shown }) // at that point, everything has been read
	terminal := s.h.terminal(s.args...)
	if err := unix.IoctlSetWinsize(terminal.fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 150}); err != nil {
		s.t.Fatal(err)
	}
	for _, text := range []string{"restoring", "rows ", "402 / 402", "/s", "files ", "/s"} {
		terminal.expect(text)
	}
	close(shown)
	if code := terminal.exit(); code != 0 {
		s.t.Errorf("on a terminal: exit status %d, %s", code, terminal.output())
	}
	s.undo("a restore on a terminal")
	if _, _, stderr := s.h.run(s.args...); strings.Contains(stderr, "402 / 402") || strings.Contains(stderr, "\x1b") {
		s.t.Errorf("without a terminal: %q", stderr)
	}
	s.undo("a restore without a terminal")
}

// run runs the program. The program must succeed.
func (s *restoredSite) run(args ...string) {
	s.t.Helper()
	if code, stdout, stderr := s.h.run(args...); code != 0 {
		s.t.Fatalf("%s %s: exit status %d, %s%s", args[0], args[1], code, stdout, stderr)
	}
}

// where chooses the point at which a restore is interrupted: a byte from the store, any statement,
// one of the last 20 statements, the statement that ends the restore, or the switch of the files.
func (s *restoredSite) where(i int, random *rand.Rand) string {
	switch i % 5 {
	case 0:
		return fmt.Sprint("byte ", 1+random.Int64N(s.bytes))
	case 1:
		return fmt.Sprint("statement ", 1+random.Int64N(s.statement))
	case 2:
		return fmt.Sprint("statement ", s.statement-random.Int64N(20))
	case 3:
		return fmt.Sprint("statement ", s.commit)
	}
	return "the switch of the files"
}

// how chooses the way in which a restore is interrupted.
func (s *restoredSite) how(i int, random *rand.Rand) string {
	ways := []string{"kill", "terminate", "no database", "no store", "full disk"}
	switch {
	case i%5 == 4: // only the end of a process or of the database can interrupt it there
		ways = []string{"kill", "kill", "no database"}
	case os.Geteuid() != 0:
		ways = ways[:4] // only root can mount a small disk
	}
	return ways[random.IntN(len(ways))]
}

// interrupt runs a restore, and interrupts it. Everything works again when it returns.
func (s *restoredSite) interrupt(where, how string, random *rand.Rand) (output string) {
	s.t.Helper()
	cmd := s.h.command(s.args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	started := make(chan *os.Process, 1)
	process := sync.OnceValue(func() *os.Process { return <-started })
	pause := time.Duration(random.IntN(3000)) * time.Microsecond // any moment will do
	filler := filepath.Join(s.disk, "filler")
	do := map[string]func(){
		"kill":        func() { time.Sleep(pause); _ = process().Kill() },
		"terminate":   func() { time.Sleep(pause); _ = process().Signal(syscall.SIGTERM) },
		"no database": s.toDB.kill,
		"no store":    func() { s.toStore.kill(); time.Sleep(pause); _ = process().Signal(syscall.SIGTERM) }, // it would wait for its return
		"full disk":   func() { _ = exec.Command("cp", "/dev/zero", filler).Run() },
	}[how]
	kind, number, _ := strings.Cut(where, " ")
	n, _ := strconv.ParseInt(number, 10, 64)
	switch kind {
	case "byte":
		s.toStore.cutAt(n, do)
	case "statement":
		s.toDB.cutAt(n, do)
	default:
		defer whenNamed(s.t, s.disk, ".wp-oneway-old-", do)()
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	started <- cmd.Process
	hung := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
	defer hung.Stop()
	_ = cmd.Wait() // how it ended does not matter
	s.toStore.revive()
	s.toDB.revive()
	if err := os.Remove(filler); err != nil && !errors.Is(err, os.ErrNotExist) {
		s.t.Fatal(err)
	}
	return said.String()
}

// whenNamed calls do when a name that contains text appears in a folder.
func whenNamed(t *testing.T, dir, text string, do func()) (stop func()) {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	watch := os.NewFile(uintptr(fd), "inotify")
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CREATE|unix.IN_MOVED_TO); err != nil {
		t.Fatal(err)
	}
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := watch.Read(b)
			if err != nil {
				return
			}
			if bytes.Contains(b[:n], []byte(text)) {
				do()
				return
			}
		}
	}()
	return func() { _ = watch.Close() }
}

// picture returns what visitors are served now.
func (s *restoredSite) picture() picture {
	s.t.Helper()
	objects, err := s.database.Objects(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	p := picture{files: listing(s.t, s.target), rows: map[string]string{}, all: map[string]string{}}
	for name, text := range objects {
		if strings.Contains(name, "_wp_oneway_") {
			continue
		}
		p.all[name] = text
		if strings.HasPrefix(name, "rows of ") {
			p.rows[name] = text
		}
	}
	return p
}

// check fails if visitors are served a mixture of the two sites. New rows with old files are
// allowed if the next restore knows about it. Until then, definitions may be missing.
func (s *restoredSite) check(what, output string) {
	s.t.Helper()
	now := s.picture()
	oldFiles, newFiles := now.files == s.before.files, now.files == s.after.files
	oldRows, newRows := maps.Equal(now.rows, s.before.rows), maps.Equal(now.rows, s.after.rows)
	objects, err := s.database.Objects(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	_, unfinished := objects["table _wp_oneway_record_unfinished"]
	_, undoing := objects["table _wp_oneway_record_undoing"]
	complete := maps.Equal(now.all, s.before.all) || maps.Equal(now.all, s.after.all)
	switch {
	case oldFiles && oldRows && (complete || undoing):
		s.served["old"]++
	case newFiles && newRows && complete:
		s.served["new"]++
	case oldFiles && newRows && unfinished:
		s.served["old files, new rows"]++
	default:
		s.t.Errorf("%s: old files %v, new files %v; old rows %v, new rows %v; complete %v, unfinished %v, undoing %v", what, oldFiles, newFiles, oldRows, newRows, complete, unfinished, undoing)
	}
	if strings.Contains(output, "goroutine ") {
		s.t.Errorf("%s: it crashed", what)
	}
}

// restoreAgain repeats the command. It must succeed, unless the interrupted restore was complete.
func (s *restoredSite) restoreAgain(what string) {
	s.t.Helper()
	code, _, stderr := s.h.run(s.args...)
	if code != 0 && !strings.Contains(stderr, "still has the old tables of an earlier restore") {
		s.t.Errorf("%s: the second restore: exit status %d, %s", what, code, stderr)
	}
	if now := s.picture(); now.files != s.after.files || !maps.Equal(now.all, s.after.all) {
		s.t.Errorf("%s: the second restore (exit status %d) has not restored the new site: %s", what, code, stderr)
	}
}

// undo puts the old site back. Beside it, only what the restore replaced may be left.
func (s *restoredSite) undo(what string) {
	s.t.Helper()
	s.run(s.undoing...)
	if now := s.picture(); now.files != s.before.files || !maps.Equal(now.all, s.before.all) {
		s.t.Errorf("%s: --undo has not put the old site back", what)
	}
	if kept, err := filepath.Glob(filepath.Join(s.disk, ".*")); err == nil && len(kept) > 0 {
		s.run("restore", "--confirm", "--to", s.target)
	}
	if left, err := filepath.Glob(filepath.Join(s.disk, ".*")); err != nil || len(left) > 0 {
		s.t.Errorf("%s: left beside the site: %q, %v", what, left, err)
	}
}
