package files

import (
	"slices"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// named are the folders that the option of a site names.
func named(paths ...string) (list []Uploads) {
	for _, path := range paths {
		list = append(list, Uploads{Path: path, From: "the option upload_path in wp_options"})
	}
	return list
}

// has reports which of the names are in the archive.
func (w walkResult) has(names ...string) (found []string) {
	for _, name := range names {
		if slices.Contains(w.entries, name) {
			found = append(found, name)
		}
	}
	return found
}

func TestWalkNamedUploads(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("home/html/"), map[string]string{
		"home/html/wp-config.php":              "config",
		"home/html/wp-content/uploads/old.jpg": "old",
		"home/files/2024/photo.jpg":            "photo",
		"home/files/cache/x":                   "cached",
		"home/link":                            "-> target/x",
		"home/target/x/a.jpg":                  "a",
		"home/up/b.jpg":                        "b",
		"home/target/up/c.jpg":                 "c",
		"home/html/media/d.jpg":                "d",
		"home/out":                             "-> ../elsewhere",
		"elsewhere/secret":                     "other",
	}))
	home := base + "/home"
	site := Folders{Root: home + "/html", MoreUploads: named(home+"/files", home+"/link", home+"/link/../up", home+"/html/media/", home+"/html/gone", home+"/gone", home+"/out", "/etc")}
	got := walkSite(t, home, site, Selection{})
	all := []string{"files/2024/photo.jpg", "target/x/a.jpg", "target/up/c.jpg", "html/media/d.jpg", "html/wp-content/uploads/old.jpg"}
	if found := got.has(all...); len(found) != len(all) || len(got.has("up/b.jpg", "files/cache/x", "elsewhere/secret")) > 0 {
		t.Errorf("got %q", got.entries)
	}
	sitetest.WantNotes(t, "unreadable", got.report.Unreadable, "/etc: named by the option upload_path in wp_options: leads outside", home+"/out: leads outside")
	sitetest.WantNotes(t, "warnings", got.report.Warnings, home+"/gone: does not exist")

	// --no-uploads leaves out what these folders contain, and only that.
	got = walkSite(t, home, site, Selection{NoUploads: true})
	if found := got.has(append(all, "html/wp-content/uploads/old.jpg")...); len(found) > 0 || len(got.has("files/", "target/x/", "target/up/", "html/media/", "html/wp-config.php")) != 5 {
		t.Errorf("without uploads: %q", got.entries)
	}
	// An exclude of the operator's leaves out the folder.
	got = walkSite(t, home, site, Selection{Exclude: []string{"media/", "/files"}})
	if found := got.has(all...); slices.Contains(found, all[0]) || slices.Contains(found, all[3]) || len(found) != 3 {
		t.Errorf("with excludes: %q", got.entries)
	}
}

// Nothing that is left out by default hides a folder of uploads: a default exclude, the
// core, another site.
func TestWalkUploadsInFoldersLeftOut(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("html/"), sitetest.Site("html/blog/"), sitetest.Site("html/twin/"), map[string]string{
		"html/wp-config.php":                    "config",
		"html/wp-admin/files/a.jpg":             "a",
		"html/wp-content/cache/media/b.jpg":     "b",
		"html/wp-content/cache/page.html":       "cached",
		"html/wp-content/upgrade/c.jpg":         "c",
		"html/blog/wp-content/uploads/ours.jpg": "d",
	}))
	site := Folders{Root: base + "/html", MoreUploads: named(base+"/html/wp-admin/files", base+"/html/wp-content/cache/media", base+"/html/wp-content/upgrade", base+"/html/blog/wp-content/uploads")}
	for _, sel := range []Selection{{}, {Apart: []string{base + "/html/blog"}}} {
		got := walkSite(t, base, site, sel)
		got.wantEntries(t, `./ wp-config.php wp-content/ wp-admin/ wp-admin/files/ wp-admin/files/a.jpg wp-content/cache/ wp-content/cache/media/ wp-content/cache/media/b.jpg
			wp-content/upgrade/ wp-content/upgrade/c.jpg blog/ blog/wp-content/ blog/wp-content/uploads/ blog/wp-content/uploads/x blog/wp-content/uploads/ours.jpg`)
		sitetest.WantNotes(t, "unreadable", got.report.Unreadable)
	}
	got := walkSite(t, base, site, Selection{Exclude: []string{"wp-content/cache/"}, NoUploads: true})
	if len(got.has("wp-content/cache/", "wp-content/upgrade/c.jpg", "wp-admin/files/a.jpg", "blog/wp-content/uploads/x")) > 0 {
		t.Errorf("excluded: %q", got.entries)
	}
}

// A folder of uploads that contains other parts of the site is archived whole: patterns
// for uploads must not match these parts, and --no-uploads must not leave them out.
func TestWalkUploadsAroundTheSite(t *testing.T) {
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("html/"), map[string]string{
		"html/wp-config.php":             "config",
		"html/wp-content/plugins/p/p.go": "plugin",
		"html/cache/x":                   "no cache of uploads",
		"2024/photo.jpg":                 "photo",
	}))
	for path, more := range map[string]int{base: 1, base + "/html/": 0, base + "/html/wp-content": 0, base + "/html/wp-content/plugins": 0} {
		for _, site := range []Folders{{Root: base + "/html", MoreUploads: named(path)}, {Root: base + "/html", UploadsDir: path}} {
			for _, no := range []bool{false, true} {
				got := walkSite(t, base, site, Selection{NoUploads: no})
				count := 0
				for _, name := range []string{"wp-config.php", "wp-content/plugins/p/p.go", "cache/x"} {
					if len(got.has(name, "html/"+name)) > 0 {
						count++
					}
				}
				if count != 3 || len(got.has("2024/photo.jpg")) != more {
					t.Errorf("%s, no uploads %v: %q", path, no, got.entries)
				}
				if w := got.report.Warnings; no && (w.Total != 1 || !strings.Contains(w.Items[0], "are not left out")) || !no && w.Total != 0 {
					t.Errorf("%s: warnings %q", path, w.Items)
				}
			}
		}
	}
}

// Folders that must never be read are not archived as folders of uploads either.
func TestWalkUploadsInTheSink(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"html/wp-config.php": "config", "backups/site/run.tar": "backup", "html/wp-content/l": "-> ../../backups/site"})
	got := walkSite(t, base, Folders{Root: base + "/html", MoreUploads: named(base + "/backups/site")}, Selection{Never: []string{base + "/backups"}})
	if len(got.has("backups/site/run.tar")) > 0 {
		t.Errorf("got %q", got.entries)
	}
}
