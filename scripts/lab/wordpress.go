package lab

import (
	"context"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

//go:embed site
var siteFiles embed.FS

// KnownPost is the title of a post on the front page of every site.
const KnownPost = "Grüße 🦊 from the lab"

// siteURL is the address in the configuration of an installed site.
const siteURL = "http://site.lab.example"

// A Layout says where the files of a site are.
type Layout string

// The layouts that InstallWordPress supports.
const (
	Classic     Layout = ""            // everything is in one folder
	ConfigAbove Layout = "above"       // the root is public/, and wp-config.php is beside it
	OwnContent  Layout = "own-content" // the root is public/, and the content folder content/ is beside it
)

// WordPressOptions describe the site that InstallWordPress creates. Only Server is required.
type WordPressOptions struct {
	Server      *Server
	Name        string // name of the database and its user; default "wordpress"
	Password    string // password of that user; the default is hard to quote
	Prefix      string // prefix of the tables; default "wp_"
	Layout      Layout
	Seed        uint64 // the same seed gives the same content
	Posts       int    // default 12
	Images      int    // default 4, each in several sizes
	UploadBytes int64  // additional bytes of uploads, in files of 20 KB to 20 MB
	RowBytes    int64  // additional bytes of SQL, as posts and their metadata
	OddFiles    bool   // add unusual names, links and modes to the uploads
	UID, GID    int    // owner of the files; the current user if UID is 0
}

// A WordPress is an installed and filled site.
type WordPress struct {
	Dir        string // contains the whole site
	Root       string // contains index.php
	ConfigFile string
	ContentDir string
	Database   Database
}

// InstallWordPress creates a real site below dir. It runs WordPress's own installer with php, and
// creates the content with WordPress's own functions.
func InstallWordPress(ctx context.Context, dir string, o WordPressOptions) (*WordPress, error) {
	w, err := newWordPress(dir, &o)
	if err != nil {
		return nil, err
	}
	core, err := WordPressCore(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.layFiles(ctx, core, o); err != nil {
		return nil, fmt.Errorf("lay out WordPress in %s: %w", dir, err)
	}
	if err := w.Database.create(ctx); err != nil {
		return nil, err
	}
	if err := w.install(ctx, o); err != nil {
		return nil, fmt.Errorf("install WordPress in %s: %w", dir, err)
	}
	if err := w.bulkUploads(ctx, o.UploadBytes, o.Seed); err != nil {
		return nil, fmt.Errorf("fill uploads: %w", err)
	}
	if err := w.Database.bulkRows(ctx, o.RowBytes, o.Seed); err != nil {
		return nil, fmt.Errorf("fill database: %w", err)
	}
	if o.OddFiles {
		if err := w.oddFiles(); err != nil {
			return nil, fmt.Errorf("make unusual files: %w", err)
		}
	}
	if o.UID != 0 {
		if err := chownAll(w.Dir, o.UID, o.GID); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func newWordPress(dir string, o *WordPressOptions) (*WordPress, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for _, d := range []struct {
		field *string
		value string
	}{{&o.Name, "wordpress"}, {&o.Password, `it's "hard" \to\ quote$x`}, {&o.Prefix, "wp_"}} {
		if *d.field == "" {
			*d.field = d.value
		}
	}
	if o.Posts == 0 {
		o.Posts = 12
	}
	if o.Images == 0 {
		o.Images = 4
	}
	w := &WordPress{Dir: dir, Root: dir, Database: Database{
		Server: o.Server, Name: o.Name, User: o.Name, Password: o.Password, Prefix: o.Prefix,
	}}
	if o.Layout != Classic {
		w.Root = filepath.Join(dir, "public")
	}
	w.ConfigFile = filepath.Join(w.Root, "wp-config.php")
	if o.Layout == ConfigAbove {
		w.ConfigFile = filepath.Join(dir, "wp-config.php")
	}
	w.ContentDir = filepath.Join(w.Root, "wp-content")
	if o.Layout == OwnContent {
		w.ContentDir = filepath.Join(dir, "content")
	}
	return w, nil
}

// layFiles copies WordPress core, and adds a plugin, a theme and the configuration.
func (w *WordPress) layFiles(ctx context.Context, core string, o WordPressOptions) error {
	if err := os.MkdirAll(w.Root, 0o755); err != nil {
		return err
	}
	if _, err := runIn(ctx, w.Root, "cp", "-a", "--no-preserve=ownership", "--reflink=auto", core+"/.", "."); err != nil {
		return err
	}
	if o.Layout == OwnContent {
		if err := os.Rename(filepath.Join(w.Root, "wp-content"), w.ContentDir); err != nil {
			return err
		}
	}
	for from, to := range map[string]string{"site/plugin": "plugins/lab-shop", "site/theme": "themes/lab-child"} {
		sub, err := fs.Sub(siteFiles, from)
		if err != nil {
			return err
		}
		if err := os.CopyFS(filepath.Join(w.ContentDir, to), sub); err != nil {
			return err
		}
	}
	config, err := w.config(o)
	if err != nil {
		return err
	}
	return os.WriteFile(w.ConfigFile, []byte(config), 0o640)
}

// config returns WordPress's sample configuration, filled in as its installer does.
func (w *WordPress) config(o WordPressOptions) (string, error) {
	b, err := os.ReadFile(filepath.Join(w.Root, "wp-config-sample.php"))
	if err != nil {
		return "", err
	}
	var keys [32]byte
	random := rand.NewChaCha8(seed32(o.Seed, "keys"))
	s := string(b)
	for strings.Contains(s, "'put your unique phrase here'") {
		_, _ = random.Read(keys[:]) // it never fails
		s = strings.Replace(s, "'put your unique phrase here'", "'"+hex.EncodeToString(keys[:])+"'", 1)
	}
	more := "define( 'WP_HTTP_BLOCK_EXTERNAL', true );\ndefine( 'DISABLE_WP_CRON', true );\n"
	if o.Layout == OwnContent {
		more += "define( 'WP_CONTENT_DIR', dirname( __DIR__ ) . '/content' );\n"
	}
	abspath := "__DIR__ . '/'"
	if o.Layout == ConfigAbove {
		abspath = "__DIR__ . '/public/'"
	}
	d := w.Database
	return strings.NewReplacer(
		"'database_name_here'", phpString(d.Name), "'username_here'", phpString(d.User),
		"'password_here'", phpString(d.Password), "'localhost'", phpString("localhost:"+d.Server.Socket),
		"'DB_CHARSET', 'utf8'", "'DB_CHARSET', 'utf8mb4'", "'wp_'", phpString(d.Prefix),
		"__DIR__ . '/'", abspath, "/* That's all", more+"\n/* That's all",
	).Replace(s), nil
}

// phpString returns s as a PHP string literal.
func phpString(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// install runs WordPress's installer and adds the content.
func (w *WordPress) install(ctx context.Context, o WordPressOptions) error {
	input, err := json.Marshal(map[string]any{
		"root": w.Root, "url": siteURL, "title": `The Lab's "Site" 🧪`, "user": "admin", "password": "admin-password",
		"email": "admin@lab.example", "plugin": "lab-shop/lab-shop.php", "theme": "lab-child",
		"seed": int64(o.Seed & 0x7fffffff), "known": KnownPost, "posts": o.Posts, "images": o.Images,
	})
	if err != nil {
		return err
	}
	for _, script := range []string{"install.php", "fill.php"} {
		code, err := siteFiles.ReadFile("site/" + script)
		if err != nil {
			return err
		}
		out, err := runWithInput(ctx, w.Root, string(input), "php", "-d", "memory_limit=512M", "-d", "display_errors=stderr",
			"-d", "error_reporting=-1", "-r", strings.TrimPrefix(string(code), "<?php"))
		if err != nil {
			return fmt.Errorf("%s: %w", script, err)
		}
		if out != "" {
			return fmt.Errorf("%s: unexpected output: %s", script, out)
		}
	}
	return nil
}

// chownAll sets the owner of everything below dir. It sets the owner of symlinks, and not of
// their targets.
func chownAll(dir string, uid, gid int) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, gid)
	})
}
