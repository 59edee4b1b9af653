package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
)

// nowhere returns a wp-config.php whose database does not exist. The files can be backed up.
func nowhere() string { return config("shop", "shop", "/nowhere") }

// connection returns a wp-config.php with a connection to a database.
func connection(name, password, host string) string {
	text := strings.Replace(config(name, name, ""), "'localhost:'", "'"+host+"'", 1)
	return strings.Replace(text, "'DB_PASSWORD', ''", "'DB_PASSWORD', '"+password+"'", 1)
}

func siteTroubles() []trouble {
	return []trouble{
		{"There is no WordPress in the folder", func(s *stage) []string {
			must(s.t, os.Mkdir(s.path("shop"), 0o700))
			return s.backup()
		}, 1, "/srv/shop", "give the site's own folder", ""},
		{"The folder contains several sites", func(s *stage) []string {
			must(s.t, createSite(s.path("shop/one"), nowhere()))
			must(s.t, createSite(s.path("shop/two/public"), nowhere()))
			return s.backup()
		}, 1, "/srv/shop", "wp-oneway sites FOLDER", "Give each site's folder, or set `roots: [/srv/shop]` and use `--all`."},
		{"The folder is a part of a site", func(s *stage) []string {
			return []string{"backup", s.site(nowhere()) + "/wp-content", "--to", s.path("backups")}
		}, 1, "/srv/shop/wp-content", "give the site's own folder", ""},
		{"The folder does not exist", func(s *stage) []string { return s.backup() }, 1, "/srv/shop", "wp-oneway sites lists", ""},
		{"No site is found", func(s *stage) []string { return []string{"sites", s.dir} }, 1, "/srv", "give another folder", ""},
		{"No site is given", func(*stage) []string { return []string{"backup"} }, 2, "no PATH was given", "give a site's folder", ""},
		{"This user may not read wp-config.php", func(s *stage) []string {
			must(s.t, os.Chmod(s.site(nowhere())+"/wp-config.php", 0o600))
			s.account(nobody)
			return []string{"backup", s.path("shop"), "--to", s.path("home/backups")}
		}, 1, "/srv/shop/wp-config.php", "as the owner of the site or as root", ""},
		{"A setting depends on the environment of PHP", func(s *stage) []string {
			s.site(strings.Replace(nowhere(), "'shop'", "getenv('SHOP_DB')", 1))
			return s.backup()
		}, 1, "/srv/shop/wp-config.php:2: DB_NAME", "with --env", "See [inspect](inspect.md)."},
		{"wp-config.php has a syntax error", func(s *stage) []string {
			s.site("<?php\ndefine('DB_NAME', 'shop';\n")
			return s.backup()
		}, 1, "/srv/shop/wp-config.php:2", "correct the file", ""},
		{"Two sites have the same name", func(s *stage) []string {
			must(s.t, os.Mkdir(s.path("other"), 0o700))
			must(s.t, createSite(s.path("other/shop"), nowhere()))
			s.site(nowhere())
			if code, _, stderr := s.run("backup", s.path("other/shop"), "--kind", "files", "--to", s.path("backups")); code != 0 {
				s.t.Fatal(stderr)
			}
			return s.backup("--kind", "files")
		}, 1, "/srv/other/shop", "set a different name", ""},
	}
}

// nobody is a user without any permissions.
const nobody = 65534

// database creates a database for the site, and an account with these rights on it.
func (s *stage) database(name, require, rights string) {
	s.t.Helper()
	db := shared.db(s.t)
	must(s.t, db.Exec(s.t.Context(), "CREATE DATABASE "+name, "CREATE TABLE "+name+".wp_posts (id INT PRIMARY KEY)",
		"CREATE USER "+name+"@localhost IDENTIFIED BY 'pw' "+require, "CREATE USER "+name+"@'127.0.0.1' IDENTIFIED BY 'pw' "+require,
		"GRANT "+rights+" ON "+name+".* TO "+name+"@localhost", "GRANT "+rights+" ON "+name+".* TO "+name+"@'127.0.0.1'"))
	s.show(name, "shop")
	s.show(db.Socket, "/run/mysqld/mysqld.sock")
	s.show(fmt.Sprintf("127.0.0.1:%d", db.Port), "127.0.0.1:3306")
	s.site(connection(name, "pw", "localhost:"+db.Socket))
}

func databaseTroubles() []trouble {
	return []trouble{
		{"The database server does not run", func(s *stage) []string {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(s.t, err)
			address := l.Addr().String()
			must(s.t, l.Close())
			s.show(address, "127.0.0.1:3306")
			s.site(connection("shop", "pw", address))
			return s.backup()
		}, 1, "127.0.0.1:3306", "start the database server", ""},
		{"The socket of the server is elsewhere", func(s *stage) []string {
			s.site(connection("shop", "pw", "localhost:"+s.path("mysqld.sock")))
			return s.backup()
		}, 1, "/srv/mysqld.sock", "correct DB_HOST", ""},
		{"The database host is not known", func(s *stage) []string {
			s.show("db-.internal", "db.internal") // no name server is asked for this name
			s.site(connection("shop", "pw", "db-.internal"))
			return s.backup()
		}, 1, "db.internal:3306", "correct DB_HOST", ""},
		{"The password is wrong", func(s *stage) []string {
			s.database("trouble_password", "", "ALL")
			s.site(connection("trouble_password", "wrong", "localhost:"+shared.db(s.t).Socket))
			return s.backup()
		}, 1, "/run/mysqld/mysqld.sock", "correct DB_USER and DB_PASSWORD", "With this password, the site itself does not work either."},
		{"The database does not exist, or the account has no rights on it", func(s *stage) []string {
			s.database("trouble_rights", "", "ALL")
			s.site(strings.Replace(connection("trouble_rights", "pw", "localhost:"+shared.db(s.t).Socket), "'DB_NAME', 'trouble_rights'", "'DB_NAME', 'blog'", 1))
			return s.backup()
		}, 1, `"blog" at /run/mysqld/mysqld.sock`, "correct DB_NAME", ""},
		{"The account requires TLS", func(s *stage) []string {
			s.database("trouble_tls", "REQUIRE SSL", "ALL")
			s.site(connection("trouble_tls", "pw", fmt.Sprintf("127.0.0.1:%d", shared.db(s.t).Port)))
			return s.backup()
		}, 1, "127.0.0.1:3306", "ssl-mode=REQUIRED", "The server gives the same answer as for a wrong password. See [inspect](inspect.md)."},
		{"The account may not read all of the database", func(s *stage) []string {
			s.database("trouble_events", "", "SELECT, SHOW VIEW, TRIGGER, EXECUTE")
			return s.backup("--kind", "db")
		}, 3, "events", "EVENT", "The rest is stored. Grant the privilege that the line names, or accept exit status 3."},
		{"The folder for temporary files is full", func(s *stage) []string {
			s.database("trouble_temp", "", "ALL")
			statements := []string{"CREATE TABLE trouble_temp.wp_log (id INT PRIMARY KEY, b LONGTEXT) ENGINE=MyISAM"}
			for i := range 12 { // more than the 8 MiB that stay in memory
				statements = append(statements, fmt.Sprintf("INSERT INTO trouble_temp.wp_log VALUES (%d, REPEAT('x', 1048576))", i))
			}
			must(s.t, shared.db(s.t).Exec(s.t.Context(), statements...))
			full := fullFolder(s.t)
			s.show(full, "/tmp")
			s.env = append(s.env, "TMPDIR="+full)
			return s.backup("--kind", "db")
		}, 1, "`wp_log`", "set temp_dir", ""},
	}
}

func folderTroubles() []trouble {
	return []trouble{
		{"The folder of backups is inside the site", func(s *stage) []string {
			return []string{"backup", s.site(nowhere()), "--to", s.path("shop/backups")}
		}, 2, "/srv/shop/backups", "use a folder outside of the site", ""},
		{"This user may not write into the folder", func(s *stage) []string {
			must(s.t, os.Chmod(s.site(nowhere())+"/wp-config.php", 0o644)) //nolint:gosec // nobody reads it
			s.account(nobody)
			return s.backup("--kind", "files")
		}, 1, "/srv/backups", "allow it, or use another folder", ""},
		{"The disk is full", func(s *stage) []string {
			disk := smallDisk(s.t)
			s.show(disk, "/mnt/usb")
			s.show(shared.site(s.t).Root, "/srv/shop")
			return []string{"backup", shared.site(s.t).Root, "--name", "shop", "--kind", "files", "--compression", "none", "--to", disk}
		}, 1, "/mnt/usb", "free some space", ""},
		{"The disk is read-only", func(s *stage) []string {
			disk := smallDisk(s.t)
			if out, err := exec.CommandContext(s.t.Context(), "mount", "-o", "remount,ro", disk).CombinedOutput(); err != nil {
				s.t.Fatalf("mount: %v: %s", err, out)
			}
			s.show(disk, "/mnt/usb")
			return []string{"backup", s.site(nowhere()), "--kind", "files", "--to", disk}
		}, 1, "/mnt/usb", "mount it writable", ""},
		{"Another run backs up the same site", func(s *stage) []string {
			s.site(nowhere())
			s.t.Cleanup(lockSite(s.host, "shop"))
			return s.backup("--kind", "files")
		}, 75, "/srv/shop", "--wait", ""},
		{"This user may not write into the state folder", func(s *stage) []string {
			must(s.t, os.Chmod(s.site(nowhere())+"/wp-config.php", 0o644)) //nolint:gosec // nobody reads it
			s.account(nobody)
			s.env = append(s.env, "STATE_DIRECTORY="+s.path("state"))
			return s.backup("--kind", "files")
		}, 1, "/srv/state", "set XDG_STATE_HOME", ""},
		{"This user has no home", func(s *stage) []string {
			s.site(nowhere())
			s.uid, s.env = 4242, nil
			return s.backup("--kind", "files")
		}, 1, "HOME", "set XDG_STATE_HOME", ""},
	}
}
