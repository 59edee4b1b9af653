package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A figure in a document is the one in the program. Whoever changes one of them changes both.
func TestFiguresInDocuments(t *testing.T) {
	t.Parallel()
	pages := documents(t)
	for _, c := range []struct{ page, text, file, source string }{
		{"docs/doctor.md", "must be at most 7 days old", "agent/state/one_way_proof.go", "ProofAge = 7 * 24 * time.Hour"},
		{"docs/drill.md", "45 seconds per page and three minutes for all", "agent/restore/serve/inside.go", "requestLimit = 45 * time.Second"},
		{"docs/drill.md", "45 seconds per page and three minutes for all", "agent/restore/serve/serve.go", "timeout   = 3 * time.Minute"},
		{"docs/faults.md", "less than 4 KiB per second", "agent/source/watchdog.go", "minRate = 4 << 10"},
		{"docs/faults.md", "for twelve times `limits.stall`", "agent/source/watchdog.go", "stallFactor = 12"},
		{"docs/faults.md", "at most 1 MiB of a response and 256 KiB of headers are read", "sinks/transport.go", "maxAnswer = 1 << 20"},
		{"docs/faults.md", "at most 1 MiB of a response and 256 KiB of headers are read", "sinks/transport.go", "maxAnswerHeader = 256 << 10"},
		{"docs/faults.md", "the request is retried for two minutes", "sinks/open.go", "o.Retry = 2 * time.Minute"},
		{"docs/faults.md", "sent again for ten minutes. After a signal to stop, it is sent again for three seconds", "agent/commit_retry.go", "patience: 10 * time.Minute, pause: time.Second, grace: 3 * time.Second"},
		{"docs/files.md", "may use 24 MiB of memory", "wordpress/files/hardlinks.go", "maxHardLinks = 24 << 20"},
		{"docs/files.md", "more than 10 minutes after `wp-includes/version.php`", "wordpress/files/core.go", "updateTime = 10 * time.Minute"},
		{"docs/files.md", "at most one minute in total for all leases", "wordpress/files/entry.go", "maxLeaseWait = time.Minute"},
		{"docs/hooks.md", "default 10m", "agent/hook/hook.go", "DefaultTimeout = 10 * time.Minute"},
		{"docs/hooks.md", "are killed 5 seconds later", "agent/hook/execute.go", "grace = 5 * time.Second"},
		{"docs/hooks.md", "at most 200 lines of 1 KiB", "agent/hook/execute.go", "maxLines = 200"},
		{"docs/hooks.md", "at most 200 lines of 1 KiB", "agent/hook/execute.go", "maxLine = 1 << 10"},
		{"docs/monitoring.md", "the last 40 runs of each kind", "cmd/view/status.go", "maxDrawn = 40"},
		{"docs/monitoring.md", "When the file has 10 MiB", "agent/state/history.go", "maxHistory = 10 << 20"},
		{"docs/monitoring.md", "until its last run is 30 days old", "agent/state/series.go", "removedAfter = 30 * 24 * time.Hour"},
		{"docs/monitoring.md", "are reported for 90 days", "agent/state/series.go", "unusedAfter = 90 * 24 * time.Hour"},
		{"docs/notifications.md", "does not answer within 10 seconds", "agent/notify/notify.go", "timeLimit = 10 * time.Second"},
		{"docs/notifications.md", "at most 3,500 bytes", "agent/notify/kinds.go", "defaultLimit = 3500"},
		{"docs/notifications.md", "at most 100 each", "agent/notify/message.go", "maxSites = 100"},
		{"docs/notifications.md", "The log is at most 1 MiB", "cmd/console/recent_log.go", "maxRecentLog = 1 << 20"},
		{"docs/notifications.md", "600 characters", "agent/notify/escape.go", "maxText = 600"},
		{"docs/restore.md", "is more than one hour after the time in the store", "agent/restore/catalog/catalog.go", "slack = time.Hour"},
		{"docs/restore.md", "up to six folders below the URL", "agent/restore/catalog/catalog.go", "maxDepth = 6"},
		{"docs/retention.md", "removed after 48 hours", "agent/retention/plan.go", "orphansAfter = 48 * time.Hour"},
		{"docs/sites.md", "goes six levels below a root", "wordpress/find/find.go", "maxDepth  = 6"},
		{"docs/sites.md", "at most 100,000 subfolders and 4\nmillion entries. It visits at most a million folders", "wordpress/find/find.go", "siblings: 100_000, entries: 4_000_000, visits: 1_000_000"},
		{"docs/sites.md", "can get it 20 hours after", "agent/state/name_registry.go", "missingTime = 20 * time.Hour"},
		{"docs/sites.md", "the state of at most 64\n", "agent/state/prune.go", "maxUnpublished = 64"},
		{"docs/sites.md", "can own at most 4096 names", "agent/state/prune.go", "maxNames       = 4096"},
	} {
		if !strings.Contains(pages[c.page], c.text) {
			t.Errorf("%s: there is no %q; the program has %s", c.page, c.text, c.source)
		}
		source, err := os.ReadFile(filepath.Join("..", "..", c.file))
		must(t, err)
		if !strings.Contains(string(source), c.source) {
			t.Errorf("%s: there is no %q; %s says %q", c.file, c.source, c.page, c.text)
		}
	}
}
