package sites

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent/retention"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// keeperFrom returns the Keeper for a configuration with a site x at /srv/x, and the flags of
// prune.
func keeperFrom(t *testing.T, yaml string, args ...string) *settings.Keeper {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := pflag.NewFlagSet("prune", pflag.ContinueOnError)
	settings.Keys().AddFlags(flags, append(settings.KeepFlags(), "sinks")...)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	c, err := settings.Load(flags, file)
	if err != nil {
		t.Fatal(err)
	}
	entries := []Entry{NewEntry("/srv/x", "")}
	for _, keys := range c.Sites {
		entries[0].Keys = keys
	}
	entries[0].Keys["name"] = "x"
	k, err := Keeper(c, entries)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// The most specific level decides: first the sink in the entry of the site, then that entry, then
// the sink, then the whole configuration. At each level, the kind comes first. Flags and the
// environment override all levels.
func TestRetentionLevels(t *testing.T) {
	const x = "sites: [{path: /srv/x, name: x, %s}]\n"
	for name, c := range map[string]struct {
		yaml string
		args []string
		env  string
		site string
		kind string
		want string // last, daily, within, max_size of the kind
	}{
		"nothing":                 {yaml: "kind: db", want: "0 0 0d 0"},
		"all sites":               {yaml: "keep_last: 2\nkeep_daily: 7\nkeep_within: 1y5m7d2h", want: "2 7 1y5m7d2h 0"},
		"keep_for":                {yaml: "keep_for: 7", want: "0 0 7d 0"},
		"unlimited":               {yaml: "keep_last: unlimited\nkeep_within: unlimited\nkeep_daily: -1", want: "-1 -1 unlimited 0"},
		"kind":                    {yaml: "keep_daily: 7\nretention: {db: {keep_daily: 30, max_size: 1GiB}}", want: "0 30 0d 1073741824"},
		"other kind":              {yaml: "keep_daily: 7\nretention: {full: {keep_daily: 30}}", want: "0 7 0d 0"},
		"no uploads":              {yaml: "keep_daily: 7\nretention: {files: {keep_daily: 1}, files_no_uploads: {keep_daily: 30}}", kind: "files_no_uploads", want: "0 30 0d 0"},
		"site":                    {yaml: "keep_daily: 7\nkeep_last: 3\n" + fmt.Sprintf(x, "keep_daily: 90"), want: "3 90 0d 0"},
		"other site":              {yaml: "keep_daily: 7\n" + fmt.Sprintf(x, "keep_daily: 90"), site: "y", want: "0 7 0d 0"},
		"site's zero":             {yaml: "keep_daily: 7\n" + fmt.Sprintf(x, "keep_daily: 0"), want: "0 0 0d 0"},
		"site over kind":          {yaml: "retention: {db: {keep_daily: 5}}\n" + fmt.Sprintf(x, "keep_daily: 90"), want: "0 90 0d 0"},
		"kind of a site":          {yaml: fmt.Sprintf(x, "keep_daily: 90, retention: {db: {keep_daily: 1}}"), want: "0 1 0d 0"},
		"sink":                    {yaml: "keep_daily: 7\nkeep_last: 1\nsinks: [{url: /vault, keep_daily: 30}]", want: "1 30 0d 0"},
		"other sink":              {yaml: "keep_daily: 7\nsinks: [{url: /other, keep_daily: 30}]", want: "0 7 0d 0"},
		"site over sink":          {yaml: "sinks: [{url: /vault, keep_daily: 30}]\n" + fmt.Sprintf(x, "keep_daily: 90"), want: "0 90 0d 0"},
		"the site's sink":         {yaml: "sinks: [{url: /vault, keep_daily: 30}]\n" + fmt.Sprintf(x, "keep_daily: 90, sinks: [{url: /vault, keep_daily: 4}]"), want: "0 4 0d 0"},
		"kind of a sink":          {yaml: "keep_daily: 7\nsinks: [{url: /vault, retention: {db: {keep_daily: 9}}}]", want: "0 9 0d 0"},
		"sink named by a flag":    {yaml: "keep_daily: 7\nsinks: [{url: 'file:///vault/', keep_daily: 30}]", args: []string{"--to", "/vault"}, want: "0 30 0d 0"},
		"flag":                    {yaml: "sinks: [{url: /vault, keep_daily: 30}]\n" + fmt.Sprintf(x, "keep_daily: 90, retention: {db: {keep_daily: 1}}"), args: []string{"--keep-daily", "3"}, want: "0 3 0d 0"},
		"flag keep_for":           {yaml: "keep_within: 90d", args: []string{"--keep-for", "2m"}, want: "0 0 2m 0"},
		"environment":             {yaml: fmt.Sprintf(x, "keep_daily: 90"), env: "WP_ONEWAY_KEEP_DAILY", want: "0 5 0d 0"},
		"environment of the kind": {yaml: fmt.Sprintf(x, "keep_daily: 90"), env: "WP_ONEWAY_RETENTION_DB_KEEP_DAILY", args: []string{"--keep-daily", "3"}, want: "0 5 0d 0"},
		"size of a site":          {yaml: "max_size: 1TiB\n" + fmt.Sprintf(x, "max_size: 2MiB"), want: "0 0 0d 2097152"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.env != "" {
				t.Setenv(c.env, "5")
			}
			site, kind := "x", "db"
			if c.site != "" {
				site = c.site
			}
			if c.kind != "" {
				kind = c.kind
			}
			k := keeperFrom(t, c.yaml, c.args...)
			for _, of := range retention.Kinds() {
				if of.Key != kind {
					continue
				}
				p := k.Policy(site, "/vault", of)
				if got := fmt.Sprintf("%d %d %s %d", p.Last, p.Daily, p.Within, p.MaxSize); got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
			}
		})
	}
}

// max_size of a sink, or of all sites, is the limit of the folder.
func TestMaxSizeOfAFolder(t *testing.T) {
	for yaml, want := range map[string]int64{
		"kind: db":      0,
		"max_size: 1GB": 1e9,
		"max_size: 1GB\nsinks: [{url: /vault, max_size: 2GB}]":                          2e9,
		"max_size: 1GB\nsites: [{path: /srv/x, max_size: 3GB}]":                         1e9,
		"retention: {db: {max_size: 3GB}}":                                              0,
		"max_size: 1GB\nsinks: [{url: /vault, max_size: unlimited}]":                    0,
		"sites: [{path: /srv/x, sinks: [{url: /vault, max_size: 2GB}]}]":                2e9,
		"max_size: 9GB\nsites: [{path: /srv/x, sinks: [{url: /vault, max_size: 2GB}]}]": 2e9,
	} {
		if got := keeperFrom(t, yaml).MaxSize("/vault"); got != want {
			t.Errorf("%s: %d, want %d", yaml, got, want)
		}
	}
}
