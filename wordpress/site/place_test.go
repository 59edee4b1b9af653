package site

import (
	"regexp"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

func TestPlaceOf(t *testing.T) {
	alice := func(string) string { return "/home/alice" }
	web := func(string) string { return "/data/users/w1" }
	tests := []struct {
		path                string
		homes               func(string) string
		layout, name, below string
	}{
		{"/home/alice/sites/example.com/public", alice, "sites", "example.com", "/home/alice"},
		{"/home/alice/sites/example.com/public", nil, "sites", "example.com", "/home/alice/sites/example.com"},
		{"/root/sites/Example.COM/public/", nil, "sites", "example.com", "/root/sites/example.com"},
		{"/home/alice/public_html", alice, "cpanel", "alice", "/home/alice"},
		{"/home2/alice/public_html", nil, "cpanel", "alice", "/home2/alice"},
		{"/data/users/w1/public_html", web, "cpanel", "w1", "/data/users/w1"},
		{"/home/alice/public_html/addon.example", alice, "cpanel", "alice-addon.example", "/home/alice"},
		{"/home/alice/public_html/a/b", alice, "cpanel", "alice-a-b", "/home/alice"},
		{"/var/www/vhosts/example.com/httpdocs", nil, "plesk", "example.com", "/var/www/vhosts/example.com"},
		{"/var/www/vhosts/example.com/httpdocs/blog", nil, "plesk", "example.com-blog", "/var/www/vhosts/example.com/httpdocs"},
		{"/var/www/vhosts/example.com/shop.example.com", nil, "plesk", "shop.example.com", "/var/www/vhosts/example.com"},
		{"/var/www/vhosts/example.com/subdomains/shop/httpdocs", nil, "plesk", "shop.example.com", "/var/www/vhosts/example.com/subdomains/shop"},
		{"/home/admin/domains/example.com/public_html", nil, "directadmin", "example.com", "/home/admin/domains/example.com"},
		{"/home/admin/domains/example.com/public_html/blog", nil, "directadmin", "example.com-blog", "/home/admin/domains/example.com/public_html"},
		{"/opt/easyengine/sites/example.com/app/htdocs", nil, "easyengine", "example.com", "/opt/easyengine/sites/example.com/app"},
		{"/var/www/example.com/htdocs", nil, "wordops", "example.com", "/var/www/example.com"},
		{"/home/runcloud/webapps/shop", nil, "runcloud", "shop", "/home/runcloud/webapps"},
		{"/sites/example.com/files", nil, "spinupwp", "example.com", "/sites/example.com"},
		{"/srv/www/example.com/current/web", nil, "trellis", "example.com", "/srv/www/example.com"},
		{"/srv/www/example.com/releases/20261123030000/web", nil, "trellis", "example.com", "/srv/www/example.com"},
		{"/app/example.com/current/web", nil, "deploy", "example.com", "/app/example.com"},
		{"/app/example.com/current", nil, "deploy", "example.com", "/app/example.com"},
		{"/app/example.com/releases/7/web/wp", nil, "deploy", "example.com", "/app/example.com"},
		{"/home/alice/web/example.com/public_html", nil, "hestia", "example.com", "/home/alice/web/example.com"},
		{"/home/alice/htdocs/example.com", nil, "cloudpanel", "example.com", "/home/alice/htdocs"},
		{"/home/alice/Local Sites/shop/app/public", nil, "localwp", "shop", "/home/alice/Local Sites/shop/app"},
		{"/usr/share/wordpress", nil, "debian", "wordpress", "/usr/share/wordpress"},
		{"/var/www/clients/client1/web7/web", nil, "ispconfig", "client1-web7", "/var/www/clients/client1/web7"},
		{"/home/alice/sites/example.com/public/blog", alice, "sites", "example.com-blog", "/home/alice"},
		{"/home/alice/public_html/wp", alice, "cpanel", "alice-wp", "/home/alice"},
		{"/home/example.com/public_html", nil, "cpanel", "example.com", "/home/example.com"},                                              // CyberPanel
		{"/home/alice/domains/sub.example.com/public_html", nil, "directadmin", "sub.example.com", "/home/alice/domains/sub.example.com"}, // Virtualmin
		{"/home/alice/domains/example.com/private_html", nil, "directadmin", "example.com", "/home/alice/domains/example.com"},
		{"/home/alice/web/example.com/public_shtml", nil, "hestia", "example.com", "/home/alice/web/example.com"},
		{"/home/alice/web/example.com/public_html/blog", nil, "hestia", "example.com-blog", "/home/alice/web/example.com/public_html"},
		{"/var/www/vhosts/example.com/shop.example.com/blog", nil, "plesk", "shop.example.com-blog", "/var/www/vhosts/example.com/shop.example.com"},
		{"/opt/easyengine/sites/example.com/app/htdocs/public", nil, "easyengine", "example.com", "/opt/easyengine/sites/example.com/app/htdocs"},
		{"/opt/easyengine/sites/example.com/app/htdocs/blog", nil, "easyengine", "example.com-blog", "/opt/easyengine/sites/example.com/app/htdocs"},
		{"/var/www/example.com/htdocs/blog", nil, "wordops", "example.com-blog", "/var/www/example.com/htdocs"}, // GridPane, too
		{"/home/runcloud/webapps/shop/public", nil, "runcloud", "shop", "/home/runcloud/webapps/shop"},
		{"/home/runcloud/webapps/shop/blog", nil, "runcloud", "shop-blog", "/home/runcloud/webapps/shop"},
		{"/sites/example.com/files/public", nil, "spinupwp", "example.com", "/sites/example.com/files"},
		{"/sites/example.com/files/blog", nil, "spinupwp", "example.com-blog", "/sites/example.com/files"},
		{"/srv/www/example.com/current", nil, "trellis", "example.com", "/srv/www/example.com"},
		{"/srv/users/serverpilot/apps/shop/public", nil, "serverpilot", "shop", "/srv/users/serverpilot/apps/shop"},
		{"/www/wwwroot/example.com", nil, "aapanel", "example.com", "/www/wwwroot/example.com"},
		{"/www/wwwroot/example.com/blog", nil, "aapanel", "example.com-blog", "/www/wwwroot/example.com"},
		{"/www/shop_123/public", nil, "kinsta", "shop_123", "/www/shop_123"},
		{"/nas/content/live/shop", nil, "wpengine", "shop", "/nas/content/live/shop"},
		{"/opt/bitnami/wordpress", nil, "bitnami", "wordpress", "/opt/bitnami"},
		{"/bitnami/wordpress", nil, "bitnami", "wordpress", "/bitnami/wordpress"},
		{"/opt/bitnami/apps/shop/htdocs", nil, "bitnami", "shop", "/opt/bitnami/apps/shop"},
		{"/home/forge/example.com/public", nil, "forge", "example.com", "/home/forge/example.com"},
		{"/home/forge/example.com", nil, "forge", "example.com", "/home/forge"},
		{"/home/forge/example.com/current/public", nil, "deploy", "example.com", "/home/forge/example.com"},
		{"/home/ploi/example.com/public", nil, "classic", "example.com", "/home/ploi/example.com"},
		{"/home/alice/htdocs/example.com/web", nil, "cloudpanel", "example.com", "/home/alice/htdocs/example.com"},
		{"/home/master/applications/abcdef/public_html", nil, "cloudways", "abcdef", "/home/master/applications/abcdef"},
		{"/home/customer/www/example.com/public_html", nil, "classic", "example.com", "/home/customer/www/example.com"}, // SiteGround
		{"/var/www/clients/client1/web7/web/blog", nil, "ispconfig", "client1-web7-blog", "/var/www/clients/client1/web7/web"},
		{"/srv/bedrock/web", nil, "classic", "bedrock", "/srv/bedrock"},
		{"/srv/shop/web/blog", nil, "classic", "shop-blog", "/srv/shop/web"},
		{"/home/alice/www", nil, "classic", "alice", "/home/alice"},
		{"/home/alice/blog", nil, "classic", "blog", "/home/alice"},
		{"/srv/shop/web", nil, "classic", "shop", "/srv/shop"},
		{"/var/www/example.com/public_html", nil, "classic", "example.com", "/var/www/example.com"},
		{"/var/www/html", nil, "classic", "html", "/var/www"},
		{"/var/www/html/blog", nil, "classic", "blog", "/var/www/html"},
		{"/app", nil, "classic", "app", "/app"},
		{"/srv/shop", nil, "classic", "shop", "/srv/shop"},
		{"/tmp/shop", alice, "classic", "shop", "/tmp/shop"},
	}
	for _, tt := range tests {
		got, err := PlaceOf(tt.path, tt.homes)
		if err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		home := tt.below
		if strings.Contains(tt.path, "Example.COM") {
			home = "/root/sites/Example.COM"
		}
		if got.Layout != tt.layout || got.Name != tt.name || got.Home != home {
			t.Errorf("%s: got %s %s home %s, want %s %s home %s", tt.path, got.Layout, got.Name, got.Home, tt.layout, tt.name, home)
		}
		if !safefs.Within(got.Path, got.Home) {
			t.Errorf("%s: lies outside its home %s", got.Path, got.Home)
		}
	}
}

func TestPlaceOfRefuses(t *testing.T) {
	for _, path := range []string{"", "/srv/a\x00b"} {
		if got, err := PlaceOf(path, nil); err == nil {
			t.Errorf("%q: got %+v, want an error", path, got)
		}
	}
}

// A home that does not contain path is ignored.
func TestPlaceOfIgnoresForeignHome(t *testing.T) {
	got, err := PlaceOf("/srv/www/a.example/public", func(string) string { return "/srv/www/a" })
	if err != nil || got.Home != "/srv/www/a.example" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestCleanName(t *testing.T) {
	keep := []string{"example.com", "a", "0_x-y.z", strings.Repeat("a", 100)}
	for _, name := range keep {
		if got := cleanName(name); got != name {
			t.Errorf("%q became %q", name, got)
		}
	}
	if got := cleanName("Example.COM"); got != "example.com" {
		t.Errorf("got %q", got)
	}
	seen := map[string]string{}
	odd := []string{"", ".", "..", "a b", "a+b", "a\nb", "münchen.de", "m\xfcnchen.de", "-a", ".a", "日本", "中国", strings.Repeat("a", 101), strings.Repeat("a", 102)}
	for _, text := range odd {
		name := cleanName(text)
		if !ValidName(name) {
			t.Errorf("%q became %q, which is not valid", text, name)
		}
		if other, ok := seen[name]; ok {
			t.Errorf("%q and %q both became %q", other, text, name)
		}
		seen[name] = text
	}
}

func FuzzPlaceOf(f *testing.F) {
	f.Add("/home/alice/public_html", "/home/alice")
	f.Add("/srv/www/\xff/current/web", "")
	valid := regexp.MustCompile(`\A[a-z0-9][a-z0-9._-]{0,99}\z`)
	f.Fuzz(func(t *testing.T, path, home string) {
		p, err := PlaceOf(path, func(string) string { return home })
		if err != nil {
			return
		}
		if !valid.MatchString(p.Name) || !safefs.Within(p.Path, p.Home) {
			t.Errorf("%q, %q: got %+v", path, home, p)
		}
	})
}

func TestOwnersHome(t *testing.T) {
	passwd := strings.Join([]string{
		"root:x:0:0:root:/root:/bin/bash",
		"www-data:x:33:33::/var/www:/usr/sbin/nologin",
		"alice:x:1001:1001::/home/alice:/bin/bash",
		"ftp.alice:x:1001:1001::/home/alice/public_html:/bin/false",
		"bob:x:1002:1002::/home/bob/",
		"carol:x:1003:1003::/:/bin/sh",
		"dave:x:1004:1004::/home/dave/:/bin/sh",
		"broken",
	}, "\n")
	tests := []struct {
		uid        uint32
		path, want string
	}{
		{1001, "/home/alice/public_html", "/home/alice"},
		{1001, "/home/alicex/public_html", ""},
		{1001, "/home/dave/x", ""},
		{1004, "/home/dave/x", "/home/dave"},
		{33, "/var/www/html", ""},
		{0, "/root/site", "/root"},
		{1003, "/srv/x", ""},
		{4000, "/home/alice", ""},
	}
	for _, tt := range tests {
		if got := readHomes(strings.NewReader(passwd)).around(tt.uid, tt.path); got != tt.want {
			t.Errorf("%d %s: got %q, want %q", tt.uid, tt.path, got, tt.want)
		}
	}
}
