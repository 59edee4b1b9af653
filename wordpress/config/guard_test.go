package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// Root does not read a configuration that another user may change: neither a file that it
// includes, nor one that it looks for and that the user could create, nor a drop-in.
func TestGuardedConfiguration(t *testing.T) {
	const (
		settings = "define('DB_NAME', 'n'); define('DB_USER', 'u'); require ABSPATH . 'wp-settings.php';"
		include  = "<?php require __DIR__ . '/extra/db.php'; " + settings
		lookFor  = "<?php if (file_exists(__DIR__ . '/extra/local.php')) { require __DIR__ . '/extra/local.php'; } " + settings
		content  = "<?php define('WP_CONTENT_DIR', __DIR__ . '/extra'); " + settings
	)
	for name, c := range map[string]struct {
		config string
		alice  string // what belongs to her
		refuse bool
	}{
		"all root's":                 {include, "", false},
		"her uploads":                {include, "site/wp-content/uploads", false},
		"an included file":           {include, "site/extra/db.php", true},
		"the folder of one":          {include, "site/extra", true},
		"a missing file's folder":    {lookFor, "site/extra", true},
		"the folder of a drop-in":    {content, "site/extra", true},
		"what the file does not use": {"<?php " + settings, "site/extra", false},
	} {
		t.Run(name, func(t *testing.T) {
			base := sitetest.Grow(t, sitetest.Join(sitetest.Core("site/"), map[string]string{
				"site/wp-config.php": c.config, "site/extra/db.php": "<?php", "site/wp-content/uploads/x": "",
			}))
			owners := map[string]int{}
			if c.alice != "" {
				owners[c.alice] = sitetest.AliceID
			}
			sitetest.Chown(t, base, owners)
			site, err := Read(t.Context(), base+"/site", Options{Home: base, Guarded: true, World: wordpress.World{EnvKnown: true}})
			var refusal *wordpress.ConfigError
			switch {
			case !c.refuse && err != nil:
				t.Error(err)
			case c.refuse && (site != nil || !errors.As(err, &refusal) || refusal.Class != wordpress.Unsafe || !strings.Contains(err.Error(), "run_as")):
				t.Errorf("got %+v, %v", site, err)
			}
			if _, err := Read(t.Context(), base+"/site", Options{Home: base, World: wordpress.World{EnvKnown: true}}); err != nil {
				t.Errorf("without the guard: %v", err)
			}
		})
	}
}
