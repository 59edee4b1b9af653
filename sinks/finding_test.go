package sinks_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/wp-oneway/wp-oneway/sinks"
)

func TestQuoteRoundTripThroughShell(t *testing.T) {
	for _, word := range []string{
		"", "/srv/shop", "a b", "it's", `$(reboot)`, "`reboot`", `\`, "\\'", "a\nb", "\n'\\\x01$(x)\x7f\xffü", "ü", "-n", "~", "*", "!x", "a;b", "#", "{host}",
	} {
		quoted := sinks.Quote(word)
		out, err := exec.CommandContext(t.Context(), "bash", "-c", "printf '%s|' "+quoted).Output()
		if err != nil || string(out) != word+"|" || strings.Contains(quoted, "\n") {
			t.Errorf("%q is quoted as %s, which a shell reads as %q (%v)", word, quoted, out, err)
		}
	}
	if got := sinks.Quote("s3://vault/host"); got != "s3://vault/host" {
		t.Errorf("a plain word is quoted: %s", got)
	}
}
