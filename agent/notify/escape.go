package notify

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress"
)

// maxText is the maximum length of a text of unknown origin in a message, in characters:
// otherwise one site could displace the others.
const maxText = 600

// An escape makes a text of unknown origin harmless in one kind of message.
type escape func(string) string

// plain is the escape for text without markup, such as mail.
func plain(s string) string { return wordpress.Printable(cutText(s, maxText)) }

// chat is the escape for services that read markup or mentions in a message. The
// characters that begin a mention (@everyone, <!channel>), a tag, a link or a hidden
// passage are replaced by ones that look alike, since no escape works in all services.
func chat(s string) string { return lookalikes().Replace(plain(s)) }

func lookalikes() *strings.Replacer {
	return strings.NewReplacer("@", "＠", "<", "‹", ">", "›", "`", "ˋ", "|", "¦", "](", "] (")
}

// cutText cuts a text after limit characters.
func cutText(s string, limit int) string {
	n := 0
	for i := range s {
		if n++; n > limit {
			return s[:i] + "…"
		}
	}
	return s
}

// cutLines cuts a text after limit bytes, at the end of a line if there is one.
func cutLines(s string, limit int) string {
	const rest = "…\nThis message was shortened; see the log.\n"
	if len(s) <= limit {
		return s
	}
	s = s[:limit-len(rest)]
	if end := strings.LastIndexByte(s, '\n'); end > 0 {
		s = s[:end+1]
	}
	return strings.ToValidUTF8(s, "") + rest
}

// printable escapes all of a rendered message except line breaks and tabs.
func printable(s string) string {
	var b strings.Builder
	_, _ = wordpress.PrintableWriter{W: &b}.Write([]byte(s)) // a Builder returns no error
	return b.String()
}

// oneLine is a rendered text on one line.
func oneLine(s string, limit int) string {
	return wordpress.Printable(cutText(strings.Join(strings.Fields(s), " "), limit))
}

// shellQuote quotes a word for a command that is to be copied into a shell.
func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
