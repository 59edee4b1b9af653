// Package schedule schedules backups: it writes systemd units and crontab entries, and installs
// them.
package schedule
