package agent

import (
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/site"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// Root reads the configuration of a site to find the user who decides about it. Only if that is
// root, the result is the site's configuration: a survey does not read it again.
func TestFindReadsTheConfigurationOfRoot(t *testing.T) {
	const config = "<?php define('DB_NAME', 'x'); define('DB_USER', 'x'); define('DB_PASSWORD', ''); define('DB_HOST', 'h'); define('UPLOADS', 'u');\n" +
		"$table_prefix = 'x_'; require_once __DIR__ . '/wp-settings.php';"
	for name, c := range map[string]struct {
		owners map[string]int
		runAs  uint32
		want   uint32
		read   bool
	}{
		"root's site":                 {read: true},
		"a tenant's uploads":          {owners: map[string]int{"wp-content": sitetest.AliceID}, want: sitetest.AliceID},
		"a tenant's configuration":    {owners: map[string]int{"wp-config.php": sitetest.AliceID}, want: sitetest.AliceID},
		"root's site, read as tenant": {runAs: sitetest.AliceID, want: sitetest.AliceID},
	} {
		t.Run(name, func(t *testing.T) {
			tree := sitetest.Small("", config)
			tree["wp-content/uploads/x"] = ""
			root := sitetest.Grow(t, tree)
			sitetest.Chown(t, root, c.owners)
			job := Job{Place: site.Place{Path: root, Home: root}, RunAs: c.runAs}
			found, err := job.find(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if found.uid != c.want || (found.config != nil) != c.read {
				t.Errorf("got uid %d and configuration %v, want uid %d and a configuration: %v", found.uid, found.config, c.want, c.read)
			}
		})
	}
}
