package drill

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/files"
	"github.com/wp-oneway/wp-oneway/agent/restore/serve"
	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// Serving says how PHP serves the restored site.
type Serving struct {
	// PHP is the path of the PHP program, as serve.FindPHP returns it.
	PHP string
	// Core is a folder with the files of WordPress itself, or with one such folder per version.
	// It may be "" if the backups contain WordPress itself.
	Core string
}

// checkServing returns an error if the drill could not serve pages. It is called before anything
// is restored.
func (d *drill) checkServing(ctx context.Context) error {
	if d.o.Serve == nil {
		return nil
	}
	if d.o.Server != nil {
		return errors.New("serve the restored site: code of the backup would reach the server of --db-defaults-file; omit it to use a private server, or omit --serve")
	}
	dir := filepath.Join(d.dir, "probe")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("serve the restored site: %w", err)
	}
	if err := serve.Check(ctx, serve.Options{PHP: d.o.Serve.PHP, Dir: dir}); err != nil {
		return fmt.Errorf("serve the restored site: %w", err)
	}
	return nil
}

// frontPage makes PHP serve the front page and the login page. It is the last check, because
// the pages may change the database.
func (c *checker) frontPage(ctx context.Context) error {
	table := c.details.TablePrefix + "options"
	switch why := c.lacks(table); {
	case c.o.Serve == nil:
		return nil
	case !c.run.Kind.Has(manifest.FilesStream):
		c.skip(nameFrontPage, "the backup has no files")
		return nil
	case why != "":
		c.skip(nameFrontPage, why)
		return nil
	}
	var address [2]*url.URL
	for i, name := range []string{"home", "siteurl"} {
		text, _, err := c.option(ctx, table, name, "option_name", "option_value")
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		u, err2 := url.Parse(text)
		if err := errors.Join(err, err2); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			c.judge(nameFrontPage, "", []string{fmt.Sprintf("the option %s is no address: %.200q", name, text)})
			return nil
		}
		address[i] = u
	}
	options, err := c.lay(ctx, address[0], address[1])
	if err != nil {
		return fmt.Errorf("serve the restored site: %w", err)
	}
	guarded, stop := c.db.server.guard(ctx, c.dir, maxGrowth, maxGrowth)
	defer stop()
	answer, err := serve.Run(guarded, options)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, errDisk), errors.Is(err, errMemory):
		c.judge(nameFrontPage, "", []string{err.Error()})
		return nil
	case err != nil:
		return fmt.Errorf("serve the restored site: %w", err)
	}
	c.judgePages(answer)
	return nil
}

// lay prepares the layers that PHP sees: our configuration, the restored files, and WordPress
// itself if the backup does not have it.
func (c *checker) lay(ctx context.Context, home, siteURL *url.URL) (serve.Options, error) {
	root := rootInArchive(c.details)
	core, err := c.coreFolder(root)
	if err != nil {
		return serve.Options{}, err
	}
	config, err := c.configuration(ctx)
	if err != nil {
		return serve.Options{}, err
	}
	dir, top, bottom := filepath.Join(c.dir, "php"), filepath.Join(c.dir, "configuration"), filepath.Join(c.dir, "core")
	for _, d := range []string{dir, top, filepath.Join(bottom, core)} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return serve.Options{}, err
		}
	}
	if err := c.copyCore(core, filepath.Join(bottom, core)); err != nil {
		return serve.Options{}, err
	}
	contents := path.Join(core, "wp-content")
	if name, err := filepath.Rel(c.details.Base, c.details.ContentDir); err == nil && filepath.IsLocal(name) {
		contents = name
	}
	// The object cache of the site may need a server that PHP cannot reach here. An empty
	// object-cache.php makes WordPress use its built-in cache instead.
	for name, text := range map[string]string{path.Join(core, site.ConfigFile): config, path.Join(contents, "object-cache.php"): "<?php\n"} {
		file := filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return serve.Options{}, err
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return serve.Options{}, err
		}
	}
	at := serve.Mountable(c.details.Base)
	return serve.Options{
		PHP: c.o.Serve.PHP, Dir: dir, Layers: []string{top, filepath.Join(c.dir, files.SiteFolder), bottom}, At: at, Socket: c.db.Socket,
		Router: router(path.Join(at, root), home.Path),
		URLs:   []string{home.JoinPath("/").String(), siteURL.JoinPath("/wp-login.php").String()},
	}, nil
}

// judgePages adds the check to the report. The pages may be hostile.
func (c *checker) judgePages(answer *serve.Answer) {
	if len(answer.Pages) == 0 {
		c.judge(nameFrontPage, "", []string{"there is no answer"})
		return
	}
	front := answer.Pages[0]
	found := front.URL
	var problems []string
	switch {
	case front.Problem != "":
		problems = append(problems, front.URL+": "+front.Problem)
	case front.Status != http.StatusOK:
		problems = append(problems, fmt.Sprintf("%s answers %d %s %s", front.URL, front.Status, http.StatusText(front.Status), front.Title))
	case strings.Contains(front.URL, "/wp-admin/"):
		problems = append(problems, "WordPress does not find its tables: it redirects to "+front.URL)
	case !front.HTML:
		problems = append(problems, front.URL+" answers 200, but without HTML")
	default:
		found = fmt.Sprintf("%s answers 200, %s of HTML, %q", front.URL, humanize.IBytes(uint64(max(front.Bytes, 0))), front.Title)
	}
	for _, login := range answer.Pages[1:] {
		if login.Status >= http.StatusInternalServerError || login.Status == 0 { // a plugin may cause any other status
			problems = append(problems, fmt.Sprintf("%s answers %d %s %s", login.URL, login.Status, http.StatusText(login.Status), login.Problem))
		}
	}
	isFatal := func(line string) bool {
		return strings.HasPrefix(line, "PHP Fatal error") || strings.HasPrefix(line, "PHP Parse error")
	}
	if len(problems) > 0 || slices.ContainsFunc(answer.Log, isFatal) {
		for _, line := range answer.Log {
			problems = append(problems, "log of PHP: "+line)
		}
	}
	for i := range problems {
		problems[i] = wordpress.Printable(problems[i])
	}
	c.judge(nameFrontPage, found, problems)
}
