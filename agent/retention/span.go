package retention

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// A Span is a length of time by the calendar.
type Span struct {
	Years, Months, Days, Hours int
	Unlimited                  bool // it has no end
}

// spanUnits are the units of a span in the order in which they are written. Five digits
// are more than any backup needs, and less than time can hold.
const spanUnits = `^(?:(\d{1,5})y)?(?:(\d{1,5})m)?(?:(\d{1,5})d)?(?:(\d{1,5})h)?$`

// ParseSpan reads a span such as 7d, 2m (months) or 1y5m7d2h. A number without a unit is
// days. The text unlimited is a span without an end.
func ParseSpan(text string) (Span, error) {
	if text == "unlimited" {
		return Span{Unlimited: true}, nil
	}
	if regexp.MustCompile(`^\d+$`).MatchString(text) {
		text += "d"
	}
	m := regexp.MustCompile(spanUnits).FindStringSubmatch(text)
	if m == nil || text == "" {
		return Span{}, fmt.Errorf("%q is not a time span; write years, months, days and hours in this order, such as 7d, 2m or 1y5m7d2h", text)
	}
	var s Span
	for i, n := range []*int{&s.Years, &s.Months, &s.Days, &s.Hours} {
		if m[i+1] != "" {
			*n, _ = strconv.Atoi(m[i+1]) // up to five digits
		}
	}
	return s, nil
}

// IsZero reports whether the span has no length.
func (s Span) IsZero() bool { return s == Span{} }

// String is the span as ParseSpan reads it.
func (s Span) String() string {
	if s.Unlimited {
		return "unlimited"
	}
	text := ""
	for _, part := range []struct {
		n    int
		unit string
	}{{s.Years, "y"}, {s.Months, "m"}, {s.Days, "d"}, {s.Hours, "h"}} {
		if part.n > 0 {
			text += strconv.Itoa(part.n) + part.unit
		}
	}
	if text == "" {
		return "0d"
	}
	return text
}

// before is the begin of the span that ends at t.
func (s Span) before(t time.Time) time.Time {
	return t.AddDate(-s.Years, -s.Months, -s.Days).Add(-time.Duration(s.Hours) * time.Hour)
}
