package archive

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkFilter measures each filter with SQL text and with media.
func BenchmarkFilter(b *testing.B) {
	passphrase, err := ParsePassphrase("correct horse")
	if err != nil {
		b.Fatal(err)
	}
	gpg, err := GPGPassphrase(passphrase)
	if err != nil {
		b.Fatal(err)
	}
	for _, in := range []struct {
		name string
		data []byte
	}{{"sql", sqlText(64 << 20)}, {"media", media(64 << 20)}} {
		for _, bench := range []struct {
			name    string
			filters []Filter
		}{
			{"none", nil},
			{"zstd-1", []Filter{Zstd(1)}},
			{"zstd", []Filter{Zstd(0)}},
			{"zstd-6", []Filter{Zstd(6)}},
			{"gzip", []Filter{Gzip(0)}},
			{"age", []Filter{testAge(b)}},
			{"gpg", []Filter{gpg}},
			{"zstd+age", []Filter{Zstd(0), testAge(b)}},
			{"zstd+gpg", []Filter{Zstd(0), gpg}},
		} {
			b.Run(in.name+"/"+bench.name, func(b *testing.B) {
				b.SetBytes(int64(len(in.data)))
				var out counter
				for b.Loop() {
					out = 0
					s, err := Chain(&out, bench.filters...)
					if err != nil {
						b.Fatal(err)
					}
					if err := writePieces(s, in.data, 256<<10); err != nil {
						b.Fatal(err)
					}
					if err := s.Close(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(100*float64(out)/float64(len(in.data)), "%size")
			})
		}
	}
}

// BenchmarkStockTools measures the standard tools, for comparison with BenchmarkFilter.
func BenchmarkStockTools(b *testing.B) {
	for name, data := range map[string][]byte{"sql": sqlText(64 << 20), "media": media(64 << 20)} {
		for _, command := range []string{"zstd -1 -T2 -c", "zstd -3 -T2 -c", "zstd -6 -T2 -c", "gzip -c"} {
			b.Run(name+"/"+strings.ReplaceAll(command, " ", ""), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				var out counter
				var cpu time.Duration
				for b.Loop() {
					out = 0
					args := strings.Fields(command)
					cmd := exec.Command(args[0], args[1:]...)
					cmd.Stdin, cmd.Stdout = bytes.NewReader(data), &out
					if err := cmd.Run(); err != nil {
						b.Fatal(err)
					}
					cpu += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
				}
				b.ReportMetric(100*float64(out)/float64(len(data)), "%size")
				b.ReportMetric(float64(cpu.Nanoseconds())/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// A counter counts the bytes written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func writePieces(w io.Writer, data []byte, size int) error {
	for len(data) > 0 {
		n := min(size, len(data))
		if _, err := w.Write(data[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// media returns n bytes that cannot be compressed, like pictures and films.
func media(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}

// sqlText returns n bytes of SQL similar to a dump of WordPress: posts in block markup,
// serialized options, comments. A few words are frequent, most are rare. Shorter texts are the
// beginning of one text, which is created once; nobody may change it.
func sqlText(n int) []byte {
	if most := sharedText(); n <= len(most) {
		return most[:n:n]
	}
	return newText(n)
}

var sharedText = sync.OnceValue(func() []byte { return newText(12 << 20) })

func newText(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.07, 4, 30000)
	words := make([]string, 30001)
	for i := range words {
		var w strings.Builder
		for range 1 + r.IntN(3) + i/12000 {
			w.WriteByte("bcdfghklmnprstvw"[r.IntN(16)])
			w.WriteByte("aeiou"[r.IntN(5)])
			if r.IntN(3) == 0 {
				w.WriteByte("nrstlm"[r.IntN(6)])
			}
		}
		words[i] = w.String()
	}
	text := func(b *bytes.Buffer, count int) {
		for range count {
			b.WriteString(words[zipf.Uint64()])
			b.WriteString([]string{" ", " ", " ", " ", " ", " ", ", ", ". "}[r.IntN(8)])
		}
	}
	b := bytes.NewBuffer(make([]byte, 0, n+1<<20))
	for id := 1; b.Len() < n; id++ {
		fmt.Fprintf(b, "INSERT INTO `wp_posts` VALUES (%d,%d,'2024-%02d-%02d %02d:%02d:%02d','", id, r.IntN(9), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60))
		for range 1 + r.IntN(9) {
			b.WriteString(`<!-- wp:paragraph -->\n<p>`)
			text(b, 10+r.IntN(60))
			b.WriteString(`</p>\n<!-- /wp:paragraph -->\n\n`)
		}
		fmt.Fprintf(b, "','publish','https://example.com/?p=%d');\nINSERT INTO `wp_postmeta` VALUES ", id)
		for m := range 20 {
			file := r.IntN(99999)
			fmt.Fprintf(b, `(%d,%d,'_wp_attachment_metadata','a:5:{s:5:\"width\";i:%d;s:6:\"height\";i:%d;s:4:\"file\";s:20:\"2024/05/p-%05d.jpg\";s:8:\"filesize\";i:%d;}'),`, id*20+m, id, r.IntN(4000), r.IntN(4000), file, r.IntN(4<<20))
		}
		fmt.Fprintf(b, "(0,0,'','');\nINSERT INTO `wp_comments` VALUES (%d,%d,'", id, r.IntN(id))
		text(b, 2)
		fmt.Fprintf(b, "','%d.%d.%d.%d','", r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(256))
		text(b, 5+r.IntN(60))
		b.WriteString("','Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)');\n")
	}
	return b.Bytes()[:n]
}
