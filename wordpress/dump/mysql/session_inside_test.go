package mysql

import (
	"testing"
)

func TestVersionNumber(t *testing.T) {
	for v, want := range map[string]int{
		"10.11.19-MariaDB-0+deb12u1": 101119, "8.0.36-28": 80036, "9.7.4-2": 90704, "5.5.5-10.6.4-MariaDB": 100604, "5.7.44-log": 50744, "11.4": 110400, "x": 0,
	} {
		if got := versionNumber(v); got != want {
			t.Errorf("%s: got %d, want %d", v, got, want)
		}
	}
}
