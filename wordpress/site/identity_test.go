package site

import (
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
	"github.com/wp-oneway/wp-oneway/wordpress/sitetest"
)

// A project's site keeps its identity from release to release. The identity of any other
// site is its real path.
func TestIdentity(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{
		"p/releases/1/web/x": "", "p/releases/2/web/x": "", "p/current": "-> releases/2", "q": "-> p",
		"plain/x": "", "link": "-> plain", "odd/releases/a/x": "", "odd/releases/b/x": "", "still/current/web/x": "",
	})
	for path, want := range map[string]string{
		"p/current/web": "p/current/web", "q/current/web": "p/current/web", "p/releases/2/web": "p/current/web",
		"p/releases/1/web": "p/releases/1/web", "plain": "plain", "link": "plain",
		"odd/releases/a": "odd/releases/a", "odd/releases/b": "odd/releases/b", "still/current/web": "still/current/web",
	} {
		root, err := safefs.RealPath(base + "/" + path)
		if err != nil {
			t.Fatal(err)
		}
		place, err := PlaceOf(base+"/"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := place.Identity(root, "host.example"); got != base+"/"+want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

// The configuration of a host is the one that the package's wp-config.php loads.
func TestDebianConfig(t *testing.T) {
	base := sitetest.Grow(t, map[string]string{"config-example.org.php": "", "config-shop.example.org.php": "", "config-intranet.php": ""})
	for host, want := range map[string]string{
		"example.org": "example.org", "EXAMPLE.org:8080": "example.org", "www.example.org": "example.org",
		"shop.example.org": "shop.example.org", "a.shop.example.org": "shop.example.org", "intranet": "intranet", "a.b.intranet": "",
		"other": "", "example.org/../x": "", "ex\x10ample.org": "example.org", "": "",
	} {
		got := debianConfig(base, host)
		if want != "" {
			want = base + "/config-" + want + ".php"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", host, got, want)
		}
	}
	base = sitetest.Grow(t, map[string]string{"config-default.php": ""})
	if got := debianConfig(base, "any.example"); got != base+"/config-default.php" {
		t.Errorf("the default: got %q", got)
	}
	if got := HostConfig("/srv/x", "example.org"); got != "" {
		t.Errorf("another root: got %q", got)
	}
}

func TestPlaceForAHost(t *testing.T) {
	debian, err := PlaceOf(DebianCore+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"": "wordpress", "default": "wordpress", "Blog.Example.org": "blog.example.org"} {
		if got := debian.For(host); got.Name != want || got.Path != DebianCore {
			t.Errorf("%q: got %+v, want the name %s", host, got, want)
		}
	}
	other, err := PlaceOf("/srv/shop/web", nil)
	if err != nil || other.For("blog.example.org").Name != "shop" {
		t.Errorf("another place: %+v, %v", other.For("blog.example.org"), err)
	}
	if strings.Contains(debian.Identity(DebianCore, ""), "\x00") {
		t.Error("no host has a separate configuration")
	}
}
