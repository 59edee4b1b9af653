package schedule

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// maxLine is the length of a command that every cron can run, in bytes.
const maxLine = 900

// crontabLine is the entry's line in a crontab. account is the user in a file of
// /etc/cron.d, and "" in the crontab of a user. cron's environment may lack HOME and
// PATH, and its shell may be any.
func (e *Entry) crontabLine(account string) (string, error) {
	fields, err := e.Times.Fields()
	if err != nil {
		return "", err
	}
	if account != "" {
		fields += " " + account
	}
	var command strings.Builder
	if delay := e.delay(); delay > 0 {
		fmt.Fprintf(&command, "/bin/sleep %d && ", delay/time.Second)
	}
	var environment strings.Builder
	for _, variable := range e.Environment {
		name, value, _ := strings.Cut(variable, "=")
		environment.WriteString(name + "=" + shellWord(value) + " ")
	}
	program := "GOTRACEBACK=crash " + environment.String() + shellWord(e.Program)
	for _, arg := range e.Arguments {
		program += " " + shellWord(arg)
	}
	report := environment.String() + shellWord(e.Program)
	for _, arg := range append(e.FailedArguments, e.Name) {
		report += " " + shellWord(arg)
	}
	fmt.Fprintf(&command, "%s >>%s 2>&1 || %s $?", program, shellWord(e.Log), report)
	text := command.String() + " " + e.mark()
	switch {
	case strings.Contains(text, `\`):
		return "", fmt.Errorf("install schedule %s: a path contains a backslash, which cron cannot read; rename it", e.Name)
	case len(text) > maxLine:
		return "", fmt.Errorf("install schedule %s: the command has %d characters, and cron can read only %d; use shorter paths", e.Name, len(text), maxLine)
	}
	return fields + " " + strings.ReplaceAll(text, "%", `\%`), nil // cron replaces a bare %
}

// shellWord quotes a word for sh.
func shellWord(word string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_/.,:=@+-]+$`).MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'"'"'`) + "'"
}

// setLine adds an entry's line to a crontab, or replaces it. All other lines stay as
// they are. The line comes before the first entry and the first variable, because a
// variable such as SHELL or CRON_TZ changes the lines after it.
func setLine(crontab, name, line string) string {
	crontab, _ = removeLine(crontab, name)
	if crontab != "" && !strings.HasSuffix(crontab, "\n") {
		crontab += "\n" // cron ignores a last line without it
	}
	at := 0
	for text := range strings.Lines(crontab) {
		if trimmed := strings.TrimSpace(text); trimmed != "" && trimmed[0] != '#' {
			break
		}
		at += len(text)
	}
	return crontab[:at] + line + "\n" + crontab[at:]
}

// removeLine removes an entry's line from a crontab.
func removeLine(crontab, name string) (rest string, removed bool) {
	var kept strings.Builder
	for line := range strings.Lines(crontab) {
		if found, ok := entryIn(line); ok && found.Name == name {
			removed = true
			continue
		}
		kept.WriteString(line)
	}
	return kept.String(), removed
}

// entryIn reads the entry in a line of a crontab. A line that somebody has turned into a
// comment is left alone.
func entryIn(line string) (Installed, bool) {
	if strings.HasPrefix(strings.TrimSpace(line), "#") {
		return Installed{}, false
	}
	return marked(line)
}

// entriesIn reads the entries of a crontab.
func entriesIn(crontab string) []Installed {
	var out []Installed
	for line := range strings.Lines(crontab) {
		if found, ok := entryIn(line); ok {
			out = append(out, found)
		}
	}
	return out
}
