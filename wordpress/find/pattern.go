package find

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
	"github.com/wp-oneway/wp-oneway/wordpress/safefs"
)

// IsPattern reports whether text is a shell pattern. The name of an existing folder is not a
// pattern.
func IsPattern(text string) bool {
	if !strings.ContainsAny(text, `*?[`) {
		return false
	}
	_, err := os.Lstat(text)
	return err != nil
}

// Expand returns the sorted paths that match an absolute shell pattern. A path without a pattern
// is returned unchanged, even if it does not exist. Links are followed as safefs.RealPath does.
// The notes name folders that could not be read.
func Expand(ctx context.Context, pattern string) ([]string, wordpress.Notes, error) {
	clean := filepath.Clean(pattern)
	if !IsPattern(clean) {
		return []string{clean}, wordpress.Notes{}, nil
	}
	if _, err := path.Match(clean, ""); err != nil {
		return nil, wordpress.Notes{}, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	e := &expander{ctx: ctx}
	e.expand("/", safefs.Components(clean))
	slices.Sort(e.out)
	return e.out, e.notes, ctx.Err()
}

type expander struct {
	ctx   context.Context
	out   []string
	notes wordpress.Notes
}

// expand adds the paths below dir that match the remaining components, ahead.
func (e *expander) expand(dir string, ahead []string) {
	for len(ahead) > 0 && !strings.ContainsAny(ahead[0], `*?[\`) {
		dir, ahead = safefs.Join(dir, ahead[0]), ahead[1:]
	}
	if len(ahead) == 0 {
		if _, err := os.Lstat(dir); err == nil {
			e.out = append(e.out, dir)
		}
		return
	}
	names, err := e.matches(dir, ahead[0])
	if err != nil {
		if !safefs.Absent(err) {
			e.notes.Add(wordpress.QuoteName(dir) + ": " + safefs.Cause(err).Error())
		}
		return
	}
	for _, name := range names {
		e.expand(safefs.Join(dir, name), ahead[1:])
	}
}

// matches returns the names of the folders and links in dir that match the pattern. A
// hidden name matches only a pattern that begins with a dot.
func (e *expander) matches(dir, pattern string) ([]string, error) {
	file, err := safefs.OpenFolder(dir)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var names []string
	for len(names) < defaultLimits.siblings && e.ctx.Err() == nil {
		entries, err := file.ReadDir(listBatch)
		for _, d := range entries {
			if d.Name()[0] == '.' && pattern[0] != '.' || !d.IsDir() && d.Type()&os.ModeSymlink == 0 {
				continue
			}
			if ok, _ := path.Match(pattern, d.Name()); ok {
				names = append(names, d.Name())
			}
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}
