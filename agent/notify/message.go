package notify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// The maximum numbers of items in a message.
const (
	maxSites = 100 // sites with a problem, of each kind
	maxNotes = 5   // notes of one site
	maxNames = 10  // names of sites in one sentence
)

// A Message is the data of the templates of subject and body. All its texts are escaped for
// their kind of message.
type Message struct {
	Host       string
	Agent      string // version of wp-oneway
	Status     manifest.Status
	ExitStatus int
	Started    time.Time
	Finished   time.Time
	Duration   time.Duration
	Summary    string   // the result in one sentence
	Test       bool     // it tests the notifications; its content is made up
	Sites      int      // how many were to be backed up
	Errors     []string // failures outside of the sites
	Warning    string   // what failed after the backup; then the message is about this only
	// The sites, by their result. Failed, Incomplete, Locked and Warned have at most 100.
	Failed     []Site // they, or one of their destinations, failed
	Incomplete []Site // stored, but something could not be read
	Locked     []Site // another run was in progress
	Warned     []Site // backed up, with warnings
	Good       []Site // backed up without warnings
	Omitted    int    // sites that the lists do not hold

	counts map[string]int
}

// A Site is the result of one site in a Message.
type Site struct {
	Name     string
	Path     string
	Kind     string
	Error    string   // why it failed; "" if it did not
	Advice   string   // what to do
	LastGood string   // when it was last backed up, and how long ago; "never"
	Stored   []string // destinations that hold this run
	Notes    []string // the first things that could not be read, and the first warnings
	More     int      // notes that Notes does not hold

	last *time.Time
}

// newMessage describes a report. warning is what failed after the backup, or "".
func newMessage(r *manifest.Report, warning string, test bool, esc escape) *Message {
	m := &Message{
		Host: esc(r.Host), Agent: esc(r.Agent), Status: r.Status, ExitStatus: r.Status.ExitCode(),
		Started: r.Started.UTC(), Finished: r.Finished.UTC(),
		Duration: r.Finished.Sub(r.Started).Round(time.Second), Warning: esc(warning), Test: test, counts: map[string]int{},
	}
	for _, e := range r.Errors[:min(len(r.Errors), maxSites)] {
		m.Errors = append(m.Errors, esc(e.Message))
	}
	for i := range r.Sites {
		s := &r.Sites[i]
		switch warned := s.Warnings != nil && s.Warnings.Total > 0; {
		case s.Status == manifest.Failed || s.Status == manifest.Refused:
			m.add("failed", &m.Failed, s, esc)
		case s.Status == manifest.Incomplete:
			m.add("incomplete", &m.Incomplete, s, esc)
		case s.Status == manifest.Locked:
			m.add("locked", &m.Locked, s, esc)
		case s.Status == manifest.OK && warned:
			m.add("warned", &m.Warned, s, esc)
		case s.Status == manifest.OK:
			m.add("good", &m.Good, s, esc)
		}
	}
	for _, list := range []*[]Site{&m.Failed, &m.Incomplete, &m.Locked, &m.Warned} {
		sortSites(*list)
		if over := len(*list) - maxSites; over > 0 {
			*list, m.Omitted = (*list)[:maxSites], m.Omitted+over
		}
	}
	m.Summary = m.summary()
	return m
}

func (m *Message) add(result string, list *[]Site, s *manifest.SiteReport, esc escape) {
	m.Sites++
	m.counts[result]++
	*list = append(*list, newSite(s, m.Finished, esc))
}

// sortSites moves sites that were never backed up to the end: an account can create any
// number of folders that look like sites, and must not push real ones out of a message.
func sortSites(list []Site) {
	slices.SortStableFunc(list, func(a, b Site) int {
		never := func(s Site) int {
			if s.last == nil {
				return 1
			}
			return 0
		}
		return cmp.Or(never(a)-never(b), cmp.Compare(a.Name, b.Name))
	})
}

func newSite(s *manifest.SiteReport, now time.Time, esc escape) Site {
	site := Site{
		Name: esc(s.Name), Path: esc(s.Path), Kind: string(s.Kind),
		LastGood: lastGood(s.LastSuccess, now), last: s.LastSuccess,
	}
	site.Advice = advice(s.Status, s.Error, shellQuote(site.Path))
	if s.Error != nil {
		site.Error = esc(s.Error.Message)
	}
	var failed []string
	for _, d := range s.Destinations {
		switch {
		case d.Status == manifest.OK:
			site.Stored = append(site.Stored, esc(d.URL))
		case d.Error != nil:
			failed = append(failed, esc(d.URL)+": "+esc(d.Error.Message))
		}
	}
	if site.Error == "" {
		site.Error = strings.Join(failed, "; ")
	}
	for _, notes := range []*wordpress.Notes{s.Unreadable, s.Privileges, s.Warnings} {
		if notes == nil {
			continue
		}
		kept := notes.Items[:min(len(notes.Items), maxNotes-len(site.Notes))]
		for _, note := range kept {
			site.Notes = append(site.Notes, esc(note))
		}
		site.More += notes.Total - len(kept)
	}
	return site
}

// lastGood says when a site was last backed up.
func lastGood(last *time.Time, now time.Time) string {
	if last == nil {
		return "never"
	}
	return fmt.Sprintf("%s (%s)", last.UTC().Format("2006-01-02 15:04 MST"), humanize.RelTime(*last, now, "ago", "in the future: check the clock"))
}

// advice says what to do about a site. path is quoted for a shell.
func advice(status manifest.Status, err *manifest.ReportError, path string) string {
	switch {
	case status == manifest.Refused:
		return "change the configuration as the error says, then run: wp-oneway backup " + path
	case status == manifest.Failed && err != nil && err.Class != "":
		return "see what the site's configuration says: wp-oneway inspect " + path
	case status == manifest.Failed:
		return "examine the site and its sinks: wp-oneway doctor " + path
	case status == manifest.Incomplete:
		return "make it readable, or exclude it; the run's details name all of it. Examine the site: wp-oneway doctor " + path
	case status == manifest.Locked:
		return "if this happens again and again, the other run takes too long or hangs: set limits.timeout"
	}
	return ""
}

// summary is the result in one sentence.
func (m *Message) summary() string {
	of := func(result string) string { return fmt.Sprintf("%d of %s", m.counts[result], sites(m.Sites)) }
	switch {
	case m.Warning != "":
		return "after the backup: " + m.Warning
	case m.Sites == 0 && len(m.Errors) > 0:
		return "nothing was backed up: " + m.Errors[0]
	case m.counts["failed"] > 0:
		return of("failed") + " failed: " + names(m.Failed, m.counts["failed"])
	case len(m.Errors) > 0:
		return "the backup failed: " + m.Errors[0]
	case m.counts["incomplete"] > 0:
		return of("incomplete") + " could not be read completely: " + names(m.Incomplete, m.counts["incomplete"])
	case m.counts["locked"] > 0:
		return "another run was in progress for " + of("locked") + ": " + names(m.Locked, m.counts["locked"])
	case m.counts["warned"] > 0:
		return sites(m.Sites) + " backed up, with warnings for: " + names(m.Warned, m.counts["warned"])
	}
	return sites(m.Sites) + " backed up"
}

// names lists the names of sites, at most 10.
func names(list []Site, total int) string {
	var b strings.Builder
	for i, s := range list[:min(len(list), maxNames)] {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(s.Name)
	}
	if total > maxNames {
		fmt.Fprintf(&b, " and %d more", total-maxNames)
	}
	return b.String()
}

func sites(n int) string {
	if n == 1 {
		return "1 site"
	}
	return fmt.Sprintf("%d sites", n)
}
