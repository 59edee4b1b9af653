// Package schedules connects the schedules of the configuration with the host: what is installed
// for each schedule, and when it is due.
package schedules

import (
	"cmp"
	"fmt"
	"os"

	"github.com/wp-oneway/wp-oneway/agent/schedule"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// A Schedule is a schedule to install.
type Schedule struct {
	name  string
	times schedule.Times
}

// Choose returns the schedules to install: the named ones, or all. flag is the time that a flag
// gives, or "".
func Choose(c *settings.Configuration, flag string, names []string) ([]Schedule, error) {
	if len(names) == 0 {
		for _, s := range c.Schedules {
			names = append(names, s.Name)
		}
	}
	if len(names) == 0 {
		names = []string{schedule.Default}
	}
	var chosen []Schedule
	for _, name := range names {
		s, err := c.Schedule(name)
		if err != nil {
			return nil, err
		}
		if s.When != "" && flag != "" {
			return nil, exit.Usage(fmt.Errorf("%s: schedule %s already runs %s; change when there, or omit the flag", c.At("schedules"), name, s.When))
		}
		when := cmp.Or(s.When, flag)
		if when == "" {
			return nil, exit.Usage(fmt.Errorf("schedule %s has no time; give --daily 03:30 or --every 6h, or set when in the configuration", name))
		}
		times, err := schedule.ParseTimes(when)
		if err != nil {
			return nil, exit.Usage(err)
		}
		chosen = append(chosen, Schedule{name, times})
	}
	return chosen, nil
}

// Host returns where schedules are installed. Users other than root can install them for their
// own account only.
func Host(user bool) (schedule.Host, error) {
	if user || os.Geteuid() != 0 {
		return schedule.Account()
	}
	return schedule.System(), nil
}
