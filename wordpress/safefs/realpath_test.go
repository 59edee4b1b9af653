package safefs

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// Whoever's link it is, the way ends in what is his, or is refused.
func TestTheWayPassesNoForeignLink(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"alice/own/site/x": "", "bob/site/x": "", "bob/shared/x": "", "data/alice/x": "", "data/x": "",
		"alice/inside": "-> own", "alice/absolute": "-> BASE/alice/own", "alice/bobs": "-> ../bob", "alice/shared": "-> ../bob/shared",
		"alice/volume": "-> BASE/data/alice", "alice/system": "-> ../data", "alice/chain": "-> bobs", "alice/up": "-> own/../../bob",
		"alice/planted": "-> ../bob", "alice/roots": "-> own", "alice/loop": "-> loop", "alice/file": "-> own/site/x",
		"www/deployed": "-> ../bob", "www/tenants": "-> ../bob", "operator": "-> bob",
	})
	sitetest.Chown(t, base, map[string]int{
		"alice": sitetest.AliceID, "alice/own": sitetest.AliceID, "alice/own/site": sitetest.AliceID, "alice/own/site/x": sitetest.AliceID, "bob": sitetest.BobID, "bob/site": sitetest.BobID, "data/alice": sitetest.AliceID,
		"bob/shared": sitetest.AliceID, "alice/inside": sitetest.AliceID, "alice/absolute": sitetest.AliceID, "alice/bobs": sitetest.AliceID, "alice/shared": sitetest.AliceID,
		"alice/volume": sitetest.AliceID, "alice/system": sitetest.AliceID, "alice/chain": sitetest.AliceID, "alice/up": sitetest.AliceID, "alice/loop": sitetest.AliceID, "alice/file": sitetest.AliceID,
		"www": sitetest.ServiceID, "www/tenants": sitetest.AliceID,
	})
	for path, want := range map[string]string{
		"alice/own/site": "alice/own/site", "alice/inside/site": "alice/own/site", "alice/absolute": "alice/own",
		"alice/volume": "data/alice", "alice/shared": "bob/shared", "alice/file": "alice/own/site/x", "alice/roots/site": "alice/own/site",
		// The operator's own links lead where he wants, but for one that lies in a tenant's folder:
		// it may have come with the tenant's files.
		"operator/site": "bob/site", "www/deployed/site": "bob/site",
		"alice/planted/site": "", "alice/bobs": "", "alice/bobs/site": "", "alice/chain/site": "", "alice/up/site": "", "alice/system": "", "www/tenants/site": "",
	} {
		got, err := RealPath(filepath.Join(base, path))
		var foreign *ForeignLinkError
		switch {
		case want == "" && !errors.As(err, &foreign):
			t.Errorf("%s: got %q, %v; want it refused", path, got, err)
		case want != "" && (err != nil || got != filepath.Join(base, want)):
			t.Errorf("%s: got %q, %v; want %s", path, got, err, want)
		}
		if home, err := OpenHome(filepath.Join(base, path)); err == nil {
			if want == "" {
				t.Errorf("%s: opened as a home", path)
			}
			_ = home.Close()
		}
	}
	for path, want := range map[string]error{
		"alice/loop": syscall.ELOOP, "alice/none": fs.ErrNotExist, "alice/file/x": syscall.ENOTDIR, "\x00": syscall.EINVAL,
		strings.Repeat("a/", 3000): syscall.ENAMETOOLONG,
	} {
		if got, err := RealPath(base + "/" + path); !errors.Is(err, want) {
			t.Errorf("%q: got %q, %v; want %v", path, got, err, want)
		}
	}
	if got, err := RealPath("/"); err != nil || got != "/" {
		t.Errorf("/: got %q, %v", got, err)
	}
}

// A link that is another's is so for the process' own user, too, and for nobody
// is anything of his own refused.
func TestTheWayOfAnOrdinaryUser(t *testing.T) {
	if !sitetest.AsNobody(t) {
		return
	}
	base := sitetest.Grow(t, map[string]string{"mine/x": "", "mine/link": "-> /usr", "mine/dot": "-> ."})
	for path, want := range map[string]string{"mine/link/share": "/usr/share", "mine/dot/dot": base + "/mine"} {
		if got, err := RealPath(filepath.Join(base, path)); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %s", path, got, err, want)
		}
	}
}

func TestLocate(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"alice/site/wp-config.php": "", "alice/roots/deep/x": "", "alice/link": "-> site", "alice/out": "-> ../bob", "bob/x": "", "plain/x/y": "",
	})
	sitetest.Chown(t, base, map[string]int{"alice": sitetest.AliceID, "alice/site": sitetest.BobID, "bob": sitetest.BobID})
	home, err := OpenHome(base + "/alice")
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	for path, want := range map[string]struct {
		real string
		uid  uint32
	}{
		"site": {"site", sitetest.BobID}, "link": {"site", sitetest.BobID}, "roots/deep": {"roots/deep", sitetest.AliceID}, ".": {"", sitetest.AliceID},
	} {
		real, uid, err := home.Locate(filepath.Join(base, "alice", path))
		if err != nil || real != filepath.Join(base, "alice", want.real) || uid != want.uid {
			t.Errorf("%s: got %q of %d, %v; want %q of %d", path, real, uid, err, want.real, want.uid)
		}
	}
	for path, want := range map[string]error{"out": ErrOutside, "none": fs.ErrNotExist, "site/wp-config.php": syscall.ENOTDIR} {
		if real, _, err := home.Locate(filepath.Join(base, "alice", path)); !errors.Is(err, want) {
			t.Errorf("%s: got %q, %v; want %v", path, real, err, want)
		}
	}
	all, err := OpenHome(base + "/plain")
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	if _, uid, err := all.Locate(base + "/plain/x"); err != nil || uid != 0 {
		t.Errorf("root's all the way up: got %d, %v", uid, err)
	}
}

// Components that do not exist yet are appended to the real path of those that do.
func TestPlannedPath(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"real/file": "x", "link": "-> real", "alice/bobs": "-> ../bob", "bob/x": ""})
	for path, want := range map[string]string{
		"link": "real", "link/new/folder": "real/new/folder", "new/../link/new": "real/new", "real/file": "real/file",
	} {
		if got, err := PlannedPath(base + "/" + path); err != nil || got != filepath.Join(base, want) {
			t.Errorf("%s: got %q, %v; want %s", path, got, err, want)
		}
	}
	if got, err := PlannedPath(base + "/real/file/new"); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("below a file: got %q, %v", got, err)
	}
	sitetest.Chown(t, base, map[string]int{"alice": sitetest.AliceID, "alice/bobs": sitetest.AliceID, "bob": sitetest.BobID})
	var foreign *ForeignLinkError
	if got, err := PlannedPath(base + "/alice/bobs/new"); !errors.As(err, &foreign) {
		t.Errorf("past a foreign link: got %q, %v", got, err)
	}
}
