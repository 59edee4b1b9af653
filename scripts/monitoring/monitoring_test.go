// Package monitoring tests the alert rules and the dashboard with promtool of Prometheus, and
// against the metrics that wp-oneway writes.
package monitoring

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/wp-oneway/wp-oneway/agent/metrics"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/scripts/lab"
)

// promtool runs promtool. It must accept its input.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	path, err := lab.Promtool(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %q: %v\n%s", args, err, out)
	}
}

func TestAlerts(t *testing.T) {
	promtool(t, "check", "rules", "alerts.yaml")
	promtool(t, "test", "rules", "alerts_test.yaml")
}

// Each alert has a test, because a rule without a test may never fire.
func TestEachAlertIsTestedAndDocumented(t *testing.T) {
	tests, err := os.ReadFile("alerts_test.yaml")
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile("../../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range readRules(t) {
		fires := regexp.MustCompile(r.Alert + `(,|\n +)\s*exp_alerts`)
		if !fires.Match(tests) || !strings.Contains(string(docs), "`"+r.Alert+"`") {
			t.Errorf("%s: a test in which it fires: %v; in the docs: %v", r.Alert, fires.Match(tests), strings.Contains(string(docs), r.Alert))
		}
	}
}

type rule struct {
	Alert, Expr string
}

func readRules(t *testing.T) []rule {
	t.Helper()
	text, err := os.ReadFile("alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Groups []struct{ Rules []rule } }
	if err := yaml.Unmarshal(text, &file); err != nil || len(file.Groups) != 1 || len(file.Groups[0].Rules) == 0 {
		t.Fatalf("%d groups (%v)", len(file.Groups), err)
	}
	return file.Groups[0].Rules
}

// expressions returns all expressions of the dashboard, and the queries of its variables.
func expressions(t *testing.T) (exprs, variables []string) {
	t.Helper()
	text, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Title, UID string
		Version    int `json:"schemaVersion"`
		Templating struct {
			List []struct{ Name, Definition string }
		}
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr, RefID string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	if board.Title == "" || board.UID == "" || board.Version == 0 || len(board.Panels) == 0 {
		t.Errorf("this is no classic dashboard: %q %q %d", board.Title, board.UID, board.Version)
	}
	ids := map[int]bool{}
	for _, p := range board.Panels {
		if ids[p.ID] || len(p.Targets) == 0 {
			t.Errorf("panel %d, %s: its number is given twice, or it shows nothing", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, target := range p.Targets {
			exprs = append(exprs, target.Expr)
		}
	}
	for _, v := range board.Templating.List {
		if v.Definition != "" {
			variables = append(variables, v.Definition)
		}
	}
	return exprs, variables
}

// Each expression of the dashboard is checked as a recording rule.
func TestExpressionsOfTheDashboardParse(t *testing.T) {
	exprs, _ := expressions(t)
	var rules []map[string]string
	for i, e := range exprs {
		rules = append(rules, map[string]string{"record": fmt.Sprintf("panel:%d", i), "expr": e})
	}
	text, err := yaml.Marshal(map[string]any{"groups": []any{map[string]any{"name": "dashboard", "rules": rules}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", file)
}

// The rules and the dashboard use only metrics that wp-oneway writes, and use all of them.
func TestMetricsExist(t *testing.T) {
	text, err := metrics.Text("1", []state.Series{{
		Site: "shop", Kind: "db", Destination: "nas", Interval: time.Hour, Delivery: state.Delivery{Stored: &state.StoredRun{}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^wp_oneway_\w+`).FindAllString(string(text), -1) {
		written[m] = false
	}
	exprs, variables := expressions(t)
	used := slices.Concat(exprs, variables)
	for _, r := range readRules(t) {
		used = append(used, r.Expr)
	}
	name := regexp.MustCompile(`\b(wp_oneway|node)_\w+\b`)
	for _, expr := range used {
		for _, m := range name.FindAllString(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(expr, ""), -1) {
			if _, ok := written[m]; !ok && m != "node_textfile_mtime_seconds" { // a metric of node_exporter
				t.Errorf("%s is not written, but used in %s", m, expr)
			}
			written[m] = true
		}
	}
	for m, ok := range written {
		if !ok {
			t.Errorf("%s is neither in a rule nor in the dashboard", m)
		}
	}
}
