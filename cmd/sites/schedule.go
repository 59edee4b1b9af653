package sites

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/wordpress/find"
)

// Scheduled returns the arguments with the sites of a schedule, and sets the schedule's kind for
// them.
func Scheduled(ctx context.Context, c *settings.Configuration, o Arguments) (Arguments, error) {
	if len(o.Paths) > 0 || o.All {
		return o, exit.Usage(errors.New("--schedule names the sites; omit PATH and --all"))
	}
	s, err := c.Schedule(o.Schedule)
	if err != nil {
		return o, err
	}
	c.ScheduledKind = s.Kind
	o.All = len(s.Sites) == 0 && len(c.Sites) == 0 || slices.Contains(s.Sites, settings.AllSites)
	for _, word := range s.Sites {
		patterns := c.PathsOf(word)
		switch {
		case word == settings.AllSites:
		case filepath.IsAbs(word):
			patterns = []string{word}
		}
		for _, pattern := range patterns {
			paths, err := matching(ctx, pattern)
			if err != nil {
				return o, exit.Usage(fmt.Errorf("schedule %s: sites: %w", s.Name, err))
			}
			o.Paths = append(o.Paths, paths...)
		}
	}
	return o, nil
}

// matching returns the folders of sites that match a pattern. If nothing matches, it returns the
// pattern itself, so that this site fails.
func matching(ctx context.Context, pattern string) ([]string, error) {
	found, _, err := find.Expand(ctx, pattern)
	if err != nil {
		return nil, fmt.Errorf("path %q: %w", pattern, err)
	}
	literal := filepath.Clean(pattern)
	found = slices.DeleteFunc(found, func(path string) bool { return path != literal && !LooksInstalled(path) })
	if len(found) == 0 {
		found = []string{literal}
	}
	return found, nil
}
