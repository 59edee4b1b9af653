package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/agent/state"
	"github.com/wp-oneway/wp-oneway/sinks"
)

// openAt opens a sink with this environment and this AWS configuration file.
func openAt(t *testing.T, text string, environment map[string]string, config string) sinks.Sink {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_REGION", "AWS_PROFILE", "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "GOOGLE_CLOUD_UNIVERSE_DOMAIN"} {
		t.Setenv(name, environment[name])
	}
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAOURS")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("HOME", t.TempDir())
	u, err := sinks.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := sinks.Open(t.Context(), u, sinks.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sink
}

// The same URL leads to another store where the environment or the SDK's files say so.
// The doctor's result for one store is not valid for the other.
func TestProofIsForThePlaceInEffect(t *testing.T) {
	const text = "s3://vault/web1"
	const base = "[default]\nregion = eu-central-1\n"
	const services = "services = ours\n[services ours]\ns3 =\n  endpoint_url = https://store.example\n"
	for name, c := range map[string]struct {
		url         string
		environment map[string]string
		config      string
		same        bool
	}{
		"nothing changed":            {text, nil, base, true},
		"region in the URL":          {text + "?region=eu-central-1", nil, base, true},
		"another parameter":          {text + "?storage_class=STANDARD_IA", nil, base, true},
		"another prefix":             {"s3://vault/web2", nil, base, false},
		"another bucket":             {"s3://vault2/web1", nil, base, false},
		"another account":            {text + "?expected_owner=123456789012", nil, base, false},
		"another region in the URL":  {text + "?region=eu-west-1", nil, base, false},
		"another region, variable":   {text, map[string]string{"AWS_REGION": "eu-west-1"}, base, false},
		"another region, file":       {text, nil, strings.Replace(base, "central", "west", 1), false},
		"endpoint, variable":         {text, map[string]string{"AWS_ENDPOINT_URL": "https://store.example"}, base, false},
		"endpoint of S3, variable":   {text, map[string]string{"AWS_ENDPOINT_URL_S3": "https://store.example"}, base, false},
		"endpoint, file":             {text, nil, base + "endpoint_url = https://store.example\n", false},
		"endpoint of services, file": {text, nil, base + services, false},
		"endpoint of a profile":      {text, map[string]string{"AWS_PROFILE": "other"}, base + "[profile other]\nregion = eu-central-1\nendpoint_url = https://store.example\n", false},
		"FIPS":                       {text, map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, base, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := &Agent{Dirs: state.Dirs{State: filepath.Join(t.TempDir(), "state")}, Now: time.Now}
			keep(t, a, openAt(t, text, nil, base))
			err := a.requireOneWay(t.Context(), Job{}, openAt(t, c.url, c.environment, c.config))
			if c.same && err != nil || !c.same && (err == nil || !strings.Contains(err.Error(), "has not checked it")) {
				t.Errorf("got %v", err)
			}
		})
	}
	const endpoint = "https://store.example"
	if inURL, inEnv := openAt(t, text+"?endpoint="+endpoint, nil, base), openAt(t, text+"?path_style=true", map[string]string{"AWS_ENDPOINT_URL": endpoint}, base); sinks.Location(inURL) != sinks.Location(inEnv) {
		t.Errorf("one place is %s and %s", sinks.Location(inURL), sinks.Location(inEnv))
	}
}

// keep stores a proof that a sink is one-way.
func keep(t *testing.T, a *Agent, sink sinks.Sink) {
	t.Helper()
	credential, err := sinks.Credential(t.Context(), sink)
	if err == nil {
		err = a.Dirs.KeepProof(sinks.Location(sink), credential, state.OneWayProof{OneWay: true, At: time.Now()})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Two URLs of one place would send every backup there twice.
func TestOnePlaceUnderTwoURLs(t *testing.T) {
	h := newTestHost(t)
	job := h.addSite("alice/www", "alice")
	openAt(t, "s3://vault/x", map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "[default]\nregion = eu-central-1\n")
	job.Sinks = []string{"s3://vault/x?path_style=true", "s3://vault/x?endpoint=http://127.0.0.1:1"}
	if got := h.a.Backup(t.Context(), []Job{job}).Sites[0]; got.Status != manifest.Refused || !strings.Contains(got.Error.Message, "is given twice") {
		t.Errorf("%s %+v", got.Status, got.Error)
	}
}
