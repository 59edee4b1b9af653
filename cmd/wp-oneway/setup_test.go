package main

import (
	"bytes"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	agekeys "filippo.io/age"
)

// readTree returns the content of all files below a folder, by their names.
func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir+"/")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func mode(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

// The whole conversation with every wrong answer, for a new key pair and a folder.
func TestSetupOnATerminal(t *testing.T) {
	t.Parallel()
	h, site, dir := newHost(t), shared.site(t), t.TempDir()
	config, backups := filepath.Join(dir, "etc", "config.yaml"), filepath.Join(dir, "backups")
	if err := os.Mkdir(filepath.Dir(config), 0o700); err != nil {
		t.Fatal(err)
	}
	before := "# kept as it is\nkind: db\nroots: [" + site.Root + "]\n"
	if err := os.WriteFile(config, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	s := h.terminal("setup", "--config", config)
	s.expect("Existing settings are kept")
	s.expect("1. ")
	s.answer("Which sites?", "7")
	s.answer("numbers from 1 to", "no\x1b[A")
	s.answer("control characters", "/nonexistent")
	s.answer("no WordPress in /nonexistent", "1,")
	s.answer("Where to?", "9")
	s.answer("a number of the list", "somewhere")
	s.answer("a number of the list", "folder")
	s.answer("Folder, outside of all sites", "relative")
	s.answer("absolute path", "")
	s.answer("type an answer", backups)
	s.answer("How?", "own")
	s.answer("Public key", "AGE-SECRET-KEY-1QQQ")
	s.answer("this is a private key", "age1short")
	s.expect("not a complete age public key")
	s.press("\x03")
	if code := s.exit(); code != 1 || !strings.Contains(s.output(), "stopped") {
		t.Fatalf("Ctrl-C: exit status %d\n%s", code, s.output())
	}
	if files := readTree(t, filepath.Dir(config)); len(files) != 1 || files["config.yaml"] != before {
		t.Fatalf("Ctrl-C left %q", files)
	}

	s = h.terminal("setup", "--config", config)
	s.answer("Which sites?", "1")
	s.answer("Where to?", "7")
	s.answer("Folder, outside of all sites", backups)
	s.answer("How?", "new")
	s.expect("not shown again after setup")
	s.answer("Press Enter when you have saved it", "")
	private := regexp.MustCompile(`AGE-SECRET-KEY-1[0-9A-Z]+`).FindString(s.output())
	s.answer("type the last 6 characters", "nonsense")
	s.answer("these are not its last 6", "again")
	s.answer("Press Enter when you have saved it", "")
	s.answer("now type its last characters", strings.ToLower(private[len(private)-6:]))
	s.answer("Write this?", "perhaps")
	s.answer("answer yes or no", "")
	s.expect("$ wp-oneway --config")
	s.answer("Back up now?", "yes")
	s.expect("stored in")
	s.answer("Back up every day at", "25:00")
	s.answer("not a time of day", "none")
	s.expect("Done.")
	if code := s.exit(); code != 0 {
		t.Fatalf("exit status %d\n%s", code, s.output())
	}
	files := readTree(t, filepath.Dir(config))
	text := files["config.yaml"]
	identity, err := agekeys.ParseX25519Identity(private)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 || !strings.HasPrefix(text, before) || !strings.Contains(text, identity.Recipient().String()) || !strings.Contains(text, "path: "+site.Root) || mode(t, config) != 0o600 {
		t.Errorf("mode %o: %q", mode(t, config), files)
	}
	for path, text := range readTree(t, dir) {
		if strings.Contains(strings.ToUpper(text), private) {
			t.Errorf("%s contains the private key", path)
		}
	}
	sealed, err := os.Open(oneBelow(t, backups, "*.sql.zst.age"))
	if err != nil {
		t.Fatal(err)
	}
	defer sealed.Close()
	r, err := agekeys.Decrypt(sealed, identity)
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	if err != nil {
		t.Errorf("the private key that was shown does not open the backup: %v", err)
	}

	// A second setup starts from the existing configuration.
	s = h.terminal("setup", "--config", config)
	s.expect("The configuration names the sites.")
	s.expect("The configuration names the sinks.")
	s.expect("is complete")
	s.answer("Back up now?", "no")
	s.answer("Back up every day at", "none")
	if code := s.exit(); code != 0 || readTree(t, filepath.Dir(config))["config.yaml"] != text {
		t.Errorf("exit status %d\n%s", code, s.output())
	}
}

// oneBelow returns the only file below a folder whose name matches.
func oneBelow(t *testing.T, dir, pattern string) (found string) {
	t.Helper()
	for path := range readTree(t, dir) {
		if ok, err := filepath.Match(pattern, filepath.Base(path)); ok && err == nil && !strings.Contains(path, "latest") {
			found = filepath.Join(dir, path)
		}
	}
	if found == "" {
		t.Fatalf("no %s below %s", pattern, dir)
	}
	return found
}

// With a bucket, setup prints the policy and writes the key beside the configuration. The secret
// is not shown while it is typed.
func TestSetupIntoABucket(t *testing.T) {
	t.Parallel()
	h, site, dir, minio := newHost(t), shared.site(t), t.TempDir(), shared.minio(t)
	config := filepath.Join(dir, "etc", "config.yaml")
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if err := minio.Bucket(t.Context(), "setup", true); err != nil {
		t.Fatal(err)
	}
	file, err := minio.PutOnlyUser(t.Context(), "setup", name+"/")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	id := regexp.MustCompile(`aws_access_key_id = (\S+)`).FindSubmatch(text)[1]
	secret := string(regexp.MustCompile(`aws_secret_access_key = (\S+)`).FindSubmatch(text)[1])
	authority, err := url.Parse(minio.URL("setup", "", file))
	if err != nil {
		t.Fatal(err)
	}

	s := h.terminal("setup", "--config", config, site.Root)
	s.answer("Where to?", "minio")
	s.answer("Name of the bucket", "not a bucket")
	s.answer("not a bucket name", "setup")
	s.answer("Address of the server", "http://minio.example.com")
	s.answer("unencrypted", minio.Endpoint)
	s.answer("certificate of the authority", filepath.Join(dir, "none.pem"))
	s.answer("Not accepted", authority.Query().Get("ca_file"))
	s.expect("wp-oneway policy s3 --provider minio --bucket setup --host " + name)
	s.expect("NeverOverwriteVersions")
	s.answer("Press Enter when the bucket", "")
	s.answer("ID of this host's access key", "a key")
	s.answer("this is not a key ID", string(id))
	s.answer("Its secret", "two words")
	s.answer("one word", secret)
	s.answer("How?", "none")
	s.expect("credentials_file=")
	s.answer("Write this?", "no")
	if code := s.exit(); code != 1 || !strings.Contains(s.output(), "nothing was written") || len(readTree(t, dir)) != 0 {
		t.Fatalf("exit status %d, files %q\n%s", code, readTree(t, dir), s.output())
	}

	s = h.terminal("setup", "--config", config, "--no-encryption", "--no-schedule", site.Root)
	s.answer("Where to?", "minio")
	s.answer("Name of the bucket", "setup")
	s.answer("Address of the server", minio.Endpoint)
	s.answer("certificate of the authority", authority.Query().Get("ca_file"))
	s.answer("Press Enter when the bucket", "")
	s.answer("ID of this host's access key", string(id))
	s.answer("Its secret", secret+"x") // a wrong answer that only the check finds
	s.answer("Write this?", "yes")
	s.answer("What now?", "stop")
	if code := s.exit(); code != 1 || strings.Contains(s.output(), secret) || !s.echoes() {
		t.Fatalf("exit status %d\n%s", code, s.output())
	}
	key := filepath.Join(dir, "etc", "key-setup")
	if mode(t, key) != 0o600 || mode(t, config) != 0o600 {
		t.Errorf("modes %o and %o", mode(t, key), mode(t, config))
	}
	if err := os.WriteFile(key, bytes.ReplaceAll([]byte(readTree(t, dir)["etc/key-setup"]), []byte(secret+"x"), []byte(secret)), 0o600); err != nil {
		t.Fatal(err)
	}
	s = h.terminal("setup", "--config", config, "--no-schedule")
	s.expect("The configuration says how backups are encrypted.")
	s.expect("is one-way")
	s.answer("Back up now?", "")
	s.expect("Done.")
	if code := s.exit(); code != 0 || len(stored(t, "setup")) < 4 {
		t.Errorf("exit status %d, objects %q\n%s", code, stored(t, "setup"), s.output())
	}
}

// If Ctrl-C, a signal or a closed terminal stops setup at any question, setup leaves no file, and
// the terminal as it was before.
func TestSetupStoppedAnywhere(t *testing.T) {
	t.Parallel()
	h, site := newHost(t), shared.site(t)
	stops := []func(*session){
		func(s *session) { s.press("\x03") },
		func(s *session) { _ = s.cmd.Process.Signal(syscall.SIGTERM) },
		func(s *session) { s.press("\x04") },
		func(s *session) { _ = s.master.Close() },
		func(s *session) { s.press("half an answer\x03") },
	}
	steps := [][2]string{
		{"Where to?", "aws"},
		{"Name of the bucket", "vault"},
		{"Region", "eu-central-1"},
		{"Press Enter when the bucket", ""},
		{"ID of this host's access key", "AKIA"},
		{"Its secret", "secret"},
		{"How?", "new"},
		{"Press Enter when you have saved it", ""},
		{"type the last 6 characters", ""},
	}
	for i, step := range steps {
		stop := stops[i%len(stops)]
		dir := t.TempDir()
		s := h.terminal("setup", "--config", filepath.Join(dir, "etc", "config.yaml"), site.Root)
		for _, earlier := range steps[:i] {
			s.answer(earlier[0], earlier[1])
		}
		s.expect(step[0])
		s.expect(": ")
		if step[0] == "Its secret" {
			for begin := time.Now(); s.echoes() && time.Since(begin) < time.Minute; { // the prompt comes first
				time.Sleep(time.Millisecond)
			}
		}
		stop(s)
		if code := s.exit(); code != 1 {
			t.Errorf("at %s: exit status %d\n%s", step[0], code, s.output())
		}
		if files := readTree(t, dir); len(files) > 0 {
			t.Errorf("at %s: left %q", step[0], files)
		}
		if step[0] == "Its secret" && !s.echoes() {
			t.Errorf("at %s: the terminal does not show any more what is typed", step[0])
		}
	}
}

// If setup is stopped during the backup, it ends the backup too. No run is left that looks
// complete.
func TestSetupStoppedDuringTheBackup(t *testing.T) {
	t.Parallel()
	h, site, dir := newHost(t), shared.site(t), t.TempDir()
	g := newGate(t, bucket(t, "setup-stopped"), ".sql.zst", false)
	config := filepath.Join(dir, "config.yaml")
	cmd := h.command("setup", "--yes", "--config", config, site.Root, "--to", g.url, "--no-encryption")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for !g.waiting.Load() {
		select {
		case err := <-ended:
			t.Fatalf("ended before it was stopped: %v\n%s", err, out.String())
		case <-time.After(5 * time.Millisecond):
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("setup ended without an error")
	}
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(out.String(), "setup was stopped") {
		t.Errorf("exit status %d\n%s", code, out.String())
	}
	running, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range running {
		if line, err := os.ReadFile(path); err == nil && strings.Contains(string(line), config) {
			t.Errorf("%s still runs: %q", path, line)
		}
	}
	for _, name := range stored(t, "setup-stopped") {
		if strings.HasSuffix(name, ".manifest.json") {
			t.Errorf("%s is stored", name)
		}
	}
	if mode(t, config) != 0o600 {
		t.Error("the configuration is lost")
	}
}
