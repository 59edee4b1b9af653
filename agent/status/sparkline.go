package status

import "strings"

// Sparkline draws values, which are not negative, as blocks of eight heights. A value below 0
// stands for a run that failed, and is drawn as x.
func Sparkline(values []float64) string {
	top := 0.0
	for _, v := range values {
		top = max(top, v)
	}
	blocks := []rune("▁▂▃▄▅▆▇█")
	var line strings.Builder
	for _, v := range values {
		switch {
		case v < 0:
			line.WriteRune('x')
		case top == 0:
			line.WriteRune(blocks[0])
		default:
			line.WriteRune(blocks[min(int(v/top*float64(len(blocks))), len(blocks)-1)])
		}
	}
	return line.String()
}
