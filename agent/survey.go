package agent

import (
	"context"
	"encoding/hex"
	"time"
	"unicode/utf8"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/source"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Survey is what `sites --json` prints; see docs/sites.schema.json.
type Survey struct {
	Version int          `json:"version"`
	Agent   string       `json:"agent"`
	Host    string       `json:"host"`
	Time    time.Time    `json:"time"`
	Sites   []SiteSurvey `json:"sites"`
	// Unsearched are folders that could not be searched completely.
	Unsearched wordpress.Notes `json:"unsearched"`
	// Missing are roots that do not exist.
	Missing []string `json:"missing,omitempty"`
}

// A SiteStatus says whether `backup --all` backs a site up.
type SiteStatus string

// The statuses of a site.
const (
	Ready     SiteStatus = "ready"      // yes
	LeftOut   SiteStatus = "ignored"    // no: the configuration says so, or WordPress is not installed
	NameClash SiteStatus = "name_clash" // no: another site has its name
	Broken    SiteStatus = "broken"     // its backup is attempted and fails
)

// A SiteSurvey describes one site.
type SiteSurvey struct {
	Name      string           `json:"name"`
	Path      string           `json:"path"`
	PathHex   string           `json:"path_hex,omitempty"` // if the path is not UTF-8
	HTTPHost  string           `json:"http_host,omitempty"`
	Layout    string           `json:"layout"`
	Owner     *SiteOwner       `json:"owner,omitempty"`
	Status    SiteStatus       `json:"status"`
	Reason    string           `json:"reason,omitempty"` // why it is not ready
	WordPress string           `json:"wordpress,omitempty"`
	Config    string           `json:"config,omitempty"` // its configuration file
	Multisite *bool            `json:"multisite,omitempty"`
	Database  *DatabaseAddress `json:"database,omitempty"`
	// Error is what is wrong with the site or its configuration.
	Error *manifest.ReportError `json:"error,omitempty"`
	ID    string                `json:"-"` // site.Place.Identity; "" if the site was not found
	// Runs are the results of its last runs, by kind.
	Runs map[string]state.History `json:"runs"`
}

// A SiteOwner is the user with whose rights a site is read.
type SiteOwner struct {
	UID  uint32 `json:"uid"`
	Name string `json:"name"` // the number, if the user has no name
}

// A DatabaseAddress says where a database is, without the account.
type DatabaseAddress struct {
	Name   string `json:"name"`
	Host   string `json:"host"`
	Port   int    `json:"port,omitempty"`
	Socket string `json:"socket,omitempty"`
}

// Survey reports, for each job's site, its location, its configuration, the results of
// its last runs, and whether it would be backed up. It opens no connection and changes nothing. The configurations are read with
// the rights of the sites' owners.
func (a *Agent) Survey(ctx context.Context, jobs []Job) *Survey {
	out, names, owners := a.roll(ctx, jobs)
	readConfigs(ctx, jobs, names.configs, owners, func(i int, facts source.Facts, err error) { out.Sites[i].setFacts(facts, err) })
	out.setStatuses(jobs, names)
	return out
}

// Roll is Survey without reading configurations: it starts no worker.
func (a *Agent) Roll(ctx context.Context, jobs []Job) *Survey {
	out, names, _ := a.roll(ctx, jobs)
	out.setStatuses(jobs, names)
	return out
}

// roll describes the jobs' sites without reading them.
func (a *Agent) roll(ctx context.Context, jobs []Job) (*Survey, *roster, map[uint32]*ownerSites) {
	a.init()
	out := &Survey{Version: manifest.Version, Agent: a.Version, Host: a.Host, Time: a.Now().UTC(), Sites: make([]SiteSurvey, len(jobs))}
	names := a.resolveNames(ctx, jobs, nil)
	owners := map[uint32]*ownerSites{}
	for i := range jobs {
		site := &out.Sites[i]
		site.setJob(&jobs[i])
		c := names.candidates[i]
		if c == nil {
			site.Error = manifest.NewReportError(names.missing[i])
			continue
		}
		if owners[c.UID] == nil {
			owners[c.UID] = newOwnerSites(c.UID)
		}
		owners[c.UID].add(i)
		site.ID = c.ID
		site.Owner = &SiteOwner{UID: c.UID, Name: owners[c.UID].name}
		if s, err := a.Dirs.LoadSite(c.ID); err != nil {
			a.Log.Warn("the saved state cannot be used", "site", site.Name, "err", err)
		} else if s.Runs != nil {
			site.Runs = s.Runs
		}
	}
	return out, names, owners
}

func (s *Survey) setStatuses(jobs []Job, names *roster) {
	for i := range s.Sites {
		s.Sites[i].setStatus(jobs[i].Ignore, names.Unused(i), names.Refused(i))
	}
}

// setJob sets what is known without reading the site.
func (s *SiteSurvey) setJob(job *Job) {
	s.Name, s.Path, s.Layout, s.HTTPHost = job.Name, job.Place.Path, job.Place.Layout, job.World.HTTPHost
	s.Runs = map[string]state.History{}
	if !utf8.ValidString(s.Path) {
		s.PathHex = hex.EncodeToString([]byte(s.Path))
	}
}

// setFacts sets the facts of the configuration, or why it could not be read.
func (s *SiteSurvey) setFacts(facts source.Facts, err error) {
	if err != nil {
		s.Error = manifest.NewReportError(err)
		return
	}
	c := facts.Config
	s.WordPress, s.Config = facts.WordPress, c.ConfigFile
	s.Multisite = &c.Multisite
	s.Database = &DatabaseAddress{Name: c.DB.Name, Host: c.DB.Host, Port: c.DB.Port, Socket: c.DB.Socket}
}

// setStatus decides whether the site is backed up.
func (s *SiteSurvey) setStatus(ignore string, unused bool, refused error) {
	switch {
	case ignore != "":
		s.Status, s.Reason = LeftOut, ignore
	case unused:
		s.Status, s.Reason = LeftOut, notInstalled
	case refused != nil:
		s.Status, s.Reason = NameClash, manifest.NewReportError(refused).Message
	case s.Error != nil:
		s.Status, s.Reason = Broken, s.Error.Message
	default:
		s.Status = Ready
	}
}
