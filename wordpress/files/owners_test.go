package files

import (
	"os"
	"os/exec"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// A walk as root follows no way on which a tenant leads it to a file of another user: a link
// of root's that passes a link of the tenant's, a link of root's that the tenant may have
// moved, a path that the operator includes, a hard link.
func TestWalkAsRootIsNotMisled(t *testing.T) {
	const tenant = 4711
	base := sitetest.Grow(t, map[string]string{
		"html/wp-config.php":             "config",
		"html/wp-content/chain":          "-> ../../shared/x",
		"html/wp-content/fine":           "-> ../../shared/mine",
		"html/wp-content/t/moved":        "-> ../../../secret",
		"html/wp-content/t/own":          "own",
		"html/wp-content/uploads/2024/a": "upload of a tenant",
		"shared/x":                       "-> ../secret",
		"shared/mine/m":                  "mine",
		"secret/s":                       "root's secret",
	})
	sitetest.Chown(t, base, map[string]int{
		"html/wp-content/t": tenant, "html/wp-content/t/own": tenant, "shared": tenant, "shared/x": tenant, "shared/mine": tenant, "shared/mine/m": tenant,
		"html/wp-content/uploads/2024": tenant, "html/wp-content/uploads/2024/a": tenant,
	})
	if err := os.Link(base+"/secret/s", base+"/html/wp-content/t/planted"); err != nil {
		t.Fatal(err)
	}
	got := walkSite(t, base, Folders{Root: base + "/html"}, Selection{Include: []string{base + "/shared/x"}})
	for name, text := range got.content {
		if text == "root's secret" {
			t.Errorf("%s is archived", name)
		}
	}
	for _, name := range []string{"shared/mine/m", "html/wp-content/t/own", "html/wp-content/uploads/2024/a"} {
		if got.content[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
	sitetest.WantNotes(t, "warnings", got.report.Warnings, "html/wp-content/chain: another user", "html/wp-content/t/moved: another user")
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable, base+"/shared/x: another user", "html/wp-content/t/planted: several names")
}

// With the rights of a user, a walk follows links to files of their owner, to what lies in a
// folder of that owner, and to the folders that the layout names; not to all that it could
// read.
func TestWalkFollowsLinksOfOneOwner(t *testing.T) {
	if os.Geteuid() == 0 {
		const service, other = sitetest.ServiceID, 4711
		base := sitetest.Grow(t, map[string]string{
			"app/html/wp-config.php":          "config",
			"app/html/wp-content/uploads":     "-> ../../../data/uploads",
			"app/html/wp-content/gallery":     "-> ../../shared/gallery",
			"app/html/wp-content/others":      "-> ../../../other",
			"app/html/wp-content/copied":      "-> ../../../other",
			"app/html/wp-content/cached/key":  "-> ../../../key",
			"app/html/wp-content/cached/back": "-> ../../../../data/back",
			"app/shared/gallery/g":            "g",
			"app/key":                         "the user's private key",
			"data/uploads/u":                  "u",
			"data/back/b":                     "b",
			"other/o":                         "another tenant's",
		})
		sitetest.Chown(t, base, map[string]int{
			"app": sitetest.NobodyID, "app/html": sitetest.NobodyID, "app/html/wp-config.php": sitetest.NobodyID, "app/html/wp-content": sitetest.NobodyID,
			"app/html/wp-content/uploads": sitetest.NobodyID, "app/html/wp-content/gallery": sitetest.NobodyID, "app/html/wp-content/others": sitetest.NobodyID, "app/key": sitetest.NobodyID,
			"app/html/wp-content/cached": service, "app/html/wp-content/cached/key": service, "app/html/wp-content/cached/back": service,
			"app/shared/gallery": service, "app/shared/gallery/g": service, "data/uploads": service, "data/uploads/u": service, "data/back": service, "data/back/b": service,
			"other": other, "other/o": other,
		})
		tree, err := os.MkdirTemp("/tmp", "walk") //nolint:usetesting // the test's own folder is closed to others
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(tree) })
		if out, err := exec.CommandContext(t.Context(), "sh", "-c", "cp -a "+base+"/. "+tree+" && chmod -R a+rX "+tree).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		sitetest.AsNobody(t, "LINKS_TREE="+tree)
		return
	}
	base := os.Getenv("LINKS_TREE")
	if base == "" {
		t.Skip("owners need root")
	}
	home, err := safefs.OpenHome(base)
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	got := walkHome(t, home, Folders{Root: base + "/app/html"}, Selection{})
	for name, want := range map[string]bool{"data/uploads/u": true, "app/shared/gallery/g": true, "data/back/b": true, "other/o": false, "app/key": false} {
		if _, ok := got.content[name]; ok != want {
			t.Errorf("%s: archived %v, want %v", name, ok, want)
		}
	}
	c := "app/html/wp-content/"
	sitetest.WantNotes(t, "warnings", got.report.Warnings, c+"cached/key: another user", c+"copied: another user", c+"others: another user")
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable)
}

// A content folder of a site of root's that is replaced before it is read makes the backup
// incomplete.
func TestWalkNamesAReplacedContentFolder(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"html/wp-config.php":      "config",
		"html/wp-content/uploads": "-> ../../data/uploads",
		"data/uploads/u":          "u",
		"data/other/o":            "o",
	})
	if os.Geteuid() != 0 {
		t.Skip("others may read what they find")
	}
	set, err := Plan(t.Context(), openTestHome(t, base), Folders{Root: base + "/html"}, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(base+"/data/uploads", base+"/data/old"); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(base+"/data/other", base+"/data/uploads"); err != nil {
		t.Fatal(err)
	}
	err = set.Walk(t.Context(), func(e Entry) error {
		if e.File != nil {
			return e.File.Close()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	sitetest.WantNotes(t, "unreadable", set.Report().Unreadable, "data/uploads: was replaced")
}
