package settings

import (
	"fmt"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/cmd/keys"
)

// machineSettings are the settings of the files that monitoring systems read.
type machineSettings struct {
	Metrics metricsSetting `mapstructure:"metrics"`
	Status  statusSetting  `mapstructure:"status"`
}

type metricsSetting struct {
	Textfile string `mapstructure:"textfile"`
}

type statusSetting struct {
	File   string   `mapstructure:"file"`
	Group  string   `mapstructure:"group"`
	Ignore []string `mapstructure:"ignore"`
}

// machineKeys are the keys of metrics and status.
func machineKeys() keys.Table {
	return keys.Table{
		{Name: "metrics.textfile", Form: keys.Text, Global: true, Help: "the `file` with metrics for the textfile collector of node_exporter, written after each backup", Example: "/var/lib/prometheus/node-exporter/wp_oneway.prom"},
		{Name: "status.file", Form: keys.Text, Global: true, Help: "the `file` with a copy of the status without secrets, written after each backup, for monitoring without root", Example: "/var/lib/wp-oneway-status/status.json"},
		{Name: "status.group", Form: keys.Text, Global: true, Help: "the group that may read status.file", Example: "nagios"},
		{Name: "status.ignore", Form: keys.List, Global: true, Help: "names of sinks to leave out of metrics and status, such as one that was used once", Example: "[usb]"},
	}
}

// check refuses paths at which the monitoring systems would not find the files.
func (m *machineSettings) check() (key string, err error) {
	if path := m.Metrics.Textfile; path != "" && (!filepath.IsAbs(path) || !strings.HasSuffix(path, ".prom")) {
		return "metrics.textfile", fmt.Errorf("'metrics.textfile' is %s; give an absolute path that ends in .prom, since node_exporter reads no other files", path)
	}
	if path := m.Status.File; path != "" && !filepath.IsAbs(path) {
		return "status.file", fmt.Errorf("'status.file' is %s; give an absolute path", path)
	}
	if m.Status.Group != "" {
		if m.Status.File == "" {
			return "status.group", fmt.Errorf("'status.group' is set without status.file; set both")
		}
		if _, err := m.Status.GID(); err != nil {
			return "status.group", err
		}
	}
	return "", nil
}

// GID returns the number of the group that may read the status file, or -1 for none.
func (s *statusSetting) GID() (int, error) {
	if s.Group == "" {
		return -1, nil
	}
	g, err := user.LookupGroup(s.Group)
	if err != nil {
		return -1, fmt.Errorf("'status.group': there is no group %q", s.Group)
	}
	return strconv.Atoi(g.Gid)
}
