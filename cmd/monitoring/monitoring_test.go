package monitoring

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"

	"github.com/wp-oneway/wp-oneway/agent"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
)

// The status uses the configuration that the command has loaded, even if its file was changed or
// removed meanwhile, and ignores the command's flags.
func TestStatusOfTheLoadedConfiguration(t *testing.T) {
	dir := t.TempDir()
	root, file := filepath.Join(dir, "shop"), filepath.Join(dir, "config.yaml")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	text := "roots: [" + dir + "]\nsites: [{path: " + root + ", name: shop}]\n"
	for _, changed := range []string{text, "sites: [", "sites: []\nroots: [" + dir + "]\n", ""} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		settings.Keys().AddFlags(flags, "name")
		if err := flags.Parse([]string{"--name", "other"}); err != nil {
			t.Fatal(err)
		}
		c, err := settings.Load(flags, file)
		if err != nil {
			t.Fatal(err)
		}
		c.ScheduledKind = "db"
		if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if changed == "" {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
		runner := &agent.Agent{Dirs: state.Dirs{State: filepath.Join(dir, "state"), Run: filepath.Join(dir, "locks")}, Log: slog.New(slog.DiscardHandler)}
		report, err := Status(t.Context(), c, slog.New(slog.DiscardHandler), runner)
		if err != nil {
			t.Errorf("the file now has %q: %v", changed, err)
			continue
		}
		if len(report.Backups) != 1 || report.Backups[0].Site != "shop" {
			t.Errorf("the file now has %q: status %+v", changed, report.Backups)
		}
	}
}
