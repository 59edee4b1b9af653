package settings

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/schedule"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/keys"
)

// Schedule is one entry of schedules.
type Schedule struct {
	Name string `mapstructure:"name"`
	Kind string `mapstructure:"kind"` // "" means the kind of each site
	When string `mapstructure:"when"`
	// Sites are paths, patterns of paths, names of configured sites, or "all". An empty list
	// means the configured sites, or all sites if none are configured.
	Sites []string `mapstructure:"sites"`
}

// scheduleKeys are the keys of schedules.
func scheduleKeys() keys.Table {
	return keys.Table{{
		Name: "schedules", Form: keys.Entries, Global: true,
		Help: "the schedules: which sites are backed up at which times; install them with `schedule install`", Example: "[{name: hourly, kind: db, when: every 1h}]",
		Keys: keys.Table{
			{Name: "name", Form: keys.Text, Help: "the schedule's name: letters, digits and -", Example: "nightly"},
			{Name: "kind", Form: keys.Text, Choices: []string{"full", "db", "files"}, Help: "the kind of backup (default: that of each site)", Example: "db"},
			{Name: "when", Form: keys.Text, Help: "the time of the runs: daily 03:30, every 6h, hourly, daily, weekly, monthly, the five fields of a crontab entry, or a calendar event of systemd", Example: "daily 03:30"},
			{Name: "sites", Form: keys.List, Help: "absolute paths or patterns of paths, names of entries of sites, or all (default: the configured sites, or all if there are none)", Example: "[/var/www/example.com, /srv/*/web]"},
		},
	}}
}

// AllSites means every site of the host, in the sites of a schedule.
const AllSites = "all"

// checkSchedules refuses schedules that cannot run.
func (c *Configuration) checkSchedules() error {
	seen := map[string]int{}
	for i, s := range c.Schedules {
		key := fmt.Sprintf("schedules[%d]", i)
		err := s.check(c)
		if first, twice := seen[s.Name]; twice && err == nil {
			err = fmt.Errorf("the name %s is also that of schedules[%d]; give each schedule its own", s.Name, first)
		}
		if err != nil {
			return fmt.Errorf("%s: '%s': %w", c.At(key), key, err)
		}
		seen[s.Name] = i
	}
	return nil
}

func (s Schedule) check(c *Configuration) error {
	if s.Name == "" {
		return errors.New("it has no name; give it one, such as nightly")
	}
	if err := schedule.CheckName(s.Name); err != nil {
		return err
	}
	if s.Kind != "" {
		if _, err := manifest.ParseKind(s.Kind); err != nil {
			return err
		}
	}
	if s.When != "" {
		if _, err := schedule.ParseTimes(s.When); err != nil {
			return fmt.Errorf("when: %w", err)
		}
	}
	for _, site := range s.Sites {
		if site != AllSites && !filepath.IsAbs(site) && len(c.PathsOf(site)) == 0 {
			return fmt.Errorf("sites: %q is neither an absolute path, nor the name of an entry of sites, nor %q", site, AllSites)
		}
		if site == AllSites && len(s.Sites) > 1 {
			return fmt.Errorf("sites: %q already contains the others; remove them", AllSites)
		}
	}
	return nil
}

// PathsOf returns the paths of the configured sites with a name.
func (c *Configuration) PathsOf(name string) (paths []string) {
	for _, entry := range c.Sites {
		if path, _ := entry["path"].(string); path != "" && entry["name"] == name {
			paths = append(paths, path)
		}
	}
	return paths
}

// Schedule returns the settings of a schedule. The default schedule need not be configured.
func (c *Configuration) Schedule(name string) (Schedule, error) {
	for _, s := range c.Schedules {
		if s.Name == name {
			return s, nil
		}
	}
	if name == schedule.Default {
		return Schedule{Name: name}, nil
	}
	return Schedule{}, exit.Usage(fmt.Errorf("%s: there is no schedule %q; add it to schedules%s", c.At("schedules"), name, c.namesOfSchedules()))
}

// namesOfSchedules returns the names of the configured schedules, for an error.
func (c *Configuration) namesOfSchedules() string {
	names := make([]string, 0, len(c.Schedules))
	for _, s := range c.Schedules {
		names = append(names, s.Name)
	}
	if len(names) == 0 {
		return ""
	}
	return ", or use " + strings.Join(names, " or ")
}

// KindOf returns the kind of backup of the site at a path.
func (c *Configuration) KindOf(path string) string {
	for _, entry := range c.Sites {
		pattern, _ := entry["path"].(string)
		matched, err := filepath.Match(pattern, path)
		if kind, _ := entry["kind"].(string); kind != "" && (pattern == path || matched && err == nil) && !c.Forced("kind") {
			return kind
		}
	}
	return c.Kind
}
