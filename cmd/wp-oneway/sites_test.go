package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/manifest"
)

// homesFolder creates home folders below a folder that every account can enter.
func homesFolder(t *testing.T) (dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("several tenants need root")
	}
	dir, err := os.MkdirTemp(shared.dir, "homes") //nolint:usetesting // t.TempDir is closed to other accounts
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// layOutSite creates a small site of a user. Its uploads and its password contain its secret.
func layOutSite(t *testing.T, root string, uid int, settings string) {
	t.Helper()
	for path, text := range map[string]string{
		"index.php": "<?php require __DIR__ . '/wp-blog-header.php';", "wp-blog-header.php": "<?php", "wp-load.php": "<?php",
		"wp-settings.php": "<?php", "wp-includes/version.php": "<?php $wp_version = '6.8';",
		"wp-content/uploads/own.txt": "upload of " + root,
		"wp-config.php": fmt.Sprintf("<?php\n%s\ndefine('DB_NAME', 'db%d'); define('DB_USER', 'u'); define('DB_PASSWORD', 'hunter2'); define('DB_HOST', 'db.example:3307'); define('UPLOADS', 'wp-content/uploads');\n"+
			"$table_prefix = 'wp_';\nrequire_once __DIR__ . '/wp-settings.php';\n", settings, uid),
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	chownTree(t, root, uid)
}

// chownTree changes the owner of a tree, including symlinks.
func chownTree(t *testing.T, path string, uid int) {
	t.Helper()
	if out, err := exec.Command("chown", "-hR", fmt.Sprintf("%d:%d", uid, uid), path).CombinedOutput(); err != nil {
		t.Fatalf("chown: %v\n%s", err, out)
	}
}

// configure writes the configuration file of a test.
func configure(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// sites lists the sites, and checks the exit status and the schema of the output.
func (h *host) sites(want int, args ...string) agent.Survey {
	h.t.Helper()
	code, stdout, stderr := h.run(append([]string{"sites", "--json"}, args...)...)
	if code != want {
		h.t.Fatalf("exit status %d, want %d\n%s%s", code, want, stderr, stdout)
	}
	var survey agent.Survey
	if err := json.Unmarshal([]byte(stdout), &survey); err != nil {
		h.t.Fatalf("the sites: %v\n%s\n%s", err, stdout, stderr)
	}
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs", "sites.schema.json"))
	if err != nil {
		h.t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil {
		h.t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		h.t.Errorf("the schema: %v\n%s", err, stdout)
	}
	if strings.Contains(stdout, "hunter2") {
		h.t.Error("a password is listed")
	}
	return survey
}

// siteStatuses returns the names of the sites with their status.
func siteStatuses(s agent.Survey) (out []string) {
	for _, site := range s.Sites {
		out = append(out, site.Name+" "+string(site.Status))
	}
	return out
}

func runStatuses(r manifest.Report) (out []string) {
	for _, site := range r.Sites {
		out = append(out, site.Name+" "+string(site.Status))
	}
	return out
}

// sites and backup --all find the same sites, with the same statuses and reasons.
func TestSitesListsWhatBackupAllBacksUp(t *testing.T) {
	t.Parallel()
	dir := homesFolder(t)
	layOutSite(t, dir+"/alice/public_html", alice, "")
	layOutSite(t, dir+"/alice/public_html/addon.example", alice, "define('MULTISITE', true);")
	layOutSite(t, dir+"/bob/public_html", bob, "define('DB_NAME', $_SERVER['HTTP_X']);")
	layOutSite(t, dir+"/old/public_html", bob, "")
	layOutSite(t, dir+"/carol/sites/shop.example/public", 2003, "")
	layOutSite(t, dir+"/dave/sites/shop.example/public", 2004, "")
	layOutSite(t, dir+"/elsewhere/odd", bob, "")
	layOutSite(t, dir+"/fresh/public_html", bob, "")
	if err := os.Remove(dir + "/fresh/public_html/wp-config.php"); err != nil {
		t.Fatal(err)
	}
	file := configure(t, `
roots: ["`+dir+`/[abcdfo]*"]
kind: files
sites:
  - path: `+dir+`/*/public_html
    exclude: [wp-content/uploads/own.txt]
  - {path: `+dir+`/alice/public_html, name: alice.example}
  - {path: `+dir+`/bob/public_html, name: bob.example}
  - {path: `+dir+`/old/public_html, ignore: "parked"}
  - {path: `+dir+`/elsewhere/odd, name: odd}
`)
	h, folder := newHost(t), t.TempDir()
	want := []string{
		"alice.example ready", "alice-addon.example ready", "bob.example broken", "shop.example name_clash", "shop.example name_clash",
		"old ignored", "fresh ignored", "odd ready",
	}
	survey := h.sites(0, "--config", file)
	got := siteStatuses(survey)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	at := func(s agent.Survey, path string) agent.SiteSurvey {
		t.Helper()
		for _, site := range s.Sites {
			if site.Path == dir+path {
				return site
			}
		}
		t.Fatalf("%s is not listed", path)
		return agent.SiteSurvey{}
	}
	site := at(survey, "/alice/public_html/addon.example")
	if site.Owner.UID != alice || site.WordPress != "6.8" || site.Multisite == nil || !*site.Multisite || site.Database.Name != "db2001" ||
		site.Database.Host != "db.example" || site.Database.Port != 3307 || len(site.Runs) > 0 {
		t.Errorf("got %+v", site)
	}
	if site = at(survey, "/bob/public_html"); site.Error == nil || site.Error.Class != "undecidable" || site.Database != nil {
		t.Errorf("got %+v", site)
	}
	for path, reason := range map[string]string{
		"/old/public_html": "parked", "/fresh/public_html": "not installed", "/carol/sites/shop.example/public": "/dave/sites/shop.example/public",
	} {
		if site := at(survey, path); !strings.Contains(site.Reason, reason) {
			t.Errorf("%s: the reason is %q, want %q", path, site.Reason, reason)
		}
	}

	report := h.backup(1, "--all", "--config", file, "--to", folder)
	if len(report.Sites) != len(survey.Sites) {
		t.Errorf("%d sites are listed and %d backed up", len(survey.Sites), len(report.Sites))
	}
	for i, s := range report.Sites {
		status := map[agent.SiteStatus][]manifest.Status{
			agent.Ready: {manifest.OK}, agent.Broken: {manifest.Failed}, agent.LeftOut: {manifest.Ignored}, agent.NameClash: {manifest.Failed},
		}[survey.Sites[i].Status]
		if s.Name == "alice-addon.example" { // a multisite whose database cannot be asked for its folders of uploads
			status = []manifest.Status{manifest.Incomplete}
		}
		if s.Path != survey.Sites[i].Path || s.Name != survey.Sites[i].Name || !slices.Contains(status, s.Status) {
			t.Errorf("%s is listed as %s and comes out as %s %s (%+v)", s.Path, survey.Sites[i].Status, s.Path, s.Status, s.Error)
		}
	}
	// The inner site is archived once, by its own run, without a warning.
	for _, s := range report.Sites {
		if s.Path == dir+"/alice/public_html" && (s.Counts.Files != 1 || s.Counts.Warnings != 0) {
			t.Errorf("the outer site: %+v, %+v", s.Counts, s.Warnings)
		}
	}
	survey = h.sites(0, "--config", file)
	if site = at(survey, "/alice/public_html"); site.Runs["files"].Published == nil || site.Runs["files"].Published.Status != manifest.OK || site.Runs["files"].Last.Run == "" {
		t.Errorf("after a backup: %+v", site.Runs)
	}
	if site = at(survey, "/bob/public_html"); site.Runs["files"].Published != nil || site.Runs["files"].Last.Status != manifest.Failed || site.Runs["files"].Last.Error == "" {
		t.Errorf("after a failure: %+v", site.Runs)
	}
	// With a root, only the sites below it are listed, with their configuration.
	if got := siteStatuses(h.sites(0, "--config", file, dir+"/alice")); !slices.Equal(got, []string{"alice.example ready", "alice-addon.example ready"}) {
		t.Errorf("below one root: %q", got)
	}
}

// A tenant who creates a folder with the name of another site does not get that name, and
// cannot stop the backups of that site.
func TestTenantCannotTakeAnotherSitesName(t *testing.T) {
	t.Parallel()
	dir := homesFolder(t)
	layOutSite(t, dir+"/victim/sites/victim.example/public", alice, "")
	h, folder := newHost(t), t.TempDir()
	file := configure(t, "roots: ["+dir+"]\nkind: files\n")
	h.backup(0, "--all", "--config", file, "--to", folder)
	layOutSite(t, dir+"/evil/sites/victim.example/public", bob, "")
	layOutSite(t, dir+"/evil/sites/own.example/public", bob, "")
	report := h.backup(1, "--all", "--config", file, "--to", folder)
	want := []string{"own.example ok", "victim.example failed", "victim.example ok"}
	if got := runStatuses(report); !slices.Equal(got, want) || report.Sites[2].Path != dir+"/victim/sites/victim.example/public" {
		t.Errorf("got %q, want %q", got, want)
	}
	code, _, stderr := h.run("backup", "--all", "--config", file, "--to", folder)
	if lines := strings.Split(strings.TrimSpace(stderr), "\n"); code != 1 || len(lines) != 1 || !strings.Contains(lines[0], dir+"/evil/") || !strings.Contains(lines[0], dir+"/victim/") {
		t.Errorf("exit status %d, %q; want one line that names both", code, stderr)
	}
	if runs, err := filepath.Glob(folder + "/victim.example/files-backups/*Z-*.manifest.json"); err != nil || len(runs) != 3 {
		t.Errorf("%d backups of the victim's are there, want 3 (%v)", len(runs), err)
	}
	// The owner of the name keeps it, even if the other site comes first or is the only one.
	if report := h.backup(1, dir+"/evil/sites/victim.example/public", "--kind", "files", "--to", folder); report.Sites[0].Status != manifest.Failed {
		t.Errorf("alone: %q", runStatuses(report))
	}
	if err := os.RemoveAll(dir + "/victim"); err != nil {
		t.Fatal(err)
	}
	if got := runStatuses(h.backup(1, "--all", "--config", file, "--to", folder)); !slices.Equal(got, []string{"own.example ok", "victim.example failed"}) {
		t.Errorf("in the night in which the victim is away: %q", got)
	}
	named := configure(t, "roots: ["+dir+"]\nkind: files\nsites: [{path: "+dir+"/evil/sites/victim.example/public, name: victim.example}]\n")
	if got := runStatuses(h.backup(0, "--all", "--config", named, "--to", folder)); !slices.Equal(got, []string{"own.example ok", "victim.example ok"}) {
		t.Errorf("by the operator's word: %q", got)
	}
}

// If a tenant's symlink leads to another tenant's site, it gives no access to that site,
// whichever part of the path is the symlink.
func TestSymlinkGivesNoAccessToAnotherSite(t *testing.T) {
	t.Parallel()
	dir := homesFolder(t)
	layOutSite(t, dir+"/bob/sites/bob.example/public", bob, "")
	layOutSite(t, dir+"/alice/own", alice, "")
	chownTree(t, dir+"/bob", bob)
	for link, target := range map[string]string{
		"alice/site": "../bob/sites/bob.example/public", "alice/sites": "../bob/sites", "alice/public_html": "../bob/sites/bob.example/public",
		"alice/www.example": dir + "/bob", "alice/roots.example": "/root",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	chownTree(t, dir+"/alice", alice)
	for _, path := range []string{"site", "sites/bob.example/public", "public_html", "www.example/sites/bob.example/public"} {
		h, folder := newHost(t), t.TempDir()
		report := h.backup(1, dir+"/alice/"+path, "--kind", "files", "--to", folder)
		if e := report.Sites[0].Error; e == nil || !strings.Contains(e.Message, "leads") {
			t.Errorf("%s: the error: %+v", path, e)
		}
		if finished, unfinished := under(t, folder); len(finished)+len(unfinished) > 0 {
			t.Errorf("%s: left behind: %q %q", path, finished, unfinished)
		}
		if code, stdout, stderr := h.run("inspect", "--json", "--show-secrets", dir+"/alice/"+path); code != 1 || strings.Contains(stdout+stderr, "hunter2") {
			t.Errorf("%s: inspect: exit status %d: %s%s", path, code, stdout, stderr)
		}
	}
	for _, roots := range []string{dir, dir + "/*/sites", dir + "/*/*/*/public", dir + "/alice/sites"} {
		h := newHost(t)
		for _, site := range h.sites(map[bool]int{false: 0, true: 1}[roots == dir+"/alice/sites"], roots).Sites {
			if site.Path != dir+"/alice/own" && site.Path != dir+"/bob/sites/bob.example/public" {
				t.Errorf("%s: found %s", roots, site.Path)
			}
		}
	}
	// A symlink of the operator is trusted.
	if err := os.Symlink(dir+"/bob/sites/bob.example/public", dir+"/operators"); err != nil {
		t.Fatal(err)
	}
	if report := newHost(t).backup(0, dir+"/operators", "--kind", "files", "--to", t.TempDir()); report.Sites[0].Status != manifest.OK {
		t.Errorf("the operator's: %q", runStatuses(report))
	}
}

// Hostile names and trees do not break the list of sites.
func TestSitesOfHostileTrees(t *testing.T) {
	t.Parallel()
	dir := homesFolder(t)
	odd := []string{"new\nline", "esc\x1b[2J\x1b]0;x\x07", "bytes\xff\xfe", "rtl\u202egnp", "tab\tx", "quote'\"`$(id)"}
	for _, name := range odd {
		layOutSite(t, filepath.Join(dir, "alice", name, "html"), alice, "")
	}
	deep := dir + "/alice/deep" + strings.Repeat("/d", 60)
	if err := os.MkdirAll(deep, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(dir+"/alice/wp-config.php", 0o666); err != nil {
		t.Fatal(err)
	}
	layOutSite(t, dir+"/alice/fifo", alice, "")
	if err := os.Remove(dir + "/alice/fifo/wp-config.php"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(dir+"/alice/fifo/wp-config.php", 0o666); err != nil {
		t.Fatal(err)
	}
	layOutSite(t, dir+"/alice/endless", alice, "while (true) { $a[] = $a; }")
	for link, target := range map[string]string{"loop.example": "loop.example", "self.example": ".", "kernel.example": "/proc/self/root", "null.example": "/dev/null"} {
		if err := os.Symlink(target, dir+"/alice/"+link); err != nil {
			t.Fatal(err)
		}
	}
	h := newHost(t)
	survey := h.sites(0, dir)
	if len(survey.Sites) != len(odd)+2 {
		t.Errorf("got %q", siteStatuses(survey))
	}
	for _, s := range survey.Sites {
		if strings.Contains(s.Path, "bytes") == (s.PathHex == "") {
			t.Errorf("%q: its bytes are %q", s.Path, s.PathHex)
		}
		broken := strings.HasSuffix(s.Path, "/fifo") || strings.HasSuffix(s.Path, "/endless")
		if (s.Status == agent.Ready) == broken {
			t.Errorf("%q is %s: %+v", s.Path, s.Status, s.Error)
		}
	}
	code, table, stderr := h.run("sites", dir)
	if code != 0 || stderr != "" {
		t.Errorf("exit status %d: %s", code, stderr)
	}
	for _, r := range table {
		if r < ' ' && r != '\n' || r == utf8.RuneError || r == '\u202e' || r == 0x7f {
			t.Errorf("the table holds %q:\n%s", r, table)
			break
		}
	}
	if lines := strings.Count(table, "\n"); lines != 1+len(survey.Sites)+1+2 {
		t.Errorf("%d lines for %d sites:\n%s", lines, len(survey.Sites), table)
	}
}

// If a root is missing, backup --all fails, but backs up all sites that were found.
func TestMissingRootFails(t *testing.T) {
	t.Parallel()
	dir := homesFolder(t)
	layOutSite(t, dir+"/site", alice, "")
	h := newHost(t)
	h.env = []string{"WP_ONEWAY_ROOTS=" + dir + " " + dir + "/unmounted"}
	report := h.backup(1, "--all", "--kind", "files", "--to", t.TempDir())
	if got := runStatuses(report); !slices.Equal(got, []string{"site ok"}) || len(report.Errors) != 1 || !strings.Contains(report.Errors[0].Message, "unmounted") || report.Status != manifest.Failed {
		t.Errorf("got %q, %+v", got, report.Errors)
	}
	code, _, stderr := h.run("backup", "--all", "--kind", "files", "--to", t.TempDir())
	if code != 1 || !strings.Contains(stderr, "unmounted") {
		t.Errorf("exit status %d: %s", code, stderr)
	}
	if survey := h.sites(0); !slices.Equal(survey.Missing, []string{dir + "/unmounted"}) {
		t.Errorf("missing: %q", survey.Missing)
	}
}
