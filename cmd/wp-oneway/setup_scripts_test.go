package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	agekeys "filippo.io/age"
)

// With --yes, setup asks nothing: each answer is a flag, and an error names a missing one.
func TestSetupForScripts(t *testing.T) {
	t.Parallel()
	h, site, dir := newHost(t), shared.site(t), t.TempDir()
	config, backups := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "backups")
	for says, args := range map[string][]string{
		"there is none; give":           {"setup", site.Root},
		"--to is missing":               {"setup", "--yes", site.Root},
		"--recipient is missing":        {"setup", "--yes", site.Root, "--to", backups},
		"no WordPress in":               {"setup", "--yes", "--to", backups, "--no-encryption", backups},
		"PATH and --all":                {"setup", "--yes", "--all", site.Root},
		"exclude each other":            {"setup", "--yes", "--no-encryption", "--recipient", "age1x", site.Root},
		"not a complete age public key": {"setup", "--yes", "--to", backups, "--recipient", "age1x", site.Root},
		"private key":                   {"setup", "--yes", "--to", backups, "--recipient", "AGE-SECRET-KEY-1X", site.Root},
		"not a time of day":             {"setup", "--yes", "--daily", "24:00", site.Root},
		"belong together":               {"setup", "--yes", "--key-id", "x", site.Root},
		"is for a sink s3://":           {"setup", "--yes", "--to", backups, "--key-id", "x", "--secret-file", config, site.Root},
		"unknown parameter":             {"setup", "--yes", "--to", "s3://b?colour=red", "--no-encryption", site.Root},
		"has no // after its":           {"setup", "--yes", "--to", "s3:b", "--no-encryption", site.Root},
		"unknown flag":                  {"setup", "--colour"},
		"--recipient is empty":          {"setup", "--yes", "--recipient", "", site.Root},
	} {
		code, _, stderr := h.run(append(args, "--config", config)...)
		if code != 2 || !strings.Contains(stderr, says) {
			t.Errorf("%q: exit status %d: %s", args, code, stderr)
		}
		if files := readTree(t, dir); len(files) > 0 {
			t.Fatalf("%q: left %q", args, files)
		}
	}
	id, err := agekeys.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	recipient := id.Recipient().String()
	code, _, stderr := h.run("setup", "--yes", "--config", config, site.Root, "--to", backups, "--recipient", recipient)
	if code != 0 || mode(t, config) != 0o600 {
		t.Fatalf("exit status %d\n%s", code, stderr)
	}
	oneBelow(t, backups, "*.manifest.json")
	oneBelow(t, backups, "*.sql.zst.age")
	text := readTree(t, dir)["config.yaml"]
	if code, _, stderr = h.run("setup", "--yes", "--config", config, "--no-backup"); code != 0 || readTree(t, dir)["config.yaml"] != text {
		t.Errorf("again: exit status %d: %s\n%s", code, stderr, readTree(t, dir)["config.yaml"])
	}
	scheduled(t, h, config)
	// A configuration that is not valid, or to which nothing can be added, is not changed.
	for says, broken := range map[string]string{"config.yaml": "colour: red\n", "by hand": "{roots: [/srv]}\n", "YAML": "a: [\n"} {
		if err := os.WriteFile(config, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := h.run("setup", "--yes", "--config", config, site.Root, "--to", backups, "--recipient", recipient, "--no-backup")
		if code == 0 || !strings.Contains(stderr, says) || readTree(t, dir)["config.yaml"] != broken {
			t.Errorf("%q: exit status %d: %s\n%s", broken, code, stderr, readTree(t, dir)["config.yaml"])
		}
	}
}

// scheduled runs setup with a scratch folder for the entries of cron.
func scheduled(t *testing.T, h *host, config string) {
	t.Helper()
	if os.Geteuid() != 0 {
		return // a scratch folder of cron needs root; CI runs the tests as root
	}
	dir := t.TempDir()
	const scene = `set -e; mount --make-rprivate /; mount --bind "$1" /etc/cron.d
		[ ! -d /run/systemd ] || mount -t tmpfs none /run/systemd
		exec "$2" setup --yes --no-backup --daily 3:30 --config "$3"`
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "--propagation=unchanged", "--", "bash", "-c", scene, "bash", dir, h.binary, config)
	cmd.Env = h.command().Env
	out, err := cmd.CombinedOutput()
	if entry := readTree(t, dir)["wp-oneway"]; err != nil || !strings.Contains(entry, "\n30 3 * * * root ") || !strings.Contains(entry, "--config "+config) {
		t.Errorf("%v\n%s\nthe entry: %s", err, out, entry)
	}
}
