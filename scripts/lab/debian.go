package lab

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// wordpressPackages are the Debian packages of WordPress, of the files that WordPress links to,
// and of the parent of its default child theme.
var wordpressPackages = []string{
	"wordpress", "wordpress-theme-twentytwentythree", "php-getid3", "libjs-cropper", "libjs-underscore",
}

// WordPressCore returns a folder with Debian's WordPress in the layout of an upstream release:
// without symlinks and without a configuration. It is downloaded into the cache folder once, and
// is not installed. Callers must copy the folder, and not change it.
func WordPressCore(ctx context.Context) (string, error) {
	// The number in the name is the version of this layout.
	return cached("wordpress-1", func(tmp string) (string, error) {
		if err := unpackDebs(ctx, tmp, wordpressPackages); err != nil {
			return "", err
		}
		core := filepath.Join(tmp, "usr/share/wordpress")
		if err := resolveLinks(tmp, core); err != nil {
			return "", err
		}
		for _, debian := range []string{"wp-config.php", ".htaccess"} {
			if err := os.Remove(filepath.Join(core, debian)); err != nil {
				return "", fmt.Errorf("remove Debian's own file: %w", err)
			}
		}
		return core, nil
	})
}

// phpdotenvPackages are the Debian packages of vlucas/phpdotenv and of its dependencies.
var phpdotenvPackages = []string{"php-vlucas-phpdotenv", "php-phpoption", "php-graham-campbell-result-type"}

// PHPDotenv returns a folder for PHP's include_path. It holds phpdotenv 5 in Debian's layout:
// Dotenv/autoload.php and so on. It is downloaded into the cache folder once, and is not
// installed.
func PHPDotenv(ctx context.Context) (string, error) {
	return cached("phpdotenv-1", func(tmp string) (string, error) {
		return filepath.Join(tmp, "usr/share/php"), unpackDebs(ctx, tmp, phpdotenvPackages)
	})
}

// unpackDebs downloads Debian packages and unpacks them into dir.
func unpackDebs(ctx context.Context, dir string, packages []string) error {
	if err := os.Chmod(dir, 0o755); err != nil { // apt downloads as a separate user
		return fmt.Errorf("download packages: %w", err)
	}
	if _, err := runIn(ctx, dir, "apt-get", append([]string{"-q", "download"}, packages...)...); err != nil {
		return fmt.Errorf("download packages (apt-get update may help): %w", err)
	}
	debs, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil || len(debs) != len(packages) {
		return fmt.Errorf("download packages: got %d of %d (%w)", len(debs), len(packages), errors.Join(err, ctx.Err()))
	}
	for _, deb := range debs {
		if _, err := runIn(ctx, dir, "dpkg", "-x", deb, dir); err != nil {
			return fmt.Errorf("unpack packages: %w", err)
		}
	}
	return nil
}

// resolveLinks replaces each symlink below dir by a copy of its target. It looks up an absolute
// target below root first, as if the package were installed there.
func resolveLinks(root, dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type() != fs.ModeSymlink {
			return err
		}
		target, err := os.Readlink(path)
		if err != nil {
			return err
		}
		candidates := []string{filepath.Join(filepath.Dir(path), target)}
		if filepath.IsAbs(target) {
			candidates = []string{filepath.Join(root, target), target}
		}
		for _, c := range candidates {
			b, readErr := os.ReadFile(c)
			if errors.Is(readErr, fs.ErrNotExist) {
				continue
			}
			return errors.Join(readErr, os.Remove(path), os.WriteFile(path, b, 0o644))
		}
		return fmt.Errorf("resolve symlink %s: its target %s does not exist", path, target)
	})
}

// coreFiles are the files of WordPress core in the root of a site.
var coreFiles = strings.Fields(`index.php wp-activate.php wp-blog-header.php wp-comments-post.php wp-config-sample.php
	wp-cron.php wp-links-opml.php wp-load.php wp-login.php wp-mail.php wp-settings.php wp-signup.php wp-trackback.php
	xmlrpc.php`)

// IsCore reports whether a path relative to a site's root belongs to WordPress
// core, which backups leave out.
func IsCore(rel string) bool {
	first, _, _ := strings.Cut(rel, "/")
	return first == "wp-admin" || first == "wp-includes" || slices.Contains(coreFiles, rel)
}
