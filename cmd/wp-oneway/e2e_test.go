package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

func TestSealedBackupRestoresWithStockTools(t *testing.T) {
	s := shared.site(t)
	identity := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command("age-keygen", "-o", identity).CombinedOutput(); err != nil {
		t.Fatalf("age-keygen: %v\n%s", err, out)
	}
	public, err := exec.Command("age-keygen", "-y", identity).Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), "vault")
	report := newHost(t).backup(0, s.Root, "--name", "shop.example.com", "--recipient", strings.TrimSpace(string(public)),
		"--to", bucket(t, "sealed"), "--to", folder)
	if len(report.Sites) != 1 || len(report.Sites[0].Destinations) != 2 {
		t.Fatalf("the report tells of another run: %+v", report)
	}
	fetched := fetch(t, "sealed")
	restoreAndCompare(t, s, fetched, lab.DecryptionKeys{Identity: identity}, "sealed_db")
	manifest := readManifest(t, one(t, fetched, "*.manifest.json"))
	checkManifest(t, manifest, fetched)
	if manifest.Seal == nil || manifest.Seal.Recipients[0] != strings.TrimSpace(string(public)) {
		t.Errorf("the manifest of a sealed run: seal %+v", manifest.Seal)
	}
	details, err := os.ReadFile(one(t, fetched, "*.details.json.zst.age"))
	if err != nil || bytes.Contains(details, []byte("table_prefix")) {
		t.Errorf("the details can be read without the key (%v)", err)
	}

	readBack(t, s, "sealed", identity)

	// The folder has the same streams, from the same pass.
	local := filepath.Join(folder, "shop.example.com", "full-backups")
	for _, suffix := range []string{"*Z-*.sql.zst.age", "*Z-*.tar.zst.age"} {
		if sum(t, one(t, local, suffix)) != sum(t, one(t, fetched, suffix)) {
			t.Errorf("%s differs between the destinations", suffix)
		}
	}
	if target, err := os.Readlink(filepath.Join(local, "shop.example.com-full-latest.tar.zst.age")); err != nil || target != filepath.Base(one(t, local, "*Z-*.tar.zst.age")) {
		t.Errorf("latest leads to %q (%v)", target, err)
	}
}

// readBack lists, verifies and gets parts of the only run in a bucket, with a credential that may
// read.
func readBack(t *testing.T, s *lab.WordPress, bucket, identity string) {
	t.Helper()
	h := newHost(t)
	credentials, err := shared.minio(t).ReadingUser(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	from := shared.minio(t).URL(bucket, "host", credentials)
	code, stdout, stderr := h.run("verify", "--from", from, "--latest", "--identity", identity, "--json")
	var document struct{ Runs []verifiedRun }
	if err := json.Unmarshal([]byte(stdout), &document); err != nil || code != 0 || len(document.Runs) != 1 {
		t.Fatalf("verify: exit status %d, %v: %s%s", code, err, stdout, stderr)
	}
	if r := document.Runs[0]; r.Depth != "opened" || r.Files == 0 || r.Tables < 12 || r.Rows == 0 {
		t.Errorf("verify: %+v", r)
	}
	if code, stdout, _ := h.run("verify", "--from", from, "--latest", "--quick"); code != 0 || !strings.Contains(stdout, "ok ") {
		t.Errorf("verify --quick: exit status %d, %s", code, stdout)
	}
	get := []string{"get", "--from", from, "--latest", "--site", "shop.example.com", "--identity", identity}
	config, err := os.ReadFile(filepath.Join(s.Root, "wp-config.php"))
	if err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := h.run(append(get, "wp-config.php")...); code != 0 || stdout != string(config) {
		t.Errorf("get wp-config.php: exit status %d, %d bytes, %s", code, len(stdout), stderr)
	}
	to := t.TempDir()
	if code, _, stderr := h.run(append(get, "wp-content/uploads", "wp-config.php", "--to", to)...); code != 0 {
		t.Errorf("get: exit status %d, %s", code, stderr)
	}
	if out, err := exec.Command("chown", "-hR", "--reference", s.Root, to).CombinedOutput(); err != nil { // the files belong to the user of the test
		t.Fatalf("chown: %v\n%s", err, out)
	}
	if diffs, err := lab.Compare(filepath.Join(s.Root, "wp-content/uploads"), filepath.Join(to, "uploads"), nil); err != nil || len(diffs) > 0 {
		t.Errorf("get wp-content/uploads: %q, %v", diffs, err)
	}
	code, stdout, stderr = h.run(append(get, "--table", "wp_options")...)
	if code != 0 || !strings.Contains(stdout, "CREATE TABLE `wp_options`") || strings.Contains(stdout, "CREATE TABLE `wp_posts`") {
		t.Errorf("get --table: exit status %d, %.300s%s", code, stdout, stderr)
	}
	scratch, err := s.Database.Sibling(t.Context(), "one_table")
	if err != nil {
		t.Fatal(err)
	}
	sql := filepath.Join(to, "table.sql")
	write(t, sql, strings.NewReader(stdout))
	if f, err := os.Open(sql); err != nil || scratch.Load(t.Context(), f) != nil {
		t.Errorf("the table cannot be loaded: %v", err)
	}
	for args, want := range map[string]string{"none.php": "no such file", "wp-content": "is a folder"} {
		if code, stdout, stderr := h.run(append(get, args)...); code != 1 || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("get %s: exit status %d, %s%s", args, code, stdout, stderr)
		}
	}
	if code, _, stderr := h.run(append(get, "--table", "none")...); code != 1 || !strings.Contains(stderr, "no such table") {
		t.Errorf("get --table none: exit status %d, %s", code, stderr)
	}
}

// restoreAndCompare restores a full backup with standard tools, compares it with the site, and
// makes WordPress serve it.
func restoreAndCompare(t *testing.T, s *lab.WordPress, fetched string, opener lab.DecryptionKeys, name string) {
	t.Helper()
	ctx, dir := t.Context(), filepath.Join(t.TempDir(), "restored")
	if _, err := lab.RestoreFiles(ctx, dir, opener, one(t, fetched, "*.tar.*")); err != nil {
		t.Fatal(err)
	}
	scratch, err := s.Database.Sibling(ctx, name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lab.RestoreDatabase(ctx, *scratch, opener, one(t, fetched, "*.sql.*")); err != nil {
		t.Fatal(err)
	}
	diffs, err := lab.Compare(s.Root, dir, lab.IsCore)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := lab.CompareDatabases(ctx, s.Database, *scratch)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(diffs, tables...) {
		t.Error("restored:", d)
	}
	core, err := lab.WordPressCore(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := (lab.Pipeline{{Args: []string{"cp", "-an", core + "/.", dir}}}).Run(ctx, nil, nil); err != nil {
		t.Fatal(err)
	}
	url, stop, err := lab.ServeWordPress(ctx, dir, scratch)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	res, err := http.Get(url + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(page), lab.KnownPost) {
		t.Errorf("the restored site answers %s (%v), and not its post %q", res.Status, err, lab.KnownPost)
	}
}

func readManifest(t *testing.T, path string) manifest.Manifest {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m manifest.Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// checkManifest compares every object with its entry in the manifest.
func checkManifest(t *testing.T, m manifest.Manifest, dir string) {
	t.Helper()
	if m.Version != 1 || !m.Complete || len(m.Objects) != 3 || m.Counts.Tables == 0 || m.Counts.Rows == 0 || m.Counts.Files == 0 {
		t.Errorf("the manifest: %+v", m)
	}
	for _, o := range m.Objects {
		path := filepath.Join(dir, filepath.Base(o.Name))
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() != o.Bytes || sum(t, path) != o.SHA256 {
			t.Errorf("%s is not what the manifest says", o.Name)
		}
	}
}

func sum(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestEveryCompressionAndKindRestores(t *testing.T) {
	s := shared.site(t)
	for _, c := range []struct{ compression, kind, suffix, folder string }{
		{"gzip", "files", "*Z-*.tar.gz", "files-backups"},
		{"none", "db", "*Z-*.sql", "db-backups"},
		{"zstd", "db", "*Z-*.sql.zst", "db-backups"},
	} {
		t.Run(c.compression+" "+c.kind, func(t *testing.T) {
			folder := t.TempDir()
			newHost(t).backup(0, s.Root, "--name", "x", "--kind", c.kind, "--compression", c.compression, "--to", folder)
			file := one(t, filepath.Join(folder, "x", c.folder), c.suffix)
			p, err := lab.DecryptionKeys{}.Unpack(file)
			if err != nil {
				t.Fatal(err)
			}
			var raw bytes.Buffer
			if err := p.Run(t.Context(), nil, &raw); err != nil {
				t.Fatal(err)
			}
			m := readManifest(t, one(t, filepath.Join(folder, "x", c.folder), "*Z-*.manifest.json"))
			stored, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if digest := sha256.Sum256(stored); len(m.Streams) != 2 || m.Streams[0].RawBytes != int64(raw.Len()) || m.Objects[0].SHA256 != hex.EncodeToString(digest[:]) {
				t.Errorf("the manifest describes another stream: %+v, %+v", m.Streams, m.Objects)
			}
		})
	}
}

func TestNoUploadsExcludesUploads(t *testing.T) {
	folder := t.TempDir()
	newHost(t).backup(0, shared.site(t).Root, "--name", "x", "--kind", "files", "--no-uploads", "--with-core", "--to", folder)
	file := one(t, filepath.Join(folder, "x", "files-backups-without-uploads"), "x-no_uploads-*Z-*.tar.zst")
	p, err := lab.DecryptionKeys{}.Unpack(file)
	if err != nil {
		t.Fatal(err)
	}
	var list bytes.Buffer
	if err := append(p, lab.Stage{Args: []string{"tar", "-t"}}).Run(t.Context(), nil, &list); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(list.String(), "uploads/2") || !strings.Contains(list.String(), "wp-includes/version.php") {
		t.Errorf("uploads are there, or the core is not:\n%.2000s", list.String())
	}
}

func TestDryRunSendsNothing(t *testing.T) {
	folder := t.TempDir()
	report := newHost(t).backup(0, shared.site(t).Root, "--name", "x", "--dry-run", "--to", folder)
	plan := report.Sites[0].Plan
	if plan == nil || plan.Tables < 12 || plan.Files == 0 || plan.FileBytes < 40<<20 || len(plan.Objects) != 4 {
		t.Errorf("the plan: %+v", plan)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("a dry run left %v (%v)", left, err)
	}
}

// If the folder does not exist, a dry run says whether it could be created. It creates nothing,
// neither in that place nor in the state.
func TestDryRunCreatesNothing(t *testing.T) {
	s, h, folder := shared.site(t), newHost(t), t.TempDir()
	h.backup(0, s.Root, "--name", "x", "--kind", "db", "--dry-run", "--to", filepath.Join(folder, "not", "there"))
	if err := os.WriteFile(filepath.Join(folder, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	report := h.backup(1, s.Root, "--name", "x", "--kind", "db", "--dry-run", "--to", filepath.Join(folder, "file"))
	if e := report.Sites[0].Destinations[0].Error; e == nil || !strings.Contains(e.Message, "not a directory") {
		t.Errorf("below a file: %+v", e)
	}
	vault := "s3://vault/x?region=us-east-1&endpoint=https://127.0.0.1:1&credentials_file=" + filepath.Join(folder, "key")
	if err := os.WriteFile(filepath.Join(folder, "key"), []byte("[default]\naws_access_key_id = k\naws_secret_access_key = s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	report = h.backup(1, s.Root, "--name", "x", "--kind", "db", "--dry-run", "--require-one-way", "--to", vault)
	if e := report.Sites[0].Destinations[0].Error; e == nil || !strings.Contains(e.Message, "has not checked it") {
		t.Errorf("without a proof: %+v", e)
	}
	for dir, want := range map[string]int{folder: 2, h.state: 0} {
		if left, err := os.ReadDir(dir); len(left) != want || (err != nil && !os.IsNotExist(err)) {
			t.Errorf("in %s is %v, want %d (%v)", dir, left, want, err)
		}
	}
}

func TestTheSecondRunNamesTheFirst(t *testing.T) {
	h, folder := newHost(t), t.TempDir()
	first := h.backup(0, shared.site(t).Root, "--name", "x", "--kind", "db", "--to", folder)
	second := h.backup(0, shared.site(t).Root, "--name", "x", "--kind", "db", "--to", folder)
	m := readManifest(t, filepath.Join(folder, second.Sites[0].Run+".manifest.json"))
	want := sum(t, filepath.Join(folder, first.Sites[0].Run+".manifest.json"))
	if m.Previous == nil || m.Previous.Name != first.Sites[0].Run || m.Previous.ManifestSHA256 != want {
		t.Errorf("previous is %+v, want %s with %s", m.Previous, first.Sites[0].Run, want)
	}
}

func TestDumpWritesTheDatabase(t *testing.T) {
	s, h := shared.site(t), newHost(t)
	file := filepath.Join(t.TempDir(), "out.sql")
	if code, _, stderr := h.run("dump", s.Root, "-o", file); code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	scratch, err := s.Database.Sibling(t.Context(), "dumped")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lab.RestoreDatabase(t.Context(), *scratch, lab.DecryptionKeys{}, file); err != nil {
		t.Fatal(err)
	}
	diffs, err := lab.CompareDatabases(t.Context(), s.Database, *scratch)
	if err != nil || len(diffs) > 0 {
		t.Errorf("restored: %q (%v)", diffs, err)
	}
	if code, _, stderr := h.run("dump", s.Root, "-o", file); code != 2 || !strings.Contains(stderr, "exists") {
		t.Errorf("over an existing file: exit status %d: %s", code, stderr)
	}
}
