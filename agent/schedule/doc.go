// Package schedule runs backups by themselves: it writes the text of systemd's units
// and of crontab entries, and installs them.
package schedule
