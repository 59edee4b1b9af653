package notify

import (
	_ "embed" // the default body
	"fmt"
	"strings"
	"time"

	template "github.com/DataDog/datadog-agent/pkg/template/text"

	"github.com/wp-oneway/wp-oneway/agent/manifest"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// defaultSubject is the template of a subject.
const defaultSubject = `{{if .Test}}Test: {{end}}wp-oneway on {{.Host}}: {{.Summary}}`

//go:embed body.tmpl
var defaultBody string

// Templates are the templates of subject and body, in the language of text/template,
// without calls of methods: for these, the linker would have to keep every method of
// every library, a third of the program. "" is the default.
type Templates struct{ Subject, Body string }

// Check refuses templates that cannot be parsed, or fail with an example.
func (t Templates) Check() error {
	for name, text := range map[string]string{"notification_subject": t.Subject, "notification_body": t.Body} {
		if _, err := render(name, text, newMessage(example(time.Unix(0, 0)), "", true, plain)); err != nil {
			return err
		}
	}
	return nil
}

// subject and body render a message. If a template fails, the default one is used: the
// message matters more than its form.
func (t Templates) subject(m *Message) string {
	text, err := render("notification_subject", t.Subject, m)
	if err != nil || strings.TrimSpace(text) == "" {
		text, _ = render("", defaultSubject, m) // tested
	}
	return oneLine(text, 200)
}

func (t Templates) body(m *Message) string {
	text, err := render("notification_body", t.Body, m)
	if err == nil && t.Body == "" || err != nil || strings.TrimSpace(text) == "" {
		if text, _ = render("", defaultBody, m); err != nil { // tested
			text += "The template was not used: " + oneLine(err.Error(), maxText) + "\n"
		}
	}
	return printable(text)
}

func render(name, text string, m *Message) (string, error) {
	t, err := template.New(name).Funcs(functions()).Parse(text)
	var b strings.Builder
	if err == nil {
		err = t.Execute(&b, m)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w; see docs/notifications.md", name, err)
	}
	return b.String(), nil
}

// functions are those that templates can call.
func functions() template.FuncMap {
	return template.FuncMap{
		"names":  func(list []Site) string { return names(list, len(list)) },
		"format": func(at time.Time, layout string) string { return at.Format(layout) },
	}
}

// example is a made-up report.
func example(now time.Time) *manifest.Report {
	last := now.Add(-49 * time.Hour)
	return &manifest.Report{
		Started: now.Add(-time.Minute), Finished: now, Status: manifest.Failed,
		Errors: []manifest.ReportError{},
		Sites: []manifest.SiteReport{
			{Name: "shop.example.com", Path: "/srv/shop", Kind: manifest.Full, Status: manifest.OK},
			{
				Name: "blog.example.com", Path: "/srv/blog", Kind: manifest.Full, Status: manifest.Failed, LastSuccess: &last,
				Error: &manifest.ReportError{Message: "this is an example of an error; nothing failed"},
			},
			{
				Name: "news.example.com", Path: "/srv/news", Kind: manifest.DB, Status: manifest.Incomplete,
				Unreadable: &wordpress.Notes{Total: 1, Items: []string{"this is an example of a table"}},
			},
		},
	}
}
