package setup

import (
	"fmt"
	"strings"
)

// columns is the width of explanations. It is the width of the narrowest terminals in use.
const columns = 78

// wrap breaks text into lines between words. A longer word, such as a URL, stays whole.
func wrap(text string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		length := 0
		var b strings.Builder
		for _, word := range strings.Fields(line) {
			n := len([]rune(word))
			switch {
			case length == 0:
			case length+1+n > columns:
				b.WriteString("\n")
				length = 0
			default:
				b.WriteString(" ")
				length++
			}
			b.WriteString(word)
			length += n
		}
		out = append(out, b.String())
	}
	return strings.Join(out, "\n")
}

// heading prints the heading of a step.
func (s *Setup) heading(n int, title string) {
	fmt.Fprintf(s.Out, "\n%d. %s\n", n, title)
}
