package status

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// maxNamed is the number of backups that the summary line names.
const maxNamed = 3

// Plugin is the line that a Nagios or Icinga plugin prints: the level, a summary, and the
// performance data after a bar. maxAge is as in Judge.
func (r *Report) Plugin(maxAge time.Duration) string {
	var bad []Backup
	counts := map[Level]int{}
	oldest := time.Duration(0)
	var bytes int64
	for _, b := range r.Backups {
		counts[b.Level]++
		if b.Level != OK {
			bad = append(bad, b)
		}
		if b.LastSuccess != nil {
			oldest = max(oldest, r.Time.Sub(*b.LastSuccess))
			bytes += b.StoredBytes
		}
	}
	slices.SortStableFunc(bad, func(a, b Backup) int { return cmp.Compare(b.Level.ExitCode(), a.Level.ExitCode()) })
	limit := ""
	if maxAge > 0 {
		limit = fmt.Sprintf("%.0f", maxAge.Seconds())
	}
	return fmt.Sprintf("%s | backups=%d warning=%d critical=%d oldest=%.0fs;;%s stored=%dB", plain(line(r, bad)),
		len(r.Backups), counts[Warning], counts[Critical], oldest.Seconds(), limit, bytes)
}

// line is the level and the summary.
func line(r *Report, bad []Backup) string {
	head := "WP-ONEWAY " + strings.ToUpper(string(r.Level)) + " - "
	var texts []string
	for _, root := range r.Missing {
		texts = append(texts, "no such folder: "+root)
	}
	for _, b := range bad[:min(len(bad), maxNamed)] {
		texts = append(texts, strings.Join(strings.Fields(b.Site+" "+b.Kind+" "+b.Destination), " ")+": "+b.Reason)
	}
	if more := len(bad) - maxNamed; more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	if len(texts) == 0 {
		texts = []string{fmt.Sprintf("no problem, backups: %d", len(r.Backups))}
	}
	return head + strings.Join(texts, "; ")
}

// plain keeps the line one line, without the bar that begins the performance data.
func plain(text string) string {
	return strings.NewReplacer("|", "/", "\n", " ", "\r", " ").Replace(text)
}

// UnknownLine is the line of a plugin that could not find the status.
func UnknownLine(err error) string { return plain("WP-ONEWAY UNKNOWN - " + err.Error()) }
