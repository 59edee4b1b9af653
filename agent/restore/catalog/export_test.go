package catalog

import "github.com/wp-oneway/wp-oneway/agent/manifest"

// ParseForTest returns the objects of a manifest of the run a-db-2026-11-01_03-00-00Z-aaaaaaaa.
func ParseForTest(text []byte) []manifest.Object {
	run := &Run{Name: "a/db-backups/a-db-2026-11-01_03-00-00Z-aaaaaaaa"}
	run.RunParts, _ = manifest.ParseRunName(run.Name)
	m, err := parse(text, run)
	if err != nil {
		return nil
	}
	return m.Objects
}
