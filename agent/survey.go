package agent

import (
	"context"
	"encoding/hex"
	"runtime"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Survey is what `sites --json` prints: docs/sites.schema.json describes it.
type Survey struct {
	Version int          `json:"version"`
	Agent   string       `json:"agent"`
	Host    string       `json:"host"`
	Time    time.Time    `json:"time"`
	Sites   []SiteSurvey `json:"sites"`
	// Unsearched are folders that could not be searched, or not to their end.
	Unsearched wordpress.Notes `json:"unsearched"`
	// Missing are roots that were to be searched and are not there.
	Missing []string `json:"missing,omitempty"`
}

// A SiteStatus says whether a site is backed up by `backup --all`.
type SiteStatus string

// The statuses of a site.
const (
	Ready     SiteStatus = "ready"      // it is
	LeftOut   SiteStatus = "ignored"    // it is not, as the configuration says or since WordPress is not installed
	NameClash SiteStatus = "name_clash" // it is not: its name is another's
	Broken    SiteStatus = "broken"     // it is tried, and what cannot be read of it will fail
)

// A SiteSurvey is what is known of one site.
type SiteSurvey struct {
	Name      string     `json:"name"`
	Path      string     `json:"path"`
	PathHex   string     `json:"path_hex,omitempty"` // when the path is not UTF-8
	HTTPHost  string     `json:"http_host,omitempty"`
	Layout    string     `json:"layout"`
	Owner     *SiteOwner `json:"owner,omitempty"`
	Status    SiteStatus `json:"status"`
	Reason    string     `json:"reason,omitempty"` // why it is not ready
	WordPress string     `json:"wordpress,omitempty"`
	Config    string     `json:"config,omitempty"` // the file that configures it
	Multisite *bool      `json:"multisite,omitempty"`
	Database  *SiteDB    `json:"database,omitempty"`
	// Error is what is wrong with the site or its configuration.
	Error *ReportError `json:"error,omitempty"`
	// Runs is how its last runs came out, by kind.
	Runs map[string]History `json:"runs"`
}

// A SiteOwner is with whose rights a site is read.
type SiteOwner struct {
	UID  uint32 `json:"uid"`
	Name string `json:"name"` // the number, where no file knows the name
}

// A SiteDB is where a site's database is. It holds no secret.
type SiteDB struct {
	Name   string `json:"name"`
	Host   string `json:"host"`
	Port   int    `json:"port,omitempty"`
	Socket string `json:"socket,omitempty"`
}

// Survey says what is known of the jobs' sites: where they lie, what their
// configurations say, what state remembers of them, and whether they would be
// backed up. It connects nowhere and changes nothing. Configurations of other
// owners' are read with their rights.
func (a *Agent) Survey(ctx context.Context, jobs []Job) *Survey {
	a.init()
	out := &Survey{Version: formatVersion, Agent: a.Version, Host: a.Host, Time: a.Now().UTC(), Sites: make([]SiteSurvey, len(jobs))}
	c := a.contest(jobs)
	crowd := map[uint32]*crew{}
	for i := range jobs {
		site := &out.Sites[i]
		site.describe(&jobs[i])
		if err := c.lost[i]; err != nil {
			site.Error = reportError(err)
			continue
		}
		uid := c.found[i].uid
		if crowd[uid] == nil {
			crowd[uid] = newCrew(uid)
		}
		crowd[uid].add(i)
		site.Owner = &SiteOwner{UID: uid, Name: crowd[uid].name}
		if state, err := a.Dirs.load(c.found[i].id); err != nil {
			a.Log.Warn("state lost", "site", site.Name, "err", err)
		} else if state.Runs != nil {
			site.Runs = state.Runs
		}
	}
	a.readAll(ctx, jobs, crowd, func(i int, read surveyed) { out.Sites[i].take(read) })
	for i := range out.Sites {
		out.Sites[i].judge(jobs[i].Ignore, c.unused[i], c.refused[i])
	}
	return out
}

// describe says what is known without a look at the site.
func (s *SiteSurvey) describe(job *Job) {
	s.Name, s.Path, s.Layout, s.HTTPHost = job.Name, job.Place.Path, job.Place.Layout, job.World.HTTPHost
	s.Runs = map[string]History{}
	if !utf8.ValidString(s.Path) {
		s.PathHex = hex.EncodeToString([]byte(s.Path))
	}
}

// take says what was read of the site.
func (s *SiteSurvey) take(read surveyed) {
	s.WordPress, s.Config, s.Error = read.WordPress, read.Config, read.Error
	if s.Error == nil {
		s.Multisite, s.Database = &read.Multisite, &read.DB
	}
}

// judge says whether the site is backed up, or why not.
func (s *SiteSurvey) judge(ignore string, unused bool, refused error) {
	switch {
	case ignore != "":
		s.Status, s.Reason = LeftOut, ignore
	case unused:
		s.Status, s.Reason = LeftOut, unconfigured
	case refused != nil:
		s.Status, s.Reason = NameClash, reportError(refused).Message
	case s.Error != nil:
		s.Status, s.Reason = Broken, s.Error.Message
	default:
		s.Status = Ready
	}
}

// readAll reads the configurations, several owners' or several of one's at once.
func (a *Agent) readAll(ctx context.Context, jobs []Job, crowd map[uint32]*crew, tell func(int, surveyed)) {
	slots := make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))
	var (
		work sync.WaitGroup
		mu   sync.Mutex
	)
	for _, c := range crowd {
		for _, some := range c.chunks() {
			slots <- struct{}{}
			work.Go(func() {
				defer func() { <-slots }()
				reqs := make([]Request, len(some))
				for n, i := range some {
					reqs[n] = jobs[i].request()
				}
				c.read(ctx, reqs, func(n int, read surveyed) {
					mu.Lock()
					defer mu.Unlock()
					tell(some[n], read)
				})
			})
		}
	}
	work.Wait()
}

// A crew is the sites of one owner's, whose configurations are read together.
type crew struct {
	owner Owner
	err   error // why the owner is not known
	name  string
	jobs  []int

	mu   sync.Mutex
	left time.Duration // until no more of them are read
}

// The time that the configurations of one owner's sites may take, so that one
// tenant does not keep the others waiting.
const (
	crewTime = time.Minute
	siteTime = 100 * time.Millisecond
)

// chunk is how many sites one worker reads at most.
const chunk = 256

func newCrew(uid uint32) *crew {
	c := &crew{left: crewTime}
	c.owner, c.err = ownerOf(uid)
	c.name = c.owner.name()
	return c
}

func (c *crew) add(i int) {
	c.jobs = append(c.jobs, i)
	c.left += siteTime
}

func (c *crew) chunks() [][]int {
	var out [][]int
	for rest := c.jobs; len(rest) > 0; {
		n := min(chunk, len(rest))
		out = append(out, rest[:n])
		rest = rest[n:]
	}
	return out
}

// read reads some of the sites: here where we have the rights, else in a worker,
// and in another one if what a tenant wrote has killed that.
func (c *crew) read(ctx context.Context, reqs []Request, tell func(int, surveyed)) {
	done := 0
	next := func(read surveyed) {
		tell(done, read)
		done++
	}
	for done < len(reqs) {
		err := c.err
		if err == nil {
			err = c.timed(ctx, func(ctx context.Context) error {
				if c.owner.foreign() {
					return surveyAs(ctx, c.owner, reqs[done:], next)
				}
				return surveyHere(ctx, reqs[done:], next)
			})
		}
		if done < len(reqs) {
			next(surveyed{Error: reportError(err)})
		}
	}
}

// timed does some of the work in what is left of the crew's time.
func (c *crew) timed(ctx context.Context, work func(context.Context) error) error {
	c.mu.Lock()
	left := c.left
	c.mu.Unlock()
	late := &lateError{uid: c.owner.UID}
	if left <= 0 {
		return late
	}
	started := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, left, late)
	defer cancel()
	err := work(ctx)
	c.mu.Lock()
	c.left -= time.Since(started)
	c.mu.Unlock()
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// clip keeps what a tenant wrote to a length that can be shown.
func clip(s string) string {
	const most = 4 << 10
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
