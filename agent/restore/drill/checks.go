package drill

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/restore/files"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/mysql"
	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// The names of the checks.
const (
	nameRestore  = "Restored"
	nameRows     = "Rows of each table"
	nameFiles    = "Files"
	nameAddress  = "Address of the site"
	namePlugins  = "Active plugins"
	nameThemes   = "Active themes"
	nameSubsites = "Tables of each sub-site"

	nameFrontPage = "Front page"
)

// add adds a check to the report, with at most maxProblems problems.
func (d *drill) add(c Check) {
	if extra := len(c.Problems) - maxProblems; extra > 0 {
		c.Problems = append(c.Problems[:maxProblems:maxProblems], fmt.Sprintf("and %d more", extra))
	}
	if c.Problems == nil {
		c.Problems = []string{}
	}
	d.report.Checks = append(d.report.Checks, c)
}

// judge adds a check to the report: failed if there are problems, otherwise passed.
func (d *drill) judge(name, found string, problems []string) {
	result := Passed
	if len(problems) > 0 {
		result = Failed
	}
	d.add(Check{Name: name, Result: result, Found: found, Problems: problems})
}

func (d *drill) skip(name, why string) { d.add(Check{Name: name, Result: Skipped, Found: why}) }

// check examines what was restored.
func (d *drill) check(ctx context.Context) error {
	if d.run.Kind.Has(manifest.FilesStream) {
		d.checkFiles()
	}
	if d.db == nil {
		if d.o.Serve != nil {
			d.skip(nameFrontPage, "the backup has no database")
		}
		return nil
	}
	conn, err := mysql.Connect(ctx, d.db.Database, mysql.Options{})
	if err != nil {
		return err
	}
	defer conn.Close()
	c := &checker{drill: d, conn: conn}
	return c.all(ctx)
}

// checkFiles compares the number of files.
func (d *drill) checkFiles() {
	var problems []string
	if want := d.run.Manifest.Counts.Files; d.files.Files != want {
		problems = append(problems, fmt.Sprintf("%d files were restored; the manifest says %d", d.files.Files, want))
	}
	d.judge(nameFiles, fmt.Sprintf("%d files with %s", d.files.Files, size(d.files.Bytes)), problems)
}

// A checker examines a restored database.
type checker struct {
	*drill
	conn   *mysql.Conn
	tables map[string]string // type by name
	sites  []string          // prefixes of the tables of each site of the network
}

func (c *checker) all(ctx context.Context) error {
	rows, err := c.conn.Rows(ctx, "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE()", 2)
	if err != nil {
		return fmt.Errorf("check the database: %w", err)
	}
	c.tables = map[string]string{}
	for _, r := range rows {
		c.tables[r[0].Text] = r[1].Text
	}
	for _, check := range []func(context.Context) error{c.rows, c.address, c.subsites, c.plugins, c.themes, c.frontPage} {
		if err := check(ctx); err != nil {
			return err
		}
	}
	return nil
}

// rows compares the number of rows of each table with the details.
func (c *checker) rows(ctx context.Context) error {
	var problems []string
	var sum int64
	for _, t := range c.details.Tables {
		kind, ok := c.tables[t.Name]
		if !ok {
			problems = append(problems, fmt.Sprintf("table %s is missing", sqltext.DisplayName(t.Name)))
			continue
		}
		from := sqltext.Ident(t.Name)
		switch kind {
		case "BASE TABLE":
		case "SYSTEM VERSIONED":
			from += " FOR SYSTEM_TIME ALL"
		default: // views and sequences
			continue
		}
		row, err := c.conn.Row(ctx, "SELECT COUNT(*) FROM "+from, 1)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			problems = append(problems, fmt.Sprintf("table %s cannot be read: %v", sqltext.DisplayName(t.Name), err))
		case row[0].Text != fmt.Sprint(t.Rows):
			problems = append(problems, fmt.Sprintf("table %s has %s rows; the details say %d", sqltext.DisplayName(t.Name), row[0].Text, t.Rows))
		}
		sum += t.Rows
	}
	if want := c.run.Manifest.Counts.Tables; len(c.details.Tables) != want {
		problems = append(problems, fmt.Sprintf("the details name %d tables; the manifest says %d", len(c.details.Tables), want))
	}
	c.judge(nameRows, fmt.Sprintf("%d rows in %d tables", sum, len(c.details.Tables)), problems)
	return nil
}

// lacks says why a table may be missing on purpose; "" if it must be there.
func (c *checker) lacks(table string) string {
	if _, ok := c.tables[table]; !ok && c.details.Dump != nil {
		return "the backup has only a part of the database, without " + sqltext.DisplayName(table)
	}
	return ""
}

// option returns an option of a site; false if there is none.
func (c *checker) option(ctx context.Context, table, name, nameColumn, valueColumn string) (string, bool, error) {
	rows, err := c.conn.Rows(ctx, "SELECT LEFT("+valueColumn+",1000000) FROM "+sqltext.Ident(table)+" WHERE "+nameColumn+"="+sqltext.Literal(name)+" LIMIT 1", 1)
	if err != nil || len(rows) == 0 {
		return "", false, err
	}
	return rows[0][0].Text, true, nil
}

// address checks that the options siteurl and home are set.
func (c *checker) address(ctx context.Context) error {
	table := c.details.TablePrefix + "options"
	if why := c.lacks(table); why != "" {
		c.skip(nameAddress, why)
		return nil
	}
	var problems, found []string
	for _, name := range []string{"siteurl", "home"} {
		value, ok, err := c.option(ctx, table, name, "option_name", "option_value")
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			problems = append(problems, fmt.Sprintf("table %s cannot be read: %v", sqltext.DisplayName(table), err))
		case !ok || strings.TrimSpace(value) == "":
			problems = append(problems, "the option "+name+" is missing or empty")
		default:
			found = append(found, value)
		}
	}
	c.judge(nameAddress, strings.Join(slices.Compact(found), ", "), problems)
	return nil
}

// subsites checks that each site of a network has its tables.
func (c *checker) subsites(ctx context.Context) error {
	c.sites = []string{c.details.TablePrefix}
	table := c.details.TablePrefix + "blogs"
	switch why := c.lacks(table); {
	case !c.details.Multisite:
		return nil
	case why != "":
		c.skip(nameSubsites, why)
		return nil
	}
	ids, err := c.conn.Strings(ctx, "SELECT blog_id FROM "+sqltext.Ident(table)+" WHERE blog_id>1 AND deleted=0 ORDER BY blog_id")
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		c.judge(nameSubsites, "", []string{fmt.Sprintf("table %s cannot be read: %v", sqltext.DisplayName(table), err)})
		return nil
	}
	var problems []string
	for _, id := range ids {
		prefix := c.details.TablePrefix + id + "_"
		complete := true
		for _, name := range []string{"options", "posts", "postmeta", "terms", "comments"} {
			if _, ok := c.tables[prefix+name]; !ok && c.lacks(prefix+name) == "" {
				complete = false
				problems = append(problems, "site "+id+" lacks the table "+sqltext.DisplayName(prefix+name))
			}
		}
		if complete {
			c.sites = append(c.sites, prefix)
		}
	}
	c.judge(nameSubsites, fmt.Sprintf("sub-sites: %d", len(ids)), problems)
	return nil
}

// quotedTexts finds the strings of a serialized list of file names, which contain no quotes.
var quotedTexts = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`s:\d+:"([^"]+)";`) })

// plugins checks that the files of the active plugins exist.
func (c *checker) plugins(ctx context.Context) error {
	if !c.run.Kind.Has(manifest.FilesStream) {
		c.skip(namePlugins, "the backup has no files")
		return nil
	}
	var active []string
	for _, prefix := range c.sites {
		value, _, err := c.option(ctx, prefix+"options", "active_plugins", "option_name", "option_value")
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil && c.lacks(prefix+"options") == "" {
			return fmt.Errorf("check the plugins: %w", err)
		}
		for _, text := range quotedTexts().FindAllStringSubmatch(value, -1) {
			active = append(active, text[1])
		}
	}
	if _, ok := c.tables[c.details.TablePrefix+"sitemeta"]; ok && c.details.Multisite {
		value, _, err := c.option(ctx, c.details.TablePrefix+"sitemeta", "active_sitewide_plugins", "meta_key", "meta_value")
		if err != nil {
			return fmt.Errorf("check the plugins: %w", err)
		}
		for _, text := range quotedTexts().FindAllStringSubmatch(value, -1) {
			active = append(active, text[1])
		}
	}
	slices.Sort(active)
	active = slices.Compact(active)
	var problems []string
	for _, plugin := range active {
		if !c.exists(path.Join("plugins", plugin), c.details.PluginDir, plugin) {
			problems = append(problems, "the file of the plugin "+plugin+" is missing")
		}
	}
	c.judge(namePlugins, fmt.Sprintf("plugins: %d", len(active)), problems)
	return nil
}

// themes checks that the folders of the active themes and of their parent themes exist.
func (c *checker) themes(ctx context.Context) error {
	if !c.run.Kind.Has(manifest.FilesStream) {
		c.skip(nameThemes, "the backup has no files")
		return nil
	}
	var active, problems []string
	for _, prefix := range c.sites {
		for _, name := range []string{"template", "stylesheet"} {
			value, ok, err := c.option(ctx, prefix+"options", name, "option_name", "option_value")
			switch {
			case ctx.Err() != nil:
				return context.Cause(ctx)
			case err != nil && c.lacks(prefix+"options") != "":
			case err != nil:
				return fmt.Errorf("check the themes: %w", err)
			case !ok || value == "":
				problems = append(problems, "the option "+name+" in table "+sqltext.DisplayName(prefix+"options")+" is missing or empty")
			default:
				active = append(active, value)
			}
		}
	}
	slices.Sort(active)
	active = slices.Compact(active)
	for _, theme := range active {
		if !c.exists(path.Join("themes", theme, "style.css"), "", "") {
			problems = append(problems, "style.css of the theme "+theme+" is missing")
		}
	}
	c.judge(nameThemes, strings.Join(active, ", "), problems)
	return nil
}

// exists reports whether a file was restored below wp-content, or below another folder. A file
// behind a symlink that leads out of the restored files counts as existing: it cannot be checked.
func (c *checker) exists(below, otherFolder, name string) bool {
	contents := c.details.ContentDir
	if contents == "" {
		contents = path.Join(c.details.Root, "wp-content")
	}
	root, err := os.OpenRoot(c.dir)
	if err != nil {
		return false
	}
	defer root.Close()
	places := []string{c.place(path.Join(contents, below))}
	if otherFolder != "" {
		places = append(places, c.place(path.Join(otherFolder, name)))
	}
	return slices.ContainsFunc(places, func(place string) bool {
		if !filepath.IsLocal(place) {
			return false
		}
		_, err := root.Stat(place)
		return err == nil || leadsOut(root, place, err)
	})
}

// leadsOut reports whether a place could not be examined because a symlink on its path leads out
// of the restored files.
func leadsOut(root *os.Root, place string, err error) bool {
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	for at := place; at != "."; at = path.Dir(at) {
		if info, err := root.Lstat(at); err == nil {
			return info.Mode()&fs.ModeSymlink != 0
		}
	}
	return false
}

// place returns where a path of the host was restored to, relative to the scratch folder; "" if
// it was not restored.
func (c *checker) place(host string) string {
	name, err := filepath.Rel(c.details.Base, host)
	if err != nil || !filepath.IsLocal(name) {
		return ""
	}
	return path.Join(files.SiteFolder, name)
}
