package view

import (
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/sinks"
)

// A space separates a check from its result, even if the name of the check fills the column.
func TestDoctorSeparatesColumns(t *testing.T) {
	for _, check := range []string{"read", "change the lifecycle", "change the ACL of a version"} {
		text := &doctorText{columns: 96, every: true}
		text.rows([]sinks.Finding{{Check: check, Verdict: sinks.Holds, Detail: "denied"}})
		if !strings.Contains(text.b.String(), check+" denied") && !strings.Contains(text.b.String(), check+"  ") {
			t.Errorf("%q", text.b.String())
		}
	}
}
