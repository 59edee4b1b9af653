package setup

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/sinks"
	"github.com/wp-oneway/wp-oneway/sinks/operator"
)

// A provider is a kind of place for backups that setup supports.
type provider struct {
	Choice
	policy []string // the arguments of the command that prints its policy; nil for none
	// ask asks for the part of the URL after the bucket.
	ask func(ctx context.Context, t *Terminal) (query string, err error)
	// keys says what the credential is: "keys" is an access key, "file" is a file that the
	// provider issues.
	keys string
}

func providers() []provider {
	region := func(example, endpoint, more string) func(context.Context, *Terminal) (string, error) {
		return func(ctx context.Context, t *Terminal) (string, error) {
			r, err := t.Ask(ctx, Question{Text: "Region, such as " + example, Check: plainWord})
			if endpoint != "" {
				return "endpoint=" + strings.ReplaceAll(endpoint, "REGION", r) + "&region=" + r + more, err
			}
			return "region=" + r + more, err
		}
	}
	return []provider{
		{Choice{"aws", "Amazon S3"}, []string{"s3"}, region("eu-central-1", "", ""), "keys"},
		{Choice{"gcs", "Google Cloud Storage"}, []string{"gcs"}, func(context.Context, *Terminal) (string, error) { return "", nil }, "file"},
		{Choice{"r2", "Cloudflare R2"}, []string{"s3", "--provider", "r2", "--lock", "30"}, askR2, "file"},
		{Choice{"b2", "Backblaze B2"}, []string{"s3", "--provider", "b2", "--lock", "30"}, region("us-west-004", "https://s3.REGION.backblazeb2.com", "&checksum=md5&conditional=false"), "keys"},
		{Choice{"minio", "MinIO"}, []string{"s3", "--provider", "minio"}, askEndpoint, "keys"},
		{Choice{"wasabi", "Wasabi"}, []string{"s3", "--provider", "wasabi"}, region("eu-central-1", "https://s3.REGION.wasabisys.com", ""), "keys"},
		{Choice{"folder", "a folder of this host, such as a mounted disk; root of this host can delete there"}, nil, nil, ""},
		{Choice{"url", "something else: give the sink's URL"}, nil, nil, ""},
	}
}

var errWord = errors.New("use letters, digits, '.', '_' and '-' only")

func plainWord(answer string) error {
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`).MatchString(answer) {
		return errWord
	}
	return nil
}

func askR2(ctx context.Context, t *Terminal) (string, error) {
	account, err := t.Ask(ctx, Question{Text: "Account ID, 32 hexadecimal digits, from Cloudflare's dashboard", Check: func(answer string) error {
		if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(answer) {
			return errors.New("this is not an account ID, which has 32 characters, 0-9 and a-f")
		}
		return nil
	}})
	return "endpoint=https://" + account + ".r2.cloudflarestorage.com&region=auto", err
}

// askEndpoint asks for the address of the user's own server, and for its certificate.
func askEndpoint(ctx context.Context, t *Terminal) (string, error) {
	endpoint, err := t.Ask(ctx, Question{Text: "Address of the server, such as https://minio.example.com:9000", Check: func(answer string) error {
		_, err := sinks.Parse("s3://bucket?endpoint=" + url.QueryEscape(answer))
		return err
	}})
	if err != nil {
		return "", err
	}
	query := "endpoint=" + url.QueryEscape(endpoint)
	if !strings.HasPrefix(endpoint, "https://") {
		return query, nil
	}
	file, err := t.Ask(ctx, Question{
		Text: "File with the certificate of the authority, if the server has one of your own", Default: "none",
		Check: func(answer string) error {
			if answer == "none" {
				return nil
			}
			return readable(answer, operator.Everybody)
		},
	})
	if file != "none" {
		query += "&ca_file=" + url.QueryEscape(file)
	}
	return query, err
}

// readable checks a file that the configuration will name.
func readable(path string, readers operator.Readers) error {
	if !filepath.IsAbs(path) {
		return errors.New("give an absolute path, which begins with /")
	}
	_, err := operator.ReadFile(path, readers)
	return err
}

// destination asks where backups go.
func (s *Setup) destination(ctx context.Context) error {
	s.heading(2, "Where the backups go")
	switch {
	case s.file.has("sinks"):
		s.sayf("The configuration names the sinks.")
		return nil
	case s.To != "":
		return s.flagDestination()
	case s.Yes:
		return wrongf("--to is missing: give the sink's URL, such as s3://bucket/{host}?region=eu-central-1, or a folder")
	}
	s.sayf("A bucket is safer than a folder: the host gets a credential that can only add backups, so an attacker who breaks into this host cannot delete them.")
	known := providers()
	choices := make([]Choice, len(known))
	for i, p := range known {
		choices[i] = p.Choice
	}
	name, err := s.Terminal.Choose(ctx, "Where to?", choices)
	if err != nil {
		return err
	}
	switch name {
	case "folder":
		s.file.sink, err = s.Terminal.Ask(ctx, Question{Text: "Folder, outside of all sites", Check: func(answer string) error {
			if !filepath.IsAbs(answer) {
				return errors.New("give an absolute path, which begins with /")
			}
			return checkSink(answer)
		}})
		return err
	case "url":
		s.file.sink, err = s.Terminal.Ask(ctx, Question{Text: "URL, such as s3://bucket/{host}?endpoint=https://s3.example.com&credentials_file=/etc/wp-oneway/keys", Check: checkSink})
		return err
	}
	for _, p := range known {
		if p.Name == name {
			return s.bucket(ctx, p)
		}
	}
	return nil
}

func checkSink(text string) error {
	_, err := sinks.Parse(strings.NewReplacer("{host}", "h", "{kind}", "k", "{site}", "s", "{owner}", "o").Replace(text))
	return err
}

// flagDestination takes the sink and its key from the flags.
func (s *Setup) flagDestination() error {
	if err := checkSink(s.To); err != nil {
		return &AnswerError{err}
	}
	s.file.sink = s.To
	if !strings.Contains(s.To, "://") && !strings.HasPrefix(s.To, "~") { // a schedule starts in another folder
		path, err := filepath.Abs(s.To)
		if err != nil {
			return fmt.Errorf("find %s: %w", s.To, err)
		}
		s.file.sink = path
	}
	if s.KeyID == "" {
		return nil
	}
	if !strings.HasPrefix(s.To, "s3://") || strings.Contains(s.To, "credentials_file=") {
		return wrongf("--key-id: is for a sink s3://… whose URL names no credentials_file")
	}
	key, err := operator.ReadFile(s.SecretFile, operator.OwnGroup)
	if err != nil {
		return fmt.Errorf("read the secret key: %w", err)
	}
	return s.useKey(s.KeyID, strings.TrimSpace(string(key)))
}

// bucket asks for a bucket, prints its policy, and asks for the host's credential.
func (s *Setup) bucket(ctx context.Context, p provider) error {
	name, err := s.Terminal.Ask(ctx, Question{Text: "Name of the bucket; it does not need to exist yet", Check: func(answer string) error {
		if err := plainWord(answer); err != nil {
			return fmt.Errorf("this is not a bucket name: %w", err)
		}
		return checkSink("s3://" + answer)
	}})
	if err != nil {
		return err
	}
	query, err := p.ask(ctx, s.Terminal)
	if err != nil {
		return err
	}
	scheme := map[string]string{"gcs": "gs"}[p.Name]
	if scheme == "" {
		scheme = "s3"
	}
	s.file.sink = scheme + "://" + name + "/{host}"
	if query != "" {
		s.file.sink += "?" + query
	}
	args := append(append([]string{"policy"}, p.policy...), "--bucket", name, "--host", s.Host)
	s.sayf("\nThe bucket and this host's credential need the following settings. Apply them where you administer the bucket, not on this host. You can repeat the text with:\n\n  wp-oneway %s\n", strings.Join(args, " "))
	if err := s.Program.Run(ctx, args...); err != nil {
		return err
	}
	if _, err := s.Terminal.Ask(ctx, Question{Text: "Press Enter when the bucket and the credential exist", Default: "done"}); err != nil {
		return err
	}
	if p.keys == "file" {
		return s.askCredentialFile(ctx, p)
	}
	return s.askKey(ctx)
}

// askCredentialFile asks for a credentials file that the provider issues.
func (s *Setup) askCredentialFile(ctx context.Context, p provider) error {
	what := map[string]string{"gcs": "key file of the service account (JSON)", "r2": "token file that wp-oneway policy r2-token has written"}[p.Name]
	path, err := s.Terminal.Ask(ctx, Question{
		Text: "Path of the " + what + " on this host; nobody else may read it (chmod 600)",
		Check: func(answer string) error {
			return readable(answer, operator.OwnGroup)
		},
	})
	s.addCredentialsFile(path)
	return err
}

// askKey asks for an access key. It is written to a file beside the configuration.
func (s *Setup) askKey(ctx context.Context) error {
	id, err := s.Terminal.Ask(ctx, Question{Text: "ID of this host's access key", Check: func(answer string) error {
		if strings.ContainsAny(answer, " \t=[]#;") {
			return errors.New("this is not a key ID: it contains spaces or punctuation")
		}
		return nil
	}})
	if err != nil {
		return err
	}
	key, err := s.Terminal.Ask(ctx, Question{Text: "Its secret (what you type or paste is not shown)", Hidden: true, Check: checkSecret})
	if err != nil {
		return err
	}
	return s.useKey(id, key)
}

func checkSecret(key string) error {
	if key == "" || strings.ContainsAny(key, " \t\n") {
		return errors.New("a secret key is one word; paste it as the provider showed it")
	}
	return nil
}

// useKey keeps a key until the configuration is written, and adds the name of its file to the
// URL.
func (s *Setup) useKey(id, key string) error {
	if err := checkSecret(key); err != nil {
		return &AnswerError{err}
	}
	u, err := url.Parse(s.file.sink)
	if err != nil {
		return &AnswerError{fmt.Errorf("sink: %w", err)}
	}
	name := regexp.MustCompile(`[^A-Za-z0-9.-]`).ReplaceAllString(u.Host, "-")
	path := filepath.Join(filepath.Dir(s.Config), "key-"+name)
	if _, err := os.Lstat(path); err == nil {
		s.sayf("%s exists and will be replaced.", path)
	}
	s.newKeys = &keyFile{path, id, secret.Text(key)}
	s.addCredentialsFile(path)
	return nil
}

// addCredentialsFile adds the name of a credentials file to the sink's URL.
func (s *Setup) addCredentialsFile(path string) {
	separator := "?"
	if strings.Contains(s.file.sink, "?") {
		separator = "&"
	}
	s.file.sink += separator + "credentials_file=" + strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", "#", "%23", " ", "%20").Replace(path)
}
