package settings

import (
	"fmt"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/hook"
	"github.com/wp-oneway/wp-oneway/cmd/keys"
)

// hookSetting is one entry of hooks.
type hookSetting struct {
	Before             string        `mapstructure:"before"`
	After              string        `mapstructure:"after"`
	Run                []string      `mapstructure:"run"`
	Shell              string        `mapstructure:"shell"`
	Timeout            time.Duration `mapstructure:"timeout"`
	InheritEnvironment bool          `mapstructure:"inherit_environment"`
}

// hookKeys returns the keys for the operator's programs. Only the configuration file can set
// them, because hooks run with the rights of the agent.
func hookKeys() keys.Table {
	return keys.Table{{
		Name: "hooks", Form: keys.Entries, Global: true, FileOnly: true,
		Help:    "programs that run before and after backups",
		Example: "[{after: run, run: [/usr/local/sbin/after-backup]}]",
		Keys: keys.Table{
			{Name: "before", Form: keys.Text, Choices: []string{"run", "site"}, Help: "run the hook before the whole run, or before each site; if it fails, the run or the site fails", Example: "run"},
			{Name: "after", Form: keys.Text, Choices: []string{"run", "site", "error"}, Help: "run the hook after the whole run, after each site, or after a run that failed", Example: "run"},
			{Name: "run", Form: keys.List, Help: "the program and its arguments", Example: "[/usr/local/sbin/after-backup, --quiet]"},
			{Name: "shell", Form: keys.Text, Help: "a command for /bin/sh, instead of run", Example: "systemctl reload example"},
			{Name: "timeout", Form: keys.Duration, Default: "10m", Help: "the maximum time; after it, the hook is stopped and has failed"},
			{Name: "inherit_environment", Form: keys.Bool, Help: "give the hook the agent's environment, including credentials"},
		},
	}}
}

// Hooks returns the hooks. If it returns an error, at is the index of the wrong entry.
func Hooks(settings []hookSetting) (list []hook.Hook, at int, err error) {
	for i, s := range settings {
		h := hook.Hook{
			Key: fmt.Sprintf("hooks[%d]", i), Before: hook.Scope(s.Before), After: hook.Scope(s.After),
			Run: s.Run, Shell: s.Shell, Timeout: s.Timeout, InheritEnvironment: s.InheritEnvironment,
		}
		if err := h.Check(); err != nil {
			return nil, i, err
		}
		list = append(list, h)
	}
	return list, 0, nil
}
