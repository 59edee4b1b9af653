package schedule

import (
	"errors"
	"fmt"
	"math/bits"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// Times say when a schedule runs, in the host's time zone.
type Times struct {
	text string
	// fields are the five fields of a crontab entry; "" if only systemd can read text.
	fields string
	spec   *cron.SpecSchedule // of fields
}

// ParseTimes reads when a schedule runs:
//
//	daily 03:30         once a day
//	every 6h            a part of a day, or of an hour: counted from midnight, or from the full hour
//	hourly, daily, weekly, monthly
//	30 3 * * 0          the five fields of a crontab entry
//	Sun *-*-1..7 03:30  a calendar event of systemd, which cron cannot express
//
// Only systemd can check a calendar event: see Host.Elapses.
func ParseTimes(text string) (Times, error) {
	text = strings.Join(strings.Fields(text), " ")
	t := Times{text: text}
	word, rest, _ := strings.Cut(text, " ")
	var err error
	switch named := namedTimes()[text]; {
	case named != "":
		t.fields = named
	case word == "daily":
		t.fields, err = dailyFields(rest)
	case word == "every":
		t.fields, err = everyFields(rest)
	case len(strings.Fields(text)) == 5 && !strings.Contains(text, "-*-"):
		t.fields = text
	case text != "" && calendarEvent().MatchString(text):
		return t, nil
	default:
		err = errors.New("its form is unknown")
	}
	if err == nil {
		t.spec, err = parseFields(t.fields)
	}
	if err != nil {
		return Times{}, fmt.Errorf("%q is not a time of a schedule: %w; write daily 03:30, every 6h, the five fields of a crontab entry, or a calendar event of systemd", text, err)
	}
	return t, nil
}

// namedTimes returns the words that mean the same to cron and to systemd.
func namedTimes() map[string]string {
	return map[string]string{"hourly": "0 * * * *", "daily": "0 0 * * *", "weekly": "0 0 * * 1", "monthly": "0 0 1 * *"}
}

// calendarEvent matches the form of systemd's calendar events: days of the week, a date,
// a time and a time zone, any of which can be omitted.
func calendarEvent() *regexp.Regexp {
	const day = `(mon|tue|wed|thu|fri|sat|sun)[a-z]*`
	return regexp.MustCompile(`(?i)^(` + day + `((,|\.\.)` + day + `)*)?( ?[0-9*][0-9*,./~-]*-[0-9*,./~-]+)?( ?[0-9*][0-9*,./]*:[0-9*,./:]+)?( (utc|[a-z_]+/[a-z_/+-]+))?$`)
}

func dailyFields(clock string) (string, error) {
	at, err := time.Parse("15:04", clock)
	if err != nil {
		return "", fmt.Errorf("%q is not a time of day such as 03:30", clock)
	}
	return fmt.Sprintf("%d %d * * *", at.Minute(), at.Hour()), nil
}

// everyFields accepts only parts of a day or of an hour. Other intervals would be
// shorter around midnight, or around the full hour.
func everyFields(interval string) (string, error) {
	const day = 24 * time.Hour
	d, err := time.ParseDuration(interval)
	switch {
	case err != nil:
		return "", fmt.Errorf("%q is not an interval such as 6h or 15m", interval)
	case d == day:
		return "0 0 * * *", nil
	case d >= time.Hour && d%time.Hour == 0 && day%d == 0:
		return fmt.Sprintf("0 */%d * * *", d/time.Hour), nil
	case d >= time.Minute && d%time.Minute == 0 && time.Hour%d == 0:
		return fmt.Sprintf("*/%d * * * *", d/time.Minute), nil
	}
	return "", fmt.Errorf("%s does not divide a day or an hour evenly: the interval can be 1, 2, 3, 4, 6, 8, 12 or 24 hours, or 1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 minutes", interval)
}

// parseFields reads the fields of a crontab entry.
func parseFields(fields string) (*cron.SpecSchedule, error) {
	if strings.Contains(fields, "=") {
		return nil, errors.New("it sets a time zone, and schedules always use that of the host")
	}
	parsed, err := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow).Parse(fields)
	if err != nil {
		return nil, err
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return nil, errors.New("it does not have fixed times")
	}
	if !everyDay(spec.Dom, 1, 31) && !everyDay(spec.Dow, 0, 6) {
		// cron runs it on the days that match either; most people mean both.
		return nil, errors.New("it has a day of the month and a day of the week; the first Sunday of a month is Sun *-*-1..7 03:30, a calendar event of systemd")
	}
	if spec.Next(time.Unix(0, 0)).IsZero() {
		return nil, errors.New("no day matches it")
	}
	return spec, nil
}

// everyDay reports whether a field allows all of its values.
func everyDay(field uint64, first, last int) bool {
	return len(values(field, first, last)) == last-first+1
}

// values are those that a field allows.
func values(field uint64, first, last int) []int {
	var out []int
	for i := first; i <= last; i++ {
		if field&(1<<i) != 0 {
			out = append(out, i)
		}
	}
	return out
}

// String is the text that ParseTimes has read.
func (t Times) String() string { return t.text }

// Fields are the first five fields of a crontab entry.
func (t Times) Fields() (string, error) {
	if t.fields == "" {
		return "", fmt.Errorf("%q is a calendar event of systemd, and cron cannot express it; write the five fields of a crontab entry, such as 30 3 * * 0", t.text)
	}
	return t.fields, nil
}

// Calendar is the calendar event of systemd for the same times.
func (t Times) Calendar() string {
	if t.fields == "" {
		return t.text
	}
	s := t.spec
	event := fmt.Sprintf("*-%s-%s %s:%s:00", list(s.Month, 1, 12), list(s.Dom, 1, 31), list(s.Hour, 0, 23), list(s.Minute, 0, 59))
	if everyDay(s.Dow, 0, 6) {
		return event
	}
	var days []string
	for _, day := range values(s.Dow, 0, 6) {
		days = append(days, time.Weekday(day).String()[:3])
	}
	return strings.Join(days, ",") + " " + event
}

// list writes a field for systemd.
func list(field uint64, first, last int) string {
	if everyDay(field, first, last) {
		return "*"
	}
	digits := make([]string, 0, bits.OnesCount64(field))
	for _, v := range values(field, first, last) {
		digits = append(digits, fmt.Sprintf("%02d", v))
	}
	return strings.Join(digits, ",")
}

// next are the next n times after a time; nil if only systemd can tell.
func (t Times) next(after time.Time, n int) []time.Time {
	if t.spec == nil {
		return nil
	}
	out := make([]time.Time, 0, n)
	for range n {
		after = t.spec.Next(after)
		out = append(out, after)
	}
	return out
}

// longestGap is the longest time between two successive times.
func longestGap(times []time.Time) (gap time.Duration) {
	for i := 1; i < len(times); i++ {
		gap = max(gap, times[i].Sub(times[i-1]))
	}
	return gap
}

// parseElapses reads what `systemd-analyze calendar` prints: local times, and the same
// times in UTC if the host's time zone is another.
func parseElapses(text string) ([]time.Time, error) {
	const layout = "Mon 2006-01-02 15:04:05 MST"
	var out []time.Time
	for line := range strings.Lines(text) {
		_, value, found := strings.Cut(line, ": ")
		value = strings.TrimSpace(value)
		if !found || !strings.HasSuffix(value, " UTC") {
			continue
		}
		at, err := time.Parse(layout, value)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", strconv.Quote(value), err)
		}
		out = append(out, at)
	}
	return slices.Clip(out), nil
}
