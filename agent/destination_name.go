package agent

import (
	"fmt"
	"slices"
	"strings"
)

// maxDestinationName is the longest name of a sink without a name of its own.
const maxDestinationName = 64

// Destinations are the names of the job's sinks, in their order. A sink without a name gets
// one that is safe to show: s3-BUCKET, gs-BUCKET or folder. A further sink with the same
// name gets a number.
func (j *Job) Destinations() []string {
	var names []string
	for _, url := range j.Sinks {
		first := j.SinkNames[url]
		if first == "" {
			first = defaultName(url)
		}
		name := first
		for n := 2; slices.Contains(names, name); n++ {
			name = fmt.Sprintf("%s-%d", first, n)
		}
		names = append(names, name)
	}
	return names
}

// defaultName is the name of a sink that has none.
func defaultName(url string) string {
	scheme, rest, isURL := strings.Cut(url, "://")
	if !isURL || scheme == "file" {
		return "folder"
	}
	bucket, _, _ := strings.Cut(rest, "/")
	bucket, _, _ = strings.Cut(bucket, "?")
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '.', r == '_':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r == '{' || r == '}':
			return -1
		}
		return '_'
	}, scheme+"-"+bucket)
	return name[:min(len(name), maxDestinationName)]
}
