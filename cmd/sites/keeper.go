package sites

import (
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/wordpress/site"
)

// Keeper returns the settings.Keeper for entries without jobs.
func Keeper(c *settings.Configuration, entries []Entry) (*settings.Keeper, error) {
	named := map[string]settings.Site{}
	homes := site.SystemHomes().Of
	for _, e := range entries {
		set, err := c.Site(e.Keys)
		if err != nil {
			return nil, exit.Usage(err)
		}
		name := set.Name
		if name == "" {
			if p, err := place(set.Path, set.Home, homes); err == nil {
				name = p.For(requestHost(set.HTTPHost, set.URL)).Name
			}
		}
		named[name] = set
	}
	return settings.NewKeeper(c, named), nil
}
