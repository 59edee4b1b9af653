// Package metrics describes the results of the last runs as Prometheus text, for the
// textfile collector of node_exporter.
package metrics

import (
	"bytes"
	"fmt"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/wp-oneway/wp-oneway/agent/state"
)

// A gauge is one metric of each series.
type gauge struct {
	name, help string
	// value is the metric of a series; false leaves it out.
	value func(*state.Series) (float64, bool)
}

// gauges are the metrics of a series. Times are Unix times, so that a file that is no
// longer written does not look fresh.
func gauges() []gauge {
	return []gauge{
		{"last_success_timestamp_seconds", "Unix time of the end of the last run that is a backup at the destination, complete or partial; 0 if there is none.", func(s *state.Series) (float64, bool) {
			if s.Stored == nil {
				return 0, true
			}
			return unix(s.Stored.Finished), true
		}},
		{"last_attempt_timestamp_seconds", "Unix time of the end of the last run, whatever its result.", func(s *state.Series) (float64, bool) {
			return unix(s.Last.Finished), true
		}},
		{"last_status", "Result of the last run: 0 complete, 1 failed, 2 refused (usage or configuration), 3 partial, 75 another run held the lock.", func(s *state.Series) (float64, bool) {
			return float64(s.Last.Status.ExitCode()), true
		}},
		{"duration_seconds", "Duration of the last successful run.", stored(func(r *state.StoredRun) float64 {
			return max(r.Finished.Sub(r.Started).Seconds(), 0) // the clock can be set back
		})},
		{"raw_bytes", "Size of the last successful run before compression.", stored(func(r *state.StoredRun) float64 { return float64(r.RawBytes) })},
		{"stored_bytes", "Size of the objects of the last successful run at the destination.", stored(func(r *state.StoredRun) float64 { return float64(r.Bytes) })},
		{"tables", "Tables in the last successful run.", stored(func(r *state.StoredRun) float64 { return float64(r.Tables) })},
		{"files", "Files in the last successful run.", stored(func(r *state.StoredRun) float64 { return float64(r.Files) })},
		{"warnings", "Warnings of the last successful run.", stored(func(r *state.StoredRun) float64 { return float64(r.Warnings) })},
		{"unreadable", "Files, tables and other parts of the site that the last successful run could not read.", stored(func(r *state.StoredRun) float64 { return float64(r.Unreadable) })},
		{"schedule_interval_seconds", "Interval of the schedule.", func(s *state.Series) (float64, bool) {
			return s.Interval.Seconds(), s.Interval > 0
		}},
	}
}

// stored is the value of a metric of the last run that is a backup, if there is one.
func stored(value func(*state.StoredRun) float64) func(*state.Series) (float64, bool) {
	return func(s *state.Series) (float64, bool) {
		if s.Stored == nil {
			return 0, false
		}
		return value(s.Stored), true
	}
}

func unix(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// Text is the metrics of the series in Prometheus' text format. No two series have the same
// site, kind and destination.
func Text(version string, series []state.Series) ([]byte, error) {
	registry := prometheus.NewRegistry()
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "wp_oneway_build_info", Help: "The version of wp-oneway that wrote this file; always 1.",
	}, []string{"version", "goversion"})
	info.WithLabelValues(version, runtime.Version()).Set(1)
	registry.MustRegister(info)
	for _, g := range gauges() {
		vec := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "wp_oneway_" + g.name, Help: g.help}, []string{"site", "kind", "destination"})
		for i := range series {
			if value, ok := g.value(&series[i]); ok {
				vec.WithLabelValues(series[i].Site, series[i].Kind, series[i].Destination).Set(value)
			}
		}
		registry.MustRegister(vec)
	}
	families, err := registry.Gather()
	if err != nil {
		return nil, fmt.Errorf("collect the metrics: %w", err)
	}
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			return nil, fmt.Errorf("encode the metric %s: %w", family.GetName(), err)
		}
	}
	return text.Bytes(), nil
}
