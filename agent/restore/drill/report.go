package drill

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// reportVersion is the version of the report's JSON.
const reportVersion = 1

// A Result is how a check ended.
type Result string

// The results of a check.
const (
	Passed  Result = "passed"
	Failed  Result = "failed"
	Skipped Result = "skipped" // there is nothing to check, or the backup excludes it on purpose
)

// A Check is one question that a drill answers.
type Check struct {
	Name     string   `json:"name"`
	Result   Result   `json:"result"`
	Found    string   `json:"found"`    // what was found, or why the check was skipped
	Problems []string `json:"problems"` // at most maxProblems
}

// maxProblems is the number of problems that a check lists.
const maxProblems = 50

// A Report says how the restore of one run went; see docs/drill.schema.json.
type Report struct {
	Version   int       `json:"version"`
	Site      string    `json:"site"`
	Kind      string    `json:"kind"`
	Run       string    `json:"run"`
	From      string    `json:"from"`
	Host      string    `json:"host"`  // the host that made the backup
	Agent     string    `json:"agent"` // version of the agent that made the backup
	Drill     string    `json:"drill"` // version of the program that ran the drill
	Stored    time.Time `json:"stored"`
	Started   time.Time `json:"started"`
	Finished  time.Time `json:"finished"`
	Bytes     int64     `json:"bytes"`     // size in the store
	RawBytes  int64     `json:"raw_bytes"` // size before compression
	Server    string    `json:"server"`    // server of the restored database; "" if none was restored
	Passed    bool      `json:"passed"`
	Checks    []Check   `json:"checks"`
	Remaining []string  `json:"remaining"` // what could not be removed afterwards
}

// Age returns how old the backup was when the drill began.
func (r *Report) Age() time.Duration { return r.Started.Sub(r.Stored) }

// Took returns how long the drill took.
func (r *Report) Took() time.Duration { return r.Finished.Sub(r.Started) }

// finish sets the result.
func (r *Report) finish(now time.Time) {
	r.Finished = now
	r.Passed = len(r.Checks) > 0 && !slices.ContainsFunc(r.Checks, func(c Check) bool { return c.Result == Failed })
}

// Save writes three files into a folder: the report as JSON, the SHA-256 of the JSON, and an
// HTML page that also lists the earlier drills of the site. It returns the path of the JSON and
// its SHA-256.
func (r *Report) Save(folder string) (path, sum string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", "", fmt.Errorf("save the report: %w", err)
	}
	earlier, err := readReports(folder, r.Site)
	if err != nil {
		return "", "", err
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return "", "", fmt.Errorf("save the report: %w", err)
	}
	text = append(text, '\n')
	digest := sha256.Sum256(text)
	sum = hex.EncodeToString(digest[:])
	name := reportPrefix(r.Site) + r.Started.UTC().Format("2006-01-02_15-04-05.000Z") + "-" + r.Kind
	path = filepath.Join(folder, name+".json")
	for suffix, content := range map[string][]byte{
		".json.sha256": []byte(sum + "  " + name + ".json\n"), ".html": r.page(sum, earlier), ".json": text,
	} {
		if err := renameio.WriteFile(filepath.Join(folder, name+suffix), content, 0o600); err != nil {
			return "", "", fmt.Errorf("save the report: %w", err)
		}
	}
	return path, sum, nil
}

// reportPrefix returns the beginning of the names of a site's reports.
func reportPrefix(site string) string { return site + "-drill-" }

// maxReport is the maximum length of a report that is read, in bytes.
const maxReport = 4 << 20

// readReports reads the earlier reports of a site, the newest first. It skips files that are not
// reports.
func readReports(folder, site string) ([]*Report, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read earlier reports: %w", err)
	}
	var list []*Report
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), reportPrefix(site)) || filepath.Ext(e.Name()) != ".json" {
			continue
		}
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxReport {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("read earlier reports: %w", err)
		}
		var r Report
		if json.Unmarshal(text, &r) == nil && r.Version == reportVersion && r.Site == site {
			list = append(list, &r)
		}
	}
	slices.SortFunc(list, func(a, b *Report) int { return b.Started.Compare(a.Started) })
	return list, nil
}
