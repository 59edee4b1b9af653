package schedule

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// cronHead begins a file of /etc/cron.d.
const cronHead = "# The schedules of wp-oneway. wp-oneway schedule install and remove change only their own lines.\n"

// Cron schedules with entries of a crontab.
type Cron struct {
	// File is the crontab below /etc/cron.d, whose entries run as root; "" is the crontab
	// of the user.
	File string
	Run  Runner
}

// ByCron is the name of Cron as a Scheduler.
const ByCron = "cron"

// String is ByCron.
func (Cron) String() string { return ByCron }

// name is the crontab in messages.
func (c Cron) name() string {
	if c.File == "" {
		return "crontab -l"
	}
	return c.File
}

// read reads the crontab.
func (c Cron) read(ctx context.Context) (string, error) {
	if c.File != "" {
		return readFile(c.File)
	}
	text, err := c.Run(ctx, "", "crontab", "-l")
	if err != nil && strings.Contains(err.Error(), "no crontab for") {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the crontab: %w", err)
	}
	return text, nil
}

// write replaces the crontab, and checks that it is there.
func (c Cron) write(ctx context.Context, text string) error {
	if c.File != "" {
		if text == cronHead || text == "" {
			return removeFile(c.File, func(string) bool { return true })
		}
		return writeFile(c.File, text, func(string) bool { return true })
	}
	args := []string{"-"}
	if text == "" {
		args = []string{"-r"}
	}
	if _, err := c.Run(ctx, text, "crontab", args...); err != nil {
		return fmt.Errorf("write the crontab: %w", err)
	}
	if now, err := c.read(ctx); err != nil || now != text {
		return errors.Join(err, errors.New("write the crontab: crontab -l does not show what was written; check it with crontab -e"))
	}
	return nil
}

// Files returns the crontab with the entries.
func (c Cron) Files(ctx context.Context, entries ...Entry) ([]File, error) {
	text, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	account := ""
	if c.File != "" {
		account = "root"
		if text == "" {
			text = cronHead
		}
	}
	for _, e := range entries {
		if err := e.check(); err != nil {
			return nil, err
		}
		line, err := e.crontabLine(account)
		if err != nil {
			return nil, err
		}
		text = setLine(text, e.Name, line)
	}
	return []File{{c.name(), text}}, nil
}

// Install adds the entry. The folder of its log must exist, or the shell would not start
// the backup.
func (c Cron) Install(ctx context.Context, e Entry) error {
	files, err := c.Files(ctx, e)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(e.Log), 0o700); err != nil {
		return fmt.Errorf("create the folder of the log: %w", err)
	}
	log, err := os.OpenFile(e.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("create the log: %w", err)
	}
	if err := log.Close(); err != nil {
		return fmt.Errorf("create the log: %w", err)
	}
	return c.write(ctx, files[0].Text)
}

// Remove removes the entry.
func (c Cron) Remove(ctx context.Context, name string) (bool, error) {
	old, err := c.read(ctx)
	if err != nil {
		return false, err
	}
	rest, removed := removeLine(old, name)
	if !removed {
		return false, nil
	}
	return true, c.write(ctx, rest)
}

// Installed reads the entries.
func (c Cron) Installed(ctx context.Context) ([]Installed, error) {
	text, err := c.read(ctx)
	if err != nil {
		return nil, err
	}
	out := entriesIn(text)
	for i := range out {
		out[i].By, out[i].File = c.String(), c.name()
	}
	return out, nil
}
