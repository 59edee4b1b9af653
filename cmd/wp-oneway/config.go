package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"
)

// envPrefix begins the name of every environment variable that is a key.
const envPrefix = "WP_ONEWAY"

// settings is the configuration as a whole: the file, the environment and the
// flags, merged.
type settings struct {
	Sites       []map[string]any `mapstructure:"sites"`
	Roots       []string         `mapstructure:"roots"`
	Limits      limits           `mapstructure:"limits"`
	DryRun      bool             `mapstructure:"dry_run"`
	JSON        bool             `mapstructure:"json"`
	Quiet       bool             `mapstructure:"quiet"`
	Verbose     bool             `mapstructure:"verbose"`
	LogFormat   string           `mapstructure:"log_format"`
	siteSetting `mapstructure:",squash"`
}

// maxSites is how many sites are backed up at once at most: each takes its share of
// memory and connections.
const maxSites = 1000

// limits are those of the whole process.
type limits struct {
	Sites     int           `mapstructure:"sites"`
	Bandwidth byteRate      `mapstructure:"bandwidth"`
	Timeout   time.Duration `mapstructure:"timeout"`
	Stall     time.Duration `mapstructure:"stall"`
	Nice      int           `mapstructure:"nice"`
}

// siteSetting is what may be said for all sites, and for one.
type siteSetting struct {
	Sinks             []sinkSetting `mapstructure:"sinks"`
	Name              string        `mapstructure:"name"`
	Kind              string        `mapstructure:"kind"`
	RequireOneWay     bool          `mapstructure:"require_one_way"`
	NoUploads         bool          `mapstructure:"no_uploads"`
	WithCore          bool          `mapstructure:"with_core"`
	Include           []string      `mapstructure:"include"`
	Exclude           []string      `mapstructure:"exclude"`
	NoDefaultExcludes bool          `mapstructure:"no_default_excludes"`
	Compression       string        `mapstructure:"compression"`
	Level             int           `mapstructure:"level"`
	Encryption        encryption    `mapstructure:"encryption"`
	Env               []string      `mapstructure:"env"`
	EnvFile           string        `mapstructure:"env_file"`
	NoEnv             bool          `mapstructure:"no_env"`
	HTTPHost          string        `mapstructure:"http_host"`
	URL               string        `mapstructure:"url"`
	VariablesOrder    string        `mapstructure:"variables_order"`
	Home              string        `mapstructure:"home"`
	DBDefaultsFile    string        `mapstructure:"db_defaults_file"`
	dumpSetting       `mapstructure:",squash"`
}

// encryption says to whom archives are sealed.
type encryption struct {
	AgeRecipients  []string `mapstructure:"age_recipients"`
	RecipientsFile string   `mapstructure:"recipients_file"`
	PassphraseFile string   `mapstructure:"passphrase_file"`
	Required       bool     `mapstructure:"required"`
}

// sinkSetting is one sink; a plain string is its URL.
type sinkSetting struct {
	URL string `mapstructure:"url"`
	// RequireOneWay, when false, exempts the sink from the site's.
	RequireOneWay *bool `mapstructure:"require_one_way"`
}

// siteEntry is one entry of sites.
type siteEntry struct {
	Path        string `mapstructure:"path"`
	Ignore      string `mapstructure:"ignore"`
	siteSetting `mapstructure:",squash"`
}

// defaults has every key: viper sees an environment variable only for a key that
// has a default, and a key that is not here is refused.
func defaults() map[string]any {
	keys := map[string]any{
		"sites": []any{}, "roots": []string{}, "sinks": []any{}, "dry_run": false, "json": false, "quiet": false, "verbose": false, "log_format": "text",
		"limits.sites": 1, "limits.bandwidth": "", "limits.timeout": "0s", "limits.stall": "5m", "limits.nice": 0,
		"name": "", "kind": "full", "no_uploads": false, "with_core": false, "require_one_way": false,
		"include": []string{}, "exclude": []string{}, "no_default_excludes": false, "compression": "zstd", "level": 0,
		"encryption.age_recipients": []string{}, "encryption.recipients_file": "", "encryption.passphrase_file": "", "encryption.required": false,
		"env": []string{}, "env_file": "", "no_env": false, "http_host": "", "url": "", "variables_order": "", "home": "", "db_defaults_file": "",
	}
	maps.Copy(keys, dumpDefaults())
	return keys
}

// flagKeys are the keys of flags that are not called like their key.
var flagKeys = map[string]string{
	"to": "sinks", "recipient": "encryption.age_recipients", "recipients-file": "encryption.recipients_file",
	"passphrase-file": "encryption.passphrase_file",
}

func newConfig() *viper.Viper {
	v := viper.New()
	for key, value := range defaults() {
		v.SetDefault(key, value)
	}
	v.SetEnvPrefix(envPrefix)
	v.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
	v.AutomaticEnv()
	v.SetConfigType("yaml")
	return v
}

// envName is the environment variable of a key.
func envName(key string) string {
	return envPrefix + "_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// readConfig reads the file, binds the command's flags, and refuses what is unknown.
func (a *app) readConfig(cmd *cobra.Command) error {
	if err := checkEnvironment(os.Environ()); err != nil {
		return err
	}
	path, err := configPath(cmd)
	if err != nil {
		return err
	}
	if path != "" {
		if err := a.readFile(path); err != nil {
			return err
		}
	}
	a.flags = cmd.Flags()
	for key := range defaults() {
		if flag := cmd.Flags().Lookup(flagName(key)); flag != nil {
			if err := a.config.BindPFlag(key, flag); err != nil {
				return fmt.Errorf("bind --%s: %w", flag.Name, err)
			}
		}
	}
	return nil
}

// flagName is the flag of a key.
func flagName(key string) string {
	for flag, k := range flagKeys {
		if k == key {
			return flag
		}
	}
	return strings.ReplaceAll(key, "_", "-")
}

// configPath is the file to read, "" for none.
func configPath(cmd *cobra.Command) (string, error) {
	if f, _ := cmd.Flags().GetString("config"); f != "" {
		return f, nil
	}
	if f := os.Getenv(envPrefix + "_CONFIG"); f != "" {
		return f, nil
	}
	candidates := []string{"/etc/wp-oneway/config.yaml"}
	if dir, err := os.UserConfigDir(); err == nil {
		candidates = append(candidates, filepath.Join(dir, "wp-oneway", "config.yaml"))
	}
	for _, f := range candidates {
		switch _, err := os.Stat(f); {
		case err == nil:
			return f, nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
			return "", fmt.Errorf("read configuration: %w", err)
		}
	}
	return "", nil
}

// careful are the keys of which an empty variable is refused: a script that never
// set it would send backups elsewhere, or not sealed.
var careful = []string{
	"sinks", "require_one_way", "encryption.age_recipients", "encryption.recipients_file", "encryption.passphrase_file", "encryption.required",
}

// checkEnvironment refuses variables with our prefix that are no key: they are
// misspelt, and what they were to say would not be done.
func checkEnvironment(environ []string) error {
	known := []string{envPrefix + "_CONFIG"}
	for key := range defaults() {
		known = append(known, envName(key))
	}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, envPrefix+"_") && !slices.Contains(known, name) {
			return fmt.Errorf("environment variable %s: no such key; see wp-oneway backup --help", name)
		}
		if strings.TrimSpace(value) == "" && slices.ContainsFunc(careful, func(key string) bool { return envName(key) == name }) {
			return fmt.Errorf("environment variable %s is empty; give it a value, or unset it", name)
		}
	}
	return nil
}

// load decodes the merged configuration.
func (a *app) load() (*settings, error) {
	s := &settings{}
	if err := decode(a.config.AllSettings(), s); err != nil {
		return nil, fmt.Errorf("configuration%s: %w", a.from(), err)
	}
	if s.Limits.Sites < 0 || s.Limits.Sites > maxSites {
		return nil, fmt.Errorf("configuration%s: 'limits.sites' is %d; give how many sites at once, 1 to %d", a.from(), s.Limits.Sites, maxSites)
	}
	if s.Limits.Nice < 0 || s.Limits.Nice > maxNice {
		return nil, fmt.Errorf("configuration%s: 'limits.nice' is %d; give 1 to %d, the lowest priority, or 0 to leave it as it is", a.from(), s.Limits.Nice, maxNice)
	}
	for i, entry := range s.Sites { // those that are not asked for now, too: a key that is wrong must not wait for its night
		if path, _ := entry["path"].(string); path == "" {
			return nil, fmt.Errorf("configuration%s: 'sites[%d]' has no path; give the site's folder, or a pattern", a.from(), i)
		}
		if _, err := a.forSite(entry); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// from names the configuration's file, for errors.
func (a *app) from() string {
	if f := a.config.ConfigFileUsed(); f != "" {
		return " " + f
	}
	return ""
}

// decode fills a struct and refuses keys it does not have.
func decode(in map[string]any, out any) error {
	d, err := mapstructure.NewDecoder(&mapstructure.DecoderConfig{
		Result: out, ErrorUnused: true, WeaklyTypedInput: true,
		DecodeHook: mapstructure.ComposeDecodeHookFunc(listHook, sinkHook, rateHook, durationHook, scalarHook),
	})
	if err != nil {
		return err
	}
	if err := d.Decode(in); err != nil {
		return &decodeError{err}
	}
	return nil
}

// A decodeError says in one line what is wrong with which keys.
type decodeError struct{ cause error }

func (e *decodeError) Error() string {
	_, keys, found := strings.Cut(e.cause.Error(), "\n\n")
	if !found {
		keys = e.cause.Error()
	}
	keys = strings.ReplaceAll(keys, "'' has", "has") // the whole has no name
	return strings.ReplaceAll(strings.TrimSpace(keys), "\n", "; ")
}

func (e *decodeError) Unwrap() error { return e.cause }

// durationHook refuses a duration without a unit, which would be taken for
// nanoseconds, and one below zero.
func durationHook(_, to reflect.Type, value any) (any, error) {
	if to != reflect.TypeFor[time.Duration]() {
		return value, nil
	}
	text := strings.TrimSpace(fmt.Sprint(value))
	if text == "0" || text == "" {
		return time.Duration(0), nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return nil, fmt.Errorf("%q is no duration; write it with its unit, as 90s, 5m or 6h", text)
	}
	return d, nil
}

// scalarHook refuses what would be bent into another type: 3.7 into 3, true into 1,
// 2 into true, and 1.10, which YAML takes for a number, into "1.1".
func scalarHook(from, to reflect.Type, value any) (any, error) {
	truth := from.Kind() == reflect.Bool
	switch kind := to.Kind(); {
	case kind == reflect.Int:
		f, isFloat := value.(float64)
		text, isText := value.(string)
		_, err := strconv.ParseInt(text, 0, 64)
		if truth || isFloat && f != math.Trunc(f) || isText && err != nil {
			return nil, errors.New("must be a whole number")
		}
	case kind == reflect.Bool:
		text, isText := value.(string)
		_, err := strconv.ParseBool(text)
		if !truth && (!isText || err != nil) {
			return nil, errors.New("must be true or false")
		}
	case kind == reflect.String:
		if truth || from.Kind() == reflect.Float64 {
			return nil, errors.New("must be text; put it in quotes")
		}
	}
	return value, nil
}

// listHook reads a list from one string, as the environment gives it: YAML if it
// begins with a bracket, else words.
func listHook(_, to reflect.Type, value any) (any, error) {
	text, ok := value.(string)
	if !ok || to.Kind() != reflect.Slice {
		return value, nil
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "[") {
		return strings.Fields(text), nil
	}
	var list []any
	if err := yaml.Unmarshal([]byte(text), &list); err != nil {
		return nil, fmt.Errorf("read the list: %w", err)
	}
	return list, nil
}

// sinkHook reads a sink, or a site, that is given by a plain string.
func sinkHook(_, to reflect.Type, value any) (any, error) {
	text, ok := value.(string)
	switch {
	case !ok:
		return value, nil
	case to == reflect.TypeFor[sinkSetting]():
		return map[string]any{"url": text}, nil
	case to == reflect.TypeFor[map[string]any]():
		return map[string]any{"path": text}, nil
	}
	return value, nil
}

// forSite merges one entry of sites over what holds for all; the environment and
// the flags win over both.
func (a *app) forSite(entry map[string]any) (siteEntry, error) {
	all := a.config.AllSettings()
	for _, key := range []string{"sites", "roots", "limits", "dry_run", "json", "quiet", "verbose", "log_format"} {
		delete(all, key)
	}
	a.overlay(all, entry, "")
	var s siteEntry
	if err := decode(all, &s); err != nil {
		return siteEntry{}, fmt.Errorf("configuration%s: site %v: %w", a.from(), entry["path"], err)
	}
	return s, nil
}

// overlay puts the values of entry over those of all, but where the environment
// or a flag has spoken.
func (a *app) overlay(all, entry map[string]any, prefix string) {
	for key, value := range entry {
		full := prefix + strings.ToLower(key)
		if below, ok := value.(map[string]any); ok {
			if under, ok := all[strings.ToLower(key)].(map[string]any); ok {
				a.overlay(under, below, full+".")
				continue
			}
		}
		if a.insisted(full) {
			continue
		}
		all[strings.ToLower(key)] = value
	}
}

// insisted tells whether the environment or a flag says what the key is.
func (a *app) insisted(key string) bool {
	if os.Getenv(envName(key)) != "" { // an empty one says nothing
		return true
	}
	flag := a.flags.Lookup(flagName(key))
	return flag != nil && flag.Changed
}
