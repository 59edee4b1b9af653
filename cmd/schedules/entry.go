package schedules

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/schedule"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/cmd/keys"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// Entries returns the chosen schedules as they are to be installed.
func Entries(ctx context.Context, c *settings.Configuration, host schedule.Host, by schedule.Scheduler, chosen []Schedule) ([]schedule.Entry, error) {
	if err := checkShellVariables(os.Environ()); err != nil {
		return nil, err
	}
	program, err := ownProgram()
	if err != nil {
		return nil, err
	}
	dirs, err := state.DefaultDirs()
	if err != nil {
		return nil, err
	}
	name, err := os.Hostname()
	if err != nil {
		return nil, fmt.Errorf("read the host's name: %w", err)
	}
	sandbox, err := sandboxOf(c)
	if err != nil {
		return nil, err
	}
	var config []string
	if c.Path != "" {
		path, err := filepath.Abs(c.Path)
		if err != nil {
			return nil, err
		}
		config = []string{"--config", path}
	}
	entries := make([]schedule.Entry, 0, len(chosen))
	for _, one := range chosen {
		interval, err := schedule.Interval(ctx, schedule.Exec, one.times, time.Now())
		if err != nil {
			return nil, err
		}
		e := schedule.Entry{
			Name: one.name, Times: one.times, Window: schedule.Window(interval), Host: name, Program: program, Sandbox: sandbox,
			Arguments:       slices.Concat([]string{"backup", "--schedule", one.name}, config),
			FailedArguments: slices.Concat([]string{"schedule", "failed"}, config),
			Log:             filepath.Join("/var/log", "wp-oneway-"+one.name+".log"),
		}
		if host.User() {
			e.Log = filepath.Join(dirs.State, "schedule-"+one.name+".log")
		}
		if host.User() || by.String() == schedule.ByCron {
			e.Environment = folderVariables()
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// checkShellVariables refuses settings that only the environment of this shell has. The schedule
// would run without them, and would store backups elsewhere.
func checkShellVariables(environ []string) error {
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, keys.EnvPrefix+"_") && name != keys.EnvPrefix+"_CONFIG" {
			return fmt.Errorf("environment variable %s: a schedule runs without it; set its key in the configuration file, and unset it", name)
		}
	}
	return nil
}

// folderVariables returns the environment variables that set the folders of a user. cron and
// systemd do not set them.
func folderVariables() (variables []string) {
	for _, name := range []string{"STATE_DIRECTORY", "XDG_STATE_HOME", "XDG_CONFIG_HOME"} {
		if value := os.Getenv(name); filepath.IsAbs(value) {
			variables = append(variables, name+"="+value)
		}
	}
	return variables
}

// ownProgram returns the path of this program. If PATH leads to the same program, it returns the
// path found there, because a new version will be installed there too. As root, it refuses a
// program that another user can replace.
func ownProgram() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find this program: %w", err)
	}
	if found, err := exec.LookPath("wp-oneway"); err == nil && filepath.IsAbs(found) && sameFile(found, path) {
		path = found
	}
	if err := operator.Check(path, operator.Everybody); err != nil {
		return "", fmt.Errorf("use this program in a schedule: %w; install it as /usr/local/bin/wp-oneway", err)
	}
	return path, nil
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}

// sandboxOf returns what the service needs of the host, according to the configuration.
func sandboxOf(c *settings.Configuration) (schedule.Sandbox, error) {
	var box schedule.Sandbox
	sites := []settings.SiteSetting{c.SiteSetting}
	for i, entry := range c.Sites {
		s, err := c.DecodeSite(entry)
		if err != nil {
			return box, c.Locate(fmt.Sprintf("sites[%d]", i), err)
		}
		sites = append(sites, s.SiteSetting)
	}
	files := c.SecretFiles()
	for _, s := range sites {
		files = append(files, s.SecretFiles()...)
		box.Namespaces = box.Namespaces || s.WithPHP != ""
		folders, credentials, err := sinkFiles(s.Sinks)
		if err != nil {
			return box, err
		}
		box.Writable = append(box.Writable, folders...)
		files = append(files, credentials...)
		if s.TempDir != "" {
			box.Writable = append(box.Writable, s.TempDir)
		}
	}
	for _, file := range []string{c.Metrics.Textfile, c.Status.File} {
		if file != "" {
			box.Writable = append(box.Writable, filepath.Dir(file))
		}
	}
	slices.Sort(box.Writable)
	box.Writable = slices.Compact(box.Writable)
	slices.Sort(files)
	for _, path := range slices.Compact(files) {
		if !filepath.IsAbs(path) {
			return box, notAbsolute(path)
		}
		if err := operator.Check(path, operator.Everybody); err != nil {
			return box, err
		}
		box.Credentials = append(box.Credentials, schedule.Credential{ID: operator.CredentialID(path), Path: path})
	}
	return box, nil
}

// sinkFiles returns the local folders of sinks, and the files with their credentials.
func sinkFiles(list []settings.Sink) (folders, credentials []string, err error) {
	if len(list) == 0 {
		list = []settings.Sink{{URL: settings.DefaultSink}}
	}
	for _, sink := range list {
		if strings.IndexAny(sink.URL, "/~") != 0 && !strings.Contains(sink.URL, "://") {
			return nil, nil, notAbsolute(sink.URL)
		}
		u, err := sinks.Parse(sink.URL)
		if err != nil {
			return nil, nil, err
		}
		if dir, local := sinks.LocalDir(u); local {
			fixed, _, _ := strings.Cut(dir, "{")
			if fixed != dir {
				fixed = filepath.Dir(fixed + "x") // the folder above the first placeholder
			}
			folders = append(folders, filepath.Clean(fixed))
		}
		if file := u.Query().Get("credentials_file"); file != "" {
			credentials = append(credentials, filepath.Clean(file))
		}
	}
	return folders, credentials, nil
}

func notAbsolute(path string) error {
	return fmt.Errorf("the path %q is relative, and a schedule runs in another folder; write an absolute path into the configuration", path)
}
