package find

import (
	"os"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// Sites that share a core have a link to its folder, or a link to each of its files. The search
// does not follow these links.
func TestFindSharedCores(t *testing.T) {
	files := map[string]string{"shared/wp-config.php": "<?php"}
	for name := range sitetest.Core("") {
		files["linked/public/"+name] = "-> BASE/shared/" + name
		files["bare/public/"+name] = "-> BASE/shared/" + name
		files["same/public/"+name] = "<?php"
	}
	base := sitetest.Grow(t, sitetest.Join(sitetest.Core("shared/"), files, map[string]string{
		"linked/public/wp-config.php": "<?php", "linked/public/wp-content/uploads/x": "x",
		"folder/public/wp": "-> BASE/shared", "folder/public/index.php": sitetest.LoadsWP, "folder/public/wp-config.php": "<?php",
		"hosts/public/wp": "-> ../../shared", "hosts/public/index.php": sitetest.LoadsWP,
		"evil/public/wp": "-> /proc/self/root/etc", "evil/public/index.php": sitetest.LoadsWP, "evil/public/wp-config.php": "<?php",
		"dangling/public/wp": "-> nowhere", "dangling/public/index.php": sitetest.LoadsWP, "dangling/public/wp-config.php": "<?php",
		"circle/public/wp": "-> wp", "circle/public/index.php": sitetest.LoadsWP, "circle/public/wp-config.php": "<?php",
		"other/public/wp": "-> BASE/shared", "other/public/index.php": "<?php echo 'not WordPress';", "other/public/wp-config.php": "<?php",
	}))
	if err := os.Remove(base + "/same/public/wp-settings.php"); err != nil {
		t.Fatal(err)
	}
	wantLines(t, findLines(t, base, base),
		"shared", "linked/public",
		"bare/public core bare/public config bare/public/wp-load.php",
		"folder/public core folder/public/wp config folder/public/wp-config.php",
		"hosts/public core hosts/public/wp config hosts/public/wp",
		"evil/public core evil/public/wp config evil/public/wp-config.php",
		"dangling/public core dangling/public/wp config dangling/public/wp-config.php",
		"circle/public core circle/public/wp config circle/public/wp-config.php",
	)
}
