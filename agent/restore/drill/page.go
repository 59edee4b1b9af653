package drill

import (
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// pageStart is the beginning of the page. The page loads nothing, and its policy blocks scripts.
const pageStart = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%s</title><style>
body{font:15px/1.5 system-ui,sans-serif;color:#1d2327;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}
.result{display:inline-block;padding:.2rem .8rem;border-radius:4px;color:#fff;font-weight:600;margin:.8rem 0}
.passed{background:#1a7f37}.failed{background:#b32d2e}.skipped{background:#646970}
table{border-collapse:collapse;width:100%%}td,th{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #dcdcde}
th{font-weight:600}.facts th{width:13rem}small,.hash{color:#50575e}.hash{font-family:monospace;word-break:break-all}
.facts td{overflow-wrap:anywhere}td .result{margin:0;font-size:.85em}ul{margin:.2rem 0;padding-left:1.2rem}
@media print{body{margin:0;max-width:none}.result{border:1px solid;color:#000;background:none}}
</style></head><body>
`

// maxEarlier is the number of earlier drills that a page lists.
const maxEarlier = 100

// page returns the report as HTML. sum is the SHA-256 of the JSON.
func (r *Report) page(sum string, earlier []*Report) []byte {
	var b strings.Builder
	title := "Restore drill of " + r.Site
	fmt.Fprintf(&b, pageStart, escape(title))
	fmt.Fprintf(&b, "<h1>%s</h1>\n%s\n<table class=\"facts\">\n", escape(title), badge(r.result()))
	for _, fact := range [][2]string{
		{"Drill", utc(r.Started) + ", took " + r.Took().Round(time.Second).String()},
		{"Backup", r.Run},
		{"Stored", utc(r.Stored) + ", " + ageText(r.Age()) + " before the drill"},
		{"Size", size(r.Bytes) + " stored, " + size(r.RawBytes) + " restored"},
		{"Place", r.From},
		{"Made by", "wp-oneway " + r.Agent + " on " + r.Host},
		{"Checked by", "wp-oneway " + r.Drill},
		{"Database server", r.Server},
	} {
		if fact[1] != "" {
			fmt.Fprintf(&b, "<tr><th>%s</th><td>%s</td></tr>\n", fact[0], escape(fact[1]))
		}
	}
	b.WriteString("</table>\n<h2>Checks</h2>\n<table><tr><th>Check</th><th>Result</th><th>Found</th></tr>\n")
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "<tr><td>%s</td><td>%s</td><td>%s%s</td></tr>\n", escape(c.Name), badge(c.Result), escape(c.Found), list(c.Problems))
	}
	b.WriteString("</table>\n")
	if len(r.Remaining) > 0 {
		fmt.Fprintf(&b, "<h2>Not removed</h2>%s\n", list(r.Remaining))
	}
	b.WriteString("<h2>Earlier drills</h2>\n")
	writeEarlier(&b, earlier)
	fmt.Fprintf(&b, "<h2>Report</h2>\n<p>SHA-256 of the report as JSON:<br><span class=\"hash\">%s</span></p>\n</body></html>\n", escape(sum))
	return []byte(b.String())
}

func writeEarlier(b *strings.Builder, earlier []*Report) {
	if len(earlier) == 0 {
		b.WriteString("<p>None.</p>\n")
		return
	}
	b.WriteString("<table><tr><th>Drill</th><th>Kind</th><th>Result</th><th>Backup stored</th><th>Size</th><th>Took</th></tr>\n")
	for i, e := range earlier {
		if i == maxEarlier {
			fmt.Fprintf(b, "<tr><td colspan=\"6\">and %d more</td></tr>\n", len(earlier)-i)
			break
		}
		fmt.Fprintf(b, "<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td></tr>\n",
			utc(e.Started), escape(e.Kind), badge(e.result()), utc(e.Stored), size(e.Bytes), e.Took().Round(time.Second))
	}
	b.WriteString("</table>\n")
}

// result returns the result of all checks together.
func (r *Report) result() Result {
	if r.Passed {
		return Passed
	}
	return Failed
}

func badge(result Result) string {
	class := Failed
	if result == Passed || result == Skipped {
		class = result
	}
	return fmt.Sprintf("<span class=\"result %s\">%s</span>", class, escape(string(result)))
}

func list(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("<ul>")
	for _, text := range texts {
		b.WriteString("<li>" + escape(text) + "</li>")
	}
	return b.String() + "</ul>"
}

// escape makes a text from a backup printable, and escapes it for HTML.
func escape(text string) string { return html.EscapeString(wordpress.Printable(text)) }

func utc(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

func size(n int64) string { return humanize.IBytes(uint64(max(n, 0))) }

func ageText(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
