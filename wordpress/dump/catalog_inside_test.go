package dump

import (
	"fmt"
	"testing"
)

func TestFingerprint(t *testing.T) {
	const create = "CREATE TABLE `t` (\n  `AUTO_INCREMENT` int COMMENT ' AUTO_INCREMENT=1 '\n) ENGINE=InnoDB%s DEFAULT CHARSET=utf8mb4 COMMENT='a AUTO_INCREMENT=%s b'"
	plain := fingerprint(fmt.Sprintf(create, "", "5"))
	for _, n := range []string{" AUTO_INCREMENT=1", " AUTO_INCREMENT=18446744073709551615"} {
		if fingerprint(fmt.Sprintf(create, n, "5")) != plain {
			t.Errorf("%s changes the fingerprint", n)
		}
	}
	if fingerprint(fmt.Sprintf(create, "", "6")) == plain {
		t.Error("a comment does not change the fingerprint")
	}
}
