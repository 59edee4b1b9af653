// Package settings loads, decodes and checks the configuration: the file, the environment and
// the flags, merged.
package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/cmd/process"
	"github.com/wp-oneway/wp-oneway/secret"
)

// A Configuration holds the settings of the file, the environment and the flags,
// merged. It is loaded once, before the command runs.
type Configuration struct {
	settings
	Path    string         // of the file; "" without one
	Skipped string         // the system's file, if this user may not read it
	file    *keys.File     // the content of the file; empty without one
	flags   *pflag.FlagSet // of the command that runs
	keys    map[string]keys.Key
	// ScheduledKind is the kind of backup that the running schedule sets. "" means the kind of
	// each site.
	ScheduledKind string
	// fileSinks are the sinks for all sites in the file, even if a flag or the environment
	// replaces them.
	fileSinks []Sink
	// Passphrase seals the backups of a compat command. No other command has it in memory.
	Passphrase secret.Text
	values     map[string]any // of each leaf that the file, the environment or a flag sets
}

// settings has a field for each key of the configuration.
type settings struct {
	Sites           []map[string]any `mapstructure:"sites"` // see Configuration.Site
	Roots           []string         `mapstructure:"roots"`
	Schedules       []Schedule       `mapstructure:"schedules"`
	Limits          limits           `mapstructure:"limits"`
	DryRun          bool             `mapstructure:"dry_run"`
	JSON            bool             `mapstructure:"json"`
	Quiet           bool             `mapstructure:"quiet"`
	Verbose         bool             `mapstructure:"verbose"`
	LogFormat       string           `mapstructure:"log_format"`
	Wait            lockWait         `mapstructure:"wait"`
	Hooks           []hookSetting    `mapstructure:"hooks"`
	notifySetting   `mapstructure:",squash"`
	machineSettings `mapstructure:",squash"`
	SiteSetting     `mapstructure:",squash"`
}

// limits are the limits of the whole process.
type limits struct {
	Sites     int                `mapstructure:"sites"`
	Bandwidth byteRate           `mapstructure:"bandwidth"`
	Timeout   time.Duration      `mapstructure:"timeout"`
	Stall     time.Duration      `mapstructure:"stall"`
	SiteSize  byteSize           `mapstructure:"site_size"`
	Nice      int                `mapstructure:"nice"`
	IONice    process.IOPriority `mapstructure:"ionice"`
	Load      float64            `mapstructure:"load"`
	Memory    byteSize           `mapstructure:"memory"`
}

// SiteSetting are the keys that can be set for all sites and for one.
type SiteSetting struct {
	Sinks             []Sink     `mapstructure:"sinks"`
	Name              string     `mapstructure:"name"`
	Kind              string     `mapstructure:"kind"`
	RequireOneWay     bool       `mapstructure:"require_one_way"`
	NoUploads         bool       `mapstructure:"no_uploads"`
	WithCore          bool       `mapstructure:"with_core"`
	Include           []string   `mapstructure:"include"`
	Exclude           []string   `mapstructure:"exclude"`
	NoDefaultExcludes bool       `mapstructure:"no_default_excludes"`
	Compression       string     `mapstructure:"compression"`
	Level             int        `mapstructure:"level"`
	Encryption        encryption `mapstructure:"encryption"`
	Env               []string   `mapstructure:"env"`
	EnvFile           string     `mapstructure:"env_file"`
	NoEnv             bool       `mapstructure:"no_env"`
	HTTPHost          string     `mapstructure:"http_host"`
	URL               string     `mapstructure:"url"`
	VariablesOrder    string     `mapstructure:"variables_order"`
	WithPHP           phpBinary  `mapstructure:"with_php"`
	Home              string     `mapstructure:"home"`
	DBDefaultsFile    string     `mapstructure:"db_defaults_file"`
	dumpSetting       `mapstructure:",squash"`
	retentionSetting  `mapstructure:",squash"`
}

// encryption names the recipients of sealed archives.
type encryption struct {
	AgeRecipients  []string `mapstructure:"age_recipients"`
	RecipientsFile string   `mapstructure:"recipients_file"`
	PassphraseFile string   `mapstructure:"passphrase_file"`
	Required       bool     `mapstructure:"required"`
}

// Sink is one sink; a plain string is its URL.
type Sink struct {
	URL string `mapstructure:"url"`
	// Name is the name of the sink in the state, the metrics and status.
	Name string `mapstructure:"name"`
	// RequireOneWay exempts the sink from the site's setting if it is false.
	RequireOneWay    *bool `mapstructure:"require_one_way"`
	retentionSetting `mapstructure:",squash"`
}

// Site is one entry of sites.
type Site struct {
	Path   string `mapstructure:"path"`
	Ignore string `mapstructure:"ignore"`
	// RunAs is the user with whose rights the site is read. Only the file can set it.
	RunAs       userID `mapstructure:"run_as"`
	SiteSetting `mapstructure:",squash"`
	ownSinks    bool // the entry has its own sinks, which replace those of all sites
}

// maxSites is the maximum number of sites that are backed up at the same time: each uses its own
// memory and connections.
const maxSites = 1000

// Load reads the file and the environment, merges them with the command's flags, and checks the
// result. configPath is the value of --config.
func Load(flags *pflag.FlagSet, configPath string) (*Configuration, error) {
	if err := Keys().CheckEnvironment(os.Environ()); err != nil {
		return nil, err
	}
	path, skipped, err := FindFile(configPath)
	if err != nil {
		return nil, err
	}
	file := &keys.File{}
	if path != "" {
		if file, err = Keys().ReadFile(path); err != nil {
			return nil, err
		}
	}
	return merge(file, skipped, flags)
}

// FindFile returns the file to read, or "". given is the value of --config. skipped is the
// system's file, if this user may not read it.
func FindFile(given string) (path, skipped string, err error) {
	if given != "" {
		return given, "", nil
	}
	if f := os.Getenv(keys.EnvPrefix + "_CONFIG"); f != "" {
		return f, "", nil
	}
	switch err := unix.Faccessat(unix.AT_FDCWD, SystemFile, unix.R_OK, unix.AT_EACCESS); {
	case err == nil:
		return SystemFile, "", nil
	case errors.Is(err, fs.ErrPermission) && os.Geteuid() != 0:
		skipped = SystemFile
	case !errors.Is(err, fs.ErrNotExist):
		return "", "", fmt.Errorf("read configuration %s: %w", SystemFile, err)
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", skipped, nil //nolint:nilerr // a user without a home has no file there
	}
	own := filepath.Join(dir, "wp-oneway", "config.yaml")
	if _, err := os.Stat(own); errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "", skipped, nil
	} else if err != nil {
		return "", "", fmt.Errorf("read configuration: %w", err)
	}
	return own, skipped, nil
}

// WithoutFlags returns the configuration that a command without flags would have. It merges the
// same content of the file anew, because a flag replaces the values of the file.
func (c *Configuration) WithoutFlags() (*Configuration, error) {
	return merge(c.file, c.Skipped, pflag.NewFlagSet("", pflag.ContinueOnError))
}

// merge merges the content of the file, the environment and the flags, and checks the result.
func merge(file *keys.File, skipped string, flags *pflag.FlagSet) (*Configuration, error) {
	c := &Configuration{Path: file.Path, Skipped: skipped, file: file, flags: flags, keys: map[string]keys.Key{}, values: map[string]any{}}
	v := newViper(Keys())
	if err := v.MergeConfigMap(file.Keys); err != nil {
		return nil, fmt.Errorf("read configuration %s: %w", c.Path, err)
	}
	if err := c.decodeFileSinks(); err != nil {
		return nil, c.Locate("", err)
	}
	for _, k := range Keys().Leaves() {
		c.keys[k.Name] = k
		if flag := flags.Lookup(k.FlagName()); flag != nil {
			if err := v.BindPFlag(k.Name, flag); err != nil {
				return nil, fmt.Errorf("bind --%s: %w", flag.Name, err)
			}
		}
	}
	for name := range c.keys {
		c.values[name] = v.Get(name)
	}
	if err := decode(v.AllSettings(), &c.settings); err != nil {
		return nil, c.Locate("", err)
	}
	return c, c.check()
}

// check refuses values outside their range, and entries of sites that cannot be decoded, even if
// this command does not use the site.
func (c *Configuration) check() error {
	if n := c.Limits.Sites; n < 0 || n > maxSites {
		return fmt.Errorf("%s: 'limits.sites' is %d; give the number of sites at the same time, 1 to %d", c.At("limits.sites"), n, maxSites)
	}
	if _, err := process.PlanMemory(int64(c.Limits.Memory), 1, 1, false); err != nil {
		return fmt.Errorf("%s: %w", c.At("limits.memory"), err)
	}
	if err := c.checkRetention("", c.retentionSetting); err != nil {
		return err
	}
	for i, sink := range c.fileSinks {
		if err := c.checkRetention(fmt.Sprintf("sinks[%d]", i), sink.retentionSetting); err != nil {
			return err
		}
	}
	if n := c.Limits.Nice; n < 0 || n > process.MaxNice {
		return fmt.Errorf("%s: 'limits.nice' is %d; give 1 to %d, the lowest priority, or 0 to leave it as it is", c.At("limits.nice"), n, process.MaxNice)
	}
	if n := c.Limits.Load; n < 0 {
		return fmt.Errorf("%s: 'limits.load' is %g; give the highest 1-minute load, or 0 for no limit", c.At("limits.load"), n)
	}
	for i, entry := range c.Sites {
		key := fmt.Sprintf("sites[%d]", i)
		if path, _ := entry["path"].(string); path == "" {
			return fmt.Errorf("%s: '%s' has no path; give the site's folder, or a pattern", c.At(key), key)
		}
		set, err := c.DecodeSite(entry)
		if err != nil {
			return c.Locate(key, err)
		}
		if err := c.checkRetention(key, set.retentionSetting); err != nil {
			return err
		}
	}
	if err := c.checkSchedules(); err != nil {
		return err
	}
	if err := c.notifySetting.check(); err != nil {
		key, _, _ := strings.Cut(err.Error(), ": ")
		return fmt.Errorf("%s: %w", c.At(key), err)
	}
	if _, i, err := Hooks(c.Hooks); err != nil {
		key := fmt.Sprintf("hooks[%d]", i)
		return fmt.Errorf("%s: '%s': %w", c.At(key), key, err)
	}
	if key, err := c.machineSettings.check(); err != nil {
		return fmt.Errorf("%s: %w", c.At(key), err)
	}
	if c.Verbose && c.Quiet {
		return errors.New("quiet and verbose exclude each other; give one of them")
	}
	if c.LogFormat != "text" && c.LogFormat != "json" {
		return fmt.Errorf("log_format %q: must be text or json", c.LogFormat)
	}
	return nil
}

// Site returns the settings of one site. entry holds its keys, as in an entry of sites. They
// override the settings of all sites. The environment and the flags override both.
func (c *Configuration) Site(entry map[string]any) (Site, error) {
	s, err := c.DecodeSite(entry)
	if err != nil {
		return Site{}, fmt.Errorf("%s: site %v: %w", c.At(""), entry["path"], err)
	}
	return s, nil
}

// DecodeSite is like Site, but its error does not name the entry.
func (c *Configuration) DecodeSite(entry map[string]any) (Site, error) {
	s := Site{SiteSetting: c.SiteSetting}
	s.retentionSetting = retentionSetting{} // the Keeper reads each level separately
	keys := c.unforced("", entry)
	_, s.ownSinks = keys["sinks"]
	var err error
	if path, ok := keys["path"].(string); ok && len(keys) == 1 {
		s.Path = path // of most sites of a large host, nothing else is configured
	} else {
		err = decode(keys, &s)
	}
	if c.ScheduledKind != "" && !c.Forced("kind") {
		s.Kind = c.ScheduledKind
	}
	return s, err
}

// decodeFileSinks sets fileSinks from the values of the file.
func (c *Configuration) decodeFileSinks() error {
	for key, value := range c.file.Keys {
		if strings.EqualFold(key, "sinks") {
			var in struct {
				Sinks []Sink `mapstructure:"sinks"`
			}
			err := decode(map[string]any{"sinks": value}, &in)
			c.fileSinks = in.Sinks
			return err
		}
	}
	return nil
}

// unforced returns the values whose keys neither the environment nor a flag sets.
func (c *Configuration) unforced(prefix string, values map[string]any) map[string]any {
	out := make(map[string]any, len(values))
	for key, value := range values {
		key = strings.ToLower(key)
		if below, ok := value.(map[string]any); ok {
			out[key] = c.unforced(prefix+key+".", below)
		} else if !c.Forced(prefix + key) {
			out[key] = value
		}
	}
	return out
}

// Forced reports whether the environment or a flag sets a key. An empty variable sets nothing.
func (c *Configuration) Forced(key string) bool {
	if os.Getenv(keys.EnvName(key)) != "" {
		return true
	}
	flag := c.flags.Lookup(c.keys[key].FlagName())
	return flag != nil && flag.Changed
}

// At returns the place to name in an error about a key: the file, and the line if the file sets
// the key.
func (c *Configuration) At(key string) string {
	if c.Path == "" {
		return "configuration"
	}
	list, _, _ := strings.Cut(key, "[")
	if line := c.file.Lines[key]; line > 0 && !c.Forced(list) {
		return fmt.Sprintf("configuration %s:%d", c.Path, line)
	}
	return "configuration " + c.Path
}

// Locate adds the file and the line to an error of decode. key is the decoded entry, such as
// sites[0], or "" for the whole configuration.
func (c *Configuration) Locate(key string, err error) error {
	where := key
	if first := firstKey(err); first != "" {
		where = strings.TrimPrefix(key+"."+first, ".")
	}
	if c.file.Lines[where] == 0 {
		where = key
	}
	if key != "" {
		return fmt.Errorf("%s: '%s': %w", c.At(where), key, err)
	}
	return fmt.Errorf("%s: %w", c.At(where), err)
}

// DefaultSink is the sink of a site for which no sink is configured.
const DefaultSink = "~/backups"
