package output

import (
	"os"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// A dump into a tenant's folder stays in the folder that was opened. A symlink of the tenant
// cannot redirect it into a folder of root.
func TestOutputStaysInItsFolder(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"alice/own/": "", "alice/out": "-> ../cron.d", "cron.d/": ""})
	sitetest.Chown(t, base, map[string]int{"alice": sitetest.AliceID, "alice/own": sitetest.AliceID, "alice/out": sitetest.AliceID})
	if _, err := Create(base + "/alice/out/job"); err == nil {
		t.Error("created through a symlink of a tenant's to a folder of root's")
	}
	o, err := Create(base + "/alice/own/job")
	if err != nil {
		t.Fatal(err)
	}
	defer o.Abandon()
	if err := os.Rename(base+"/alice/own", base+"/alice/old"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("../cron.d", base+"/alice/own"); err != nil {
		t.Fatal(err)
	}
	if err := o.Publish(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(base + "/cron.d"); err != nil || len(left) > 0 {
		t.Errorf("in the folder of root: %v, %v", left, err)
	}
	if _, err := os.Lstat(base + "/alice/old/job"); err != nil {
		t.Error(err)
	}
}
