package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// A scene is a host with two tenants and a schedule. Its folder is outside /tmp, because the
// service does not see the host's /tmp.
type scene struct {
	dir, binary, config string
	unit                string // the text of the service
}

// confine runs the command of a unit with all restrictions of the unit except seccomp: its
// capabilities, its view of the file systems, of /dev and of /proc, its environment and its
// credentials. $1 is the folder of the scene, $2 the capabilities, and $3 the folders that the
// command may write to, one on each line. The command follows.
const confine = `
set -e
dir=$1 capabilities=$2 writable=$3; shift 3
mount --make-rprivate /
mount -t tmpfs none /tmp
mount -t tmpfs none /var/tmp
mkdir /tmp/dev
mount -t tmpfs none /tmp/dev
for device in null zero full random urandom tty; do
    touch /tmp/dev/$device
    mount --bind /dev/$device /tmp/dev/$device
done
mount --move /tmp/dev /dev
rmdir /tmp/dev
mount -t proc -o hidepid=invisible proc /proc
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
while read -r _ _ _ _ point _; do
    case $point in
    /proc | /proc/* | /dev | /dev/* | /tmp | /var/tmp) ;;
    *) mount -o remount,bind,ro "$point" 2>/dev/null || true ;;
    esac
done </proc/self/mountinfo
echo "$writable" | while read -r folder; do
    mount --bind "$folder" "$folder"
    mount -o remount,bind,rw "$folder"
done
if touch /etc/wp-oneway-test "$dir/wp-oneway-test" 2>/dev/null; then exit 99; fi
umask 0077
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    STATE_DIRECTORY="$dir/state" RUNTIME_DIRECTORY="$dir/run" CREDENTIALS_DIRECTORY="$dir/credentials" GOTRACEBACK=crash \
    setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all --bounding-set="-all,$capabilities" -- "$@"
`

// run runs the command of the unit to its end.
func (s *scene) run(t *testing.T) (code int, output string) {
	t.Helper()
	var capabilities []string
	for _, c := range strings.Fields(s.values("CapabilityBoundingSet")[0]) {
		capabilities = append(capabilities, "+"+strings.ToLower(strings.TrimPrefix(c, "CAP_")))
	}
	var writable []string
	for _, folder := range append(s.values("ReadWritePaths"), filepath.Join(s.dir, "state"), filepath.Join(s.dir, "run")) {
		writable = append(writable, strings.TrimPrefix(folder, "-"))
	}
	args := []string{"--mount", "--propagation=unchanged", "--", "sh", "-c", confine, "sh", s.dir, strings.Join(capabilities, ","), strings.Join(writable, "\n")}
	cmd := exec.CommandContext(t.Context(), "unshare", append(args, strings.Fields(s.values("ExecStart")[0])...)...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// values returns the values of a key of the unit.
func (s *scene) values(key string) (values []string) {
	for _, m := range regexp.MustCompile(`(?m)^`+key+`=(.+)$`).FindAllStringSubmatch(s.unit, -1) {
		values = append(values, m[1])
	}
	return values
}

// newScene creates two tenants with their databases, a folder and a bucket. It prints the unit of
// a schedule for them. settings are additional lines of the configuration; DIR in them stands for
// the folder of the scene.
func newScene(t *testing.T, settings string) *scene {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("the restrictions of a service of the system need root") // CI runs the tests as root
	}
	dir, err := os.MkdirTemp("/var/lib", "wp-oneway-test-") //nolint:usetesting // it must be outside of /tmp
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &scene{dir: dir, binary: filepath.Join(dir, "wp-oneway"), config: filepath.Join(dir, "config.yaml")}
	vault := bucket(t, strings.ToLower(filepath.Base(dir)))
	for name, file := range map[string]string{"key": regexp.MustCompile(`credentials_file=([^&]+)`).FindStringSubmatch(vault)[1], "ca": shared.minio(t).CAFile} {
		vault = strings.Replace(vault, file, filepath.Join(dir, name), 1)
		copyFile(t, file, filepath.Join(dir, name), 0o600)
	}
	copyFile(t, shared.binary, s.binary, 0o755)
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	for name, uid := range map[string]int{"alice": alice, "bob": bob} {
		database := "confined_" + name
		if err := shared.db(t).Exec(t.Context(), "CREATE OR REPLACE DATABASE "+database, "CREATE TABLE "+database+".wp_posts (id INT PRIMARY KEY) ENGINE=InnoDB",
			"INSERT INTO "+database+".wp_posts VALUES (1), (2)", "CREATE OR REPLACE USER "+database+"@'%' IDENTIFIED BY 'secret'", "GRANT ALL ON "+database+".* TO "+database+"@'%'"); err != nil {
			t.Fatal(err)
		}
		text := strings.NewReplacer("localhost:/none", fmt.Sprintf("127.0.0.1:%d", shared.db(t).Port), "'DB_PASSWORD', ''", "'DB_PASSWORD', 'secret'").Replace(config(database, database, "/none"))
		home := filepath.Join(dir, "home", name)
		tenantSite(t, home, uid, text)
		if err := os.Chmod(home, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"state", "run", "credentials"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	text := fmt.Sprintf("sinks: [%s/sinks, '%s']\nencryption: {passphrase_file: %s/passphrase}\nschedules: [{name: nightly, kind: full, when: daily 03:30, sites: [alice, '%s/home/b*/site']}]\n"+
		"sites: [{path: %s/home/alice/site, name: alice}, {path: %s/home/bob/site, name: bob, kind: db}]\n%s", dir, vault, dir, dir, dir, dir, strings.ReplaceAll(settings, "DIR", dir))
	for name, text := range map[string]string{"config.yaml": text, "passphrase": "of the operator\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.install(t)
	return s
}

// install prints the units, and then does what systemd does before it starts the service.
func (s *scene) install(t *testing.T) {
	t.Helper()
	h := newHost(t)
	h.binary = s.binary
	code, stdout, stderr := h.run("schedule", "install", "nightly", "--systemd", "--print", "--config", s.config)
	if code != 0 {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	_, s.unit, _ = strings.Cut(stdout, "wp-oneway-nightly.service\n")
	s.unit, _, _ = strings.Cut(s.unit, "wp-oneway-nightly.timer\n")
	for _, credential := range s.values("LoadCredential") {
		id, path, _ := strings.Cut(credential, ":")
		copyFile(t, path, filepath.Join(s.dir, "credentials", id), 0o400)
		if err := os.Rename(path, path+".elsewhere"); err != nil { // so that only the copy can be read
			t.Fatal(err)
		}
	}
	for _, folder := range s.values("ReadWritePaths") {
		if err := os.MkdirAll(strings.TrimPrefix(folder, "-"), 0o700); err != nil { // as install does without --print
			t.Fatal(err)
		}
	}
}

func copyFile(t *testing.T, from, to string, mode fs.FileMode) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, mode); err != nil {
		t.Fatal(err)
	}
}

// Under the restrictions of its unit, the service backs up two tenants as root, into a folder and
// a bucket. It also sends a mail, runs a hook and writes the files for monitoring.
func TestTheServiceWorksUnderItsRestrictions(t *testing.T) {
	server, err := lab.StartSMTP(t.TempDir(), lab.SMTPOptions{Plain: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	s := newScene(t, fmt.Sprintf("email: {to: [ops@example.com], host: localhost, port: %d, tls: none}\nnotification_level: info\n", server.Port)+
		"metrics: {textfile: DIR/textfile/wp-oneway.prom}\nstatus: {file: DIR/status/status.json}\n"+
		"hooks: [{after: run, shell: 'cat >DIR/textfile/report.json'}]\n")
	code, out := s.run(t)
	if code != 0 {
		t.Fatalf("exit status %d:\n%s\n%s", code, out, s.unit)
	}
	if mails := server.Mails(); len(mails) != 1 || !strings.Contains(mails[0].Text, "alice") {
		t.Errorf("mails: %+v\n%s", mails, out)
	}
	for name, want := range map[string]string{"textfile/wp-oneway.prom": `site="bob"`, "textfile/report.json": `"alice"`, "status/status.json": `"alice"`} {
		if text, err := os.ReadFile(filepath.Join(s.dir, name)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v: %s\n%s", name, err, text, out)
		}
	}
	for _, name := range []string{"alice", "bob"} {
		found, err := filepath.Glob(filepath.Join(s.dir, "sinks", "*"+name+"*", "full-backups", "*Z-*.manifest.json"))
		if err != nil || len(found) != 1 {
			t.Errorf("%s in the folder: %q, %v", name, found, err)
			continue
		}
		m := readManifest(t, found[0])
		if m.Counts.Tables != 1 || m.Counts.Rows != 2 || m.Counts.Files == 0 || m.Seal == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
	if n := len(stored(t, strings.ToLower(filepath.Base(s.dir)))); n != 8 {
		t.Errorf("%d objects in the bucket, want 8", n)
	}
}
