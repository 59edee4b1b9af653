package target

import (
	"math"
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// maxSequence is the greatest value of a sequence without a type of its own.
const maxSequence = math.MaxInt64 - 1

// Sequence adapts a CREATE SEQUENCE statement and the values of its state.
func (t Target) Sequence(create string, state []string) (string, []string) {
	if t.Same || t.mariaDB(110500) {
		return create, state
	}
	list := sqltext.Tokens(create)
	if as, start := find(list, 0, "AS"), find(list, 0, "START"); as < start { // a type
		list = append(list[:as:as], list[start:]...)
	}
	for i := range list {
		list[i].Text = clampSequence(list[i].Text)
	}
	adapted := make([]string, len(state))
	for i, v := range state {
		adapted[i] = clampSequence(v)
	}
	return strings.TrimSpace(sqltext.Join(list)), adapted
}

// clampSequence returns a number that a sequence can have.
func clampSequence(number string) string {
	if n, err := strconv.ParseUint(number, 10, 64); err == nil && n > maxSequence {
		return strconv.FormatUint(maxSequence, 10)
	}
	return number
}
