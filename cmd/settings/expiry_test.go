package settings

import (
	"testing"

	"github.com/wp-oneway/wp-oneway/agent/retention"
	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

// The number of days is the age of the oldest backup that the settings keep, if there is one
// backup in each period.
func TestKeepSettingsAsDays(t *testing.T) {
	for name, c := range map[string]struct {
		rules retention.Policy
		want  int
	}{
		"none":      {retention.Policy{MaxSize: 1}, policy.Never},
		"last":      {retention.Policy{Last: 3}, 3},
		"hourly":    {retention.Policy{Hourly: 25}, 2},
		"daily":     {retention.Policy{Daily: 7, Hourly: 24}, 7},
		"weekly":    {retention.Policy{Daily: 7, Weekly: 5}, 35},
		"monthly":   {retention.Policy{Weekly: 5, Monthly: 12}, 372},
		"yearly":    {retention.Policy{Monthly: 12, Yearly: 2}, 732},
		"within":    {retention.Policy{Daily: 7, Within: retention.Span{Months: 2, Days: 3, Hours: 1}}, 66},
		"unlimited": {retention.Policy{Daily: 7, Yearly: retention.Unlimited}, policy.Never},
		"endless":   {retention.Policy{Daily: 7, Within: retention.Span{Unlimited: true}}, policy.Never},
	} {
		if got := keepDays(c.rules); got != c.want {
			t.Errorf("%s: %d days, want %d", name, got, c.want)
		}
	}
}
