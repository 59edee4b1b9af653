package settings

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/agent/retention"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// A Keeper finds the retention settings for a site and a kind in a folder. It implements
// agent.Keeper for the configuration.
type Keeper struct {
	*Configuration
	named map[string]Site // the configured sites, by their names in the sinks
}

// NewKeeper returns the keeper of a configuration. named are the configured sites, by their
// names in the sinks.
func NewKeeper(c *Configuration, named map[string]Site) *Keeper {
	return &Keeper{Configuration: c, named: named}
}

// A level is a place in the configuration that can set retention.
type level struct {
	retentionSetting
	site bool // it is for one site
	sink bool // it is for one sink
}

// levels returns the places that can set the retention of a site in a sink, the most specific one
// first: the sink in the site's own list, the site, the sink, all sites.
func (k *Keeper) levels(name, sink string) (levels []level) {
	set, known := k.named[name]
	if known && set.ownSinks {
		levels = append(levels, sinkLevels(set.Sinks, sink, true)...)
	}
	if known {
		levels = append(levels, level{set.retentionSetting, true, false})
	}
	return append(append(levels, k.sinkLevels(sink)...), level{k.retentionSetting, false, false})
}

// sinkLevels returns the settings of a sink for all sites. It also reads the sinks of the file,
// because a flag or the environment can name the same sink without its settings.
func (k *Keeper) sinkLevels(sink string) []level {
	return append(sinkLevels(k.Sinks, sink, false), sinkLevels(k.fileSinks, sink, false)...)
}

func sinkLevels(list []Sink, sink string, site bool) (levels []level) {
	for _, s := range list {
		if sameSink(s.URL, sink) {
			levels = append(levels, level{s.retentionSetting, site, true})
		}
	}
	return levels
}

// sameSink reports whether two sinks are the same URL or folder.
func sameSink(a, b string) bool {
	if a == b {
		return true
	}
	folder := func(text string) string {
		u, err := sinks.Parse(text)
		if err != nil {
			return ""
		}
		dir, _ := sinks.LocalDir(u)
		return strings.TrimSuffix(dir, "/")
	}
	dir := folder(a)
	return dir != "" && dir == folder(b)
}

// find returns the settings of the first level for which isSet is true: at each level, it tries
// the kind first, and then all kinds. The environment and the flags override all levels.
func (k *Keeper) find(levels []level, kind retention.Kind, isSet func(*keepSetting) bool, names ...string) *keepSetting {
	all := k.retentionSetting
	for _, name := range names {
		if k.Forced("retention." + kind.Key + "." + name) {
			return all.Retention.of(kind)
		}
	}
	for _, name := range names {
		if k.Forced(name) {
			return &all.keepSetting
		}
	}
	for _, l := range levels {
		for _, s := range []*keepSetting{l.Retention.of(kind), &l.keepSetting} {
			if isSet(s) {
				return s
			}
		}
	}
	return &keepSetting{}
}

// Policy implements agent.Keeper.
func (k *Keeper) Policy(name, sink string, kind retention.Kind) retention.Policy {
	levels := k.levels(name, sink)
	count := func(key string, of func(*keepSetting) keepCount) int {
		return of(k.find(levels, kind, func(s *keepSetting) bool { return of(s).set }, key)).n
	}
	within := k.find(levels, kind, func(s *keepSetting) bool { return s.KeepWithin.set || s.KeepFor.set }, "keep_within", "keep_for")
	span := within.KeepWithin
	if !span.set || k.Forced("keep_for") || k.Forced("retention."+kind.Key+".keep_for") {
		span = within.KeepFor
	}
	return retention.Policy{
		Last:    count("keep_last", func(s *keepSetting) keepCount { return s.KeepLast }),
		Hourly:  count("keep_hourly", func(s *keepSetting) keepCount { return s.KeepHourly }),
		Daily:   count("keep_daily", func(s *keepSetting) keepCount { return s.KeepDaily }),
		Weekly:  count("keep_weekly", func(s *keepSetting) keepCount { return s.KeepWeekly }),
		Monthly: count("keep_monthly", func(s *keepSetting) keepCount { return s.KeepMonthly }),
		Yearly:  count("keep_yearly", func(s *keepSetting) keepCount { return s.KeepYearly }),
		Within:  span.span, MaxSize: kindSize(levels, kind),
	}
}

// kindSize returns the maximum size of a site's runs of one kind, in bytes: the size that the
// site sets, or that any level sets for the kind. 0 means no limit.
func kindSize(levels []level, kind retention.Kind) int64 {
	for _, l := range levels {
		if s := l.Retention.of(kind).MaxSize; s.set {
			return int64(s.bytes)
		}
		if l.site && !l.sink && l.MaxSize.set {
			return int64(l.MaxSize.bytes)
		}
	}
	return 0
}

// MaxSize implements agent.Keeper. It returns the size that the sink sets, also in a site's list
// of sinks, or else the size that is set for all sites.
func (k *Keeper) MaxSize(sink string) int64 {
	if !k.Forced("max_size") {
		levels := k.sinkLevels(sink)
		for _, name := range slices.Sorted(maps.Keys(k.named)) {
			if set := k.named[name]; set.ownSinks {
				levels = append(levels, sinkLevels(set.Sinks, sink, true)...)
			}
		}
		for _, l := range levels {
			if l.MaxSize.set {
				return int64(l.MaxSize.bytes)
			}
		}
	}
	return int64(k.retentionSetting.MaxSize.bytes)
}

// checkRetention refuses a setting that is set under both of its names in the same place. entry
// is the entry of a list, such as sites[0], or "".
func (c *Configuration) checkRetention(entry string, set retentionSetting) error {
	check := func(below string, s *keepSetting) error {
		name := strings.TrimPrefix(entry+"."+below+"keep_for", ".")
		if s.KeepWithin.set && s.KeepFor.set && c.file.Lines[name] > 0 {
			return fmt.Errorf("%s: '%s' is another name of keep_within, which is set too; remove one of them", c.At(name), name)
		}
		return nil
	}
	if err := check("", &set.keepSetting); err != nil {
		return err
	}
	for _, kind := range retention.Kinds() {
		if err := check("retention."+kind.Key+".", set.Retention.of(kind)); err != nil {
			return err
		}
	}
	return nil
}

// KeepsAnything reports whether any rule is set, for any site or sink.
func (k *Keeper) KeepsAnything(folders []PruneFolder) bool {
	names := []string{""}
	for name := range k.named {
		names = append(names, name)
	}
	for _, f := range folders {
		for _, name := range names {
			if slices.ContainsFunc(retention.Kinds(), func(kind retention.Kind) bool { return !k.Policy(name, f.Sink, kind).Empty() }) {
				return true
			}
		}
	}
	return false
}

// A PruneFolder is a folder of backups, and the sink that it belongs to.
type PruneFolder struct{ Dir, Sink string }

// PruneFolders returns the folders of the configured sinks, of the sinks on the command line, or
// the default folder. remote holds the sinks that are buckets.
func (k *Keeper) PruneFolders(ctx context.Context, host string) (folders []PruneFolder, remote []string, err error) {
	texts := urls(k.Sinks)
	if !k.Forced("sinks") {
		for _, set := range k.named {
			if set.ownSinks {
				texts = append(texts, urls(set.Sinks)...)
			}
		}
	}
	if len(texts) == 0 {
		texts = []string{DefaultSink}
	}
	seen := map[string]bool{}
	for _, text := range texts {
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		u, err := sinks.Parse(strings.ReplaceAll(text, "{host}", host))
		if err != nil {
			return nil, nil, exit.Usage(err)
		}
		dir, local := sinks.LocalDir(u)
		if !local {
			remote = append(remote, text)
			continue
		}
		found, err := k.matching(dir)
		if err != nil {
			return nil, nil, err
		}
		for _, dir := range found {
			if dir = filepath.Clean(dir); !seen[dir] {
				seen[dir] = true
				folders = append(folders, PruneFolder{dir, text})
			}
		}
	}
	return folders, remote, nil
}

func urls(list []Sink) (texts []string) {
	for _, s := range list {
		texts = append(texts, s.URL)
	}
	return texts
}

// matching returns the folders that match a path with {kind}, {site} or {owner}. A path on the
// command line must exist.
func (k *Keeper) matching(dir string) ([]string, error) {
	pattern := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{kind}", "*", "{site}", "*", "{owner}", "*").Replace(dir)
	found, err := filepath.Glob(pattern)
	if err != nil {
		return nil, exit.Usage(fmt.Errorf("sink %s: %w", dir, err))
	}
	if len(found) == 0 && k.Forced("sinks") {
		if _, err := os.Lstat(dir); err != nil {
			return nil, exit.Usage(fmt.Errorf("prune %s: there is no such folder; give the folder of the backups with --to", dir))
		}
	}
	return found, nil
}
