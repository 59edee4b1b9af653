package safefs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// A link must lead to a folder of the link's owner, for any owner. Otherwise the path is refused.
func TestRealPathRefusesForeignLink(t *testing.T) {
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
		// The operator's links may lead anywhere, except links in a tenant's folder, because
		// these may be copies of the tenant's links.
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

// A user other than root may follow links of root and of this user, and no links of other users.
func TestRealPathAsOrdinaryUser(t *testing.T) {
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

// The user with whose rights a folder is read is the only one, besides root, who may change the
// deciding entries. If there is no such user, it is the only one who may change the content.
func TestLocate(t *testing.T) {
	alice, bob := uint32(sitetest.AliceID), uint32(sitetest.BobID)
	for name, c := range map[string]struct {
		owners  map[string]int // of the tree; the default is root
		modes   map[string]os.FileMode
		further uint32
		want    uint32
		refuse  string // "" if the owner is not ambiguous
	}{
		"all root's":                                 {},
		"root's folder, alice's file":                {owners: map[string]int{"site/wp-config.php": sitetest.AliceID}, want: alice},
		"root's folder, alice's drop-in":             {owners: map[string]int{"site/wp-content/db.php": sitetest.AliceID}, want: alice},
		"root's code, alice's content":               {owners: map[string]int{"site/wp-content": sitetest.AliceID}, want: alice},
		"root's code, alice's uploads":               {owners: map[string]int{"site/wp-content/uploads": sitetest.AliceID}, want: alice},
		"alice's code, bob's uploads":                {owners: map[string]int{"site": sitetest.AliceID, "site/wp-content": sitetest.AliceID, "site/wp-content/uploads": sitetest.BobID}, want: alice},
		"root's code, alice includes, bob's uploads": {owners: map[string]int{"site/wp-content/uploads": sitetest.BobID}, further: alice, want: alice},
		"alice's code, bob includes":                 {owners: map[string]int{"site": sitetest.AliceID}, further: bob, want: alice},
		"alice's folder above":                       {owners: map[string]int{".": sitetest.AliceID}, want: alice},
		"alice's code, bob's content":                {owners: map[string]int{"site": sitetest.AliceID, "site/wp-content": sitetest.BobID}, refuse: "wp-content"},
		"alice's folder above bob's":                 {owners: map[string]int{".": sitetest.AliceID, "site": sitetest.BobID}, refuse: "run_as"},
		"alice's and bob's uploads":                  {owners: map[string]int{"site/wp-content/uploads": sitetest.AliceID, "site/wp-content/plugins": sitetest.BobID}, refuse: "plugins"},
		"everybody may write":                        {modes: map[string]os.FileMode{"site/wp-content": 0o777}, refuse: "mode 0777"},
		"everybody may write a file":                 {owners: map[string]int{"site/wp-config.php": sitetest.AliceID}, modes: map[string]os.FileMode{"site/wp-config.php": 0o666}, refuse: "mode 0666"},
		"alice's group without entry":                {owners: map[string]int{"site": sitetest.AliceID}, modes: map[string]os.FileMode{"site": 0o775}, want: alice},
		"a sticky folder above":                      {owners: map[string]int{"site": sitetest.BobID}, modes: map[string]os.FileMode{".": 0o777 | os.ModeSticky}, want: bob},
		"a sticky folder":                            {modes: map[string]os.FileMode{"site": 0o777 | os.ModeSticky}, refuse: "mode 1777"},
	} {
		t.Run(name, func(t *testing.T) {
			base := sitetest.Grow(t, map[string]string{
				"site/wp-config.php": "", "site/wp-content/db.php": "", "site/wp-content/uploads/x": "", "site/wp-content/plugins/x": "",
			})
			sitetest.Chown(t, base, c.owners)
			for file, mode := range c.modes {
				if err := os.Chmod(filepath.Join(base, file), mode); err != nil {
					t.Fatal(err)
				}
			}
			home, err := OpenHome(base)
			if err != nil {
				t.Fatal(err)
			}
			defer home.Close()
			real, uid, err := home.Locate(base+"/site", []string{"wp-config.php", "wp-content", "wp-content/db.php", "none"}, []string{"wp-content/uploads", "wp-content/plugins"}, func() (uint32, error) { return c.further, nil })
			if several := (*AmbiguousOwnerError)(nil); c.refuse != "" {
				if !errors.As(err, &several) || !strings.Contains(err.Error(), c.refuse) {
					t.Errorf("got %q of %d, %v; want a refusal with %q", real, uid, err, c.refuse)
				}
				return
			}
			if err != nil || real != base+"/site" || uid != c.want {
				t.Errorf("got %q of %d, %v; want %d", real, uid, err, c.want)
			}
		})
	}
}

// Locate follows links in home. It fails for a path that does not lead to a folder in home.
func TestLocateResolves(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"alice/site/wp-config.php": "", "alice/link": "-> site", "alice/out": "-> ../bob", "bob/x": ""})
	home, err := OpenHome(base + "/alice")
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	if real, _, err := home.Locate(base+"/alice/link", nil, nil, func() (uint32, error) { return 0, nil }); err != nil || real != base+"/alice/site" {
		t.Errorf("link: got %q, %v", real, err)
	}
	for path, want := range map[string]error{"out": ErrOutside, "none": fs.ErrNotExist, "site/wp-config.php": syscall.ENOTDIR} {
		if real, _, err := home.Locate(filepath.Join(base, "alice", path), nil, nil, func() (uint32, error) { return 0, nil }); !errors.Is(err, want) {
			t.Errorf("%s: got %q, %v; want %v", path, real, err, want)
		}
	}
}

// Components that do not exist yet are appended to the real path of the components that exist.
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
