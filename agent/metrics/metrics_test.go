package metrics

import (
	"bytes"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
)

// parse reads the text with Prometheus' own parser.
func parse(t *testing.T, text []byte) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return families
}

// values are the values of a metric by site/kind/destination.
func values(t *testing.T, families map[string]*dto.MetricFamily, name string) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	for _, m := range families["wp_oneway_"+name].GetMetric() {
		labels := map[string]string{}
		for _, l := range m.GetLabel() {
			labels[l.GetName()] = l.GetValue()
		}
		out[strings.Join([]string{labels["site"], labels["kind"], labels["destination"]}, "/")] = m.GetGauge().GetValue()
	}
	return out
}

func TestText(t *testing.T) {
	end := time.Date(2026, 11, 29, 3, 1, 30, 500e6, time.UTC)
	run := state.LastRun{Started: end.Add(-90 * time.Second), Finished: end, Status: manifest.Incomplete}
	failed := state.LastRun{Started: end, Finished: end.Add(time.Hour), Status: manifest.Failed}
	good := &state.StoredRun{LastRun: run, Bytes: 50, Contents: state.Contents{RawBytes: 100, Tables: 12, Files: 3, Warnings: 2, Unreadable: 1}}
	backwards := &state.StoredRun{LastRun: state.LastRun{Started: end, Finished: end.Add(-time.Hour)}}
	text, err := Text("1.2.3", []state.Series{
		{Site: "shop", Kind: "full", Destination: "nas", Interval: 6 * time.Hour, Delivery: state.Delivery{Last: failed, Stored: good}},
		{Site: "shop", Kind: "db", Destination: "nas", Delivery: state.Delivery{Last: failed}},
		{Site: "odd\"\\\n", Kind: "db", Destination: "nas", Delivery: state.Delivery{Last: run, Stored: backwards}},
	})
	if err != nil {
		t.Fatal(err)
	}
	families := parse(t, text)
	for _, c := range []struct {
		name, series string
		want         float64
	}{
		{"last_success_timestamp_seconds", "shop/full/nas", 1795921290.5},
		{"last_success_timestamp_seconds", "shop/db/nas", 0},
		{"last_attempt_timestamp_seconds", "shop/full/nas", 1795924890.5},
		{"last_status", "shop/full/nas", 1},
		{"last_status", "odd\"\\\n/db/nas", 3},
		{"duration_seconds", "shop/full/nas", 90},
		{"duration_seconds", "odd\"\\\n/db/nas", 0},
		{"raw_bytes", "shop/full/nas", 100},
		{"stored_bytes", "shop/full/nas", 50},
		{"tables", "shop/full/nas", 12},
		{"files", "shop/full/nas", 3},
		{"warnings", "shop/full/nas", 2},
		{"unreadable", "shop/full/nas", 1},
		{"schedule_interval_seconds", "shop/full/nas", 21600},
	} {
		if got, ok := values(t, families, c.name)[c.series]; !ok || got != c.want {
			t.Errorf("%s of %q: got %v (%v), want %v", c.name, c.series, got, ok, c.want)
		}
	}
	for _, name := range []string{"raw_bytes", "schedule_interval_seconds"} {
		if _, ok := values(t, families, name)["shop/db/nas"]; ok {
			t.Errorf("%s of a series without a value is there", name)
		}
	}
	if info := families["wp_oneway_build_info"].GetMetric(); len(info) != 1 || info[0].GetLabel()[1].GetValue() != "1.2.3" {
		t.Errorf("build info: %v", info)
	}
}
