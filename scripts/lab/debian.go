package lab

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// wordpressPackages are Debian's packages that hold WordPress, the files of
// others that it links to, and the theme its own child theme builds upon.
var wordpressPackages = []string{
	"wordpress", "wordpress-theme-twentytwentythree", "php-getid3", "libjs-cropper", "libjs-underscore",
}

// cacheFolder is the project's folder for what is fetched and built once.
func cacheFolder() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	return filepath.Join(cache, "wp-oneway"), nil
}

// WordPressCore returns a folder that holds Debian's WordPress as an upstream
// release would: without links, without configuration. It is fetched with
// apt-get download and unpacked with dpkg -x, into the cache, when it is not
// there yet; nothing is installed. It must not be changed: copy it.
func WordPressCore(ctx context.Context) (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	core := filepath.Join(cache, "wordpress-1") // the number is that of this code's way to lay it out
	if _, err := os.Stat(core); err == nil {
		return core, nil
	}
	unlock, err := lockFile(core + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(core); err == nil { // another process made it while we waited
		return core, nil
	}
	tmp, err := os.MkdirTemp(cache, "wordpress-new-")
	if err != nil {
		return "", fmt.Errorf("unpack WordPress: %w", err)
	}
	defer os.RemoveAll(tmp)
	if err := unpackDebs(ctx, tmp, wordpressPackages); err != nil {
		return "", err
	}
	fresh := filepath.Join(tmp, "usr/share/wordpress")
	if err := resolveLinks(tmp, fresh); err != nil {
		return "", fmt.Errorf("unpack WordPress: %w", err)
	}
	for _, debian := range []string{"wp-config.php", ".htaccess"} {
		if err := os.Remove(filepath.Join(fresh, debian)); err != nil {
			return "", fmt.Errorf("unpack WordPress: %w", err)
		}
	}
	if err := os.Rename(fresh, core); err != nil {
		return "", fmt.Errorf("unpack WordPress: %w", err)
	}
	return core, nil
}

// unpackDebs fetches packages and unpacks them below dir.
func unpackDebs(ctx context.Context, dir string, packages []string) error {
	if err := os.Chmod(dir, 0o755); err != nil { // apt fetches as a user of its own
		return fmt.Errorf("fetch packages: %w", err)
	}
	if _, err := runIn(ctx, dir, "apt-get", append([]string{"-q", "download"}, packages...)...); err != nil {
		return fmt.Errorf("fetch packages (apt-get update may help): %w", err)
	}
	debs, err := filepath.Glob(filepath.Join(dir, "*.deb"))
	if err != nil || len(debs) != len(packages) {
		return fmt.Errorf("fetch packages: got %d of %d (%w)", len(debs), len(packages), errors.Join(err, ctx.Err()))
	}
	for _, deb := range debs {
		if _, err := runIn(ctx, dir, "dpkg", "-x", deb, dir); err != nil {
			return fmt.Errorf("unpack packages: %w", err)
		}
	}
	return nil
}

// resolveLinks replaces each link below dir by a copy of what it points to;
// absolute links are taken below root first, as if it were installed.
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
		return fmt.Errorf("link %s -> %s leads nowhere", path, target)
	})
}

// runIn runs a program in dir and returns what it wrote to standard output; what
// it wrote to standard error becomes the error's text.
func runIn(ctx context.Context, dir, program string, args ...string) (string, error) {
	return feedIn(ctx, dir, "", program, args...)
}

// feedIn is runIn with something on standard input.
func feedIn(ctx context.Context, dir, stdin, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	var out, errs strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(errs.String())
		if said == "" {
			said = strings.TrimSpace(out.String())
		}
		return out.String(), fmt.Errorf("run %s: %w: %.2000s", program, err, said)
	}
	return out.String(), nil
}

// coreFiles are WordPress' own files of a site's root.
var coreFiles = strings.Fields(`index.php wp-activate.php wp-blog-header.php wp-comments-post.php wp-config-sample.php
	wp-cron.php wp-links-opml.php wp-load.php wp-login.php wp-mail.php wp-settings.php wp-signup.php wp-trackback.php
	xmlrpc.php`)

// IsCore tells whether a path relative to a site's root is WordPress' own, which
// backups leave out.
func IsCore(rel string) bool {
	first, _, _ := strings.Cut(rel, "/")
	return first == "wp-admin" || first == "wp-includes" || slices.Contains(coreFiles, rel)
}
