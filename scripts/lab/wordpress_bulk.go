package lab

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// seed32 derives the seed of a random source for one purpose from seed.
func seed32(seed uint64, purpose string) [32]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%d %s", seed, purpose))
}

// bulkUploads adds n bytes of files such as photos and exports. Nine of ten files are
// incompressible.
func (w *WordPress) bulkUploads(ctx context.Context, n int64, seed uint64) error {
	source := rand.NewChaCha8(seed32(seed, "uploads"))
	random := rand.New(source)
	buf := make([]byte, 20<<20)
	text := prose(random, 1<<20)
	for i := 0; n > 0; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		size := int64(20_000)
		switch random.IntN(20) {
		case 0:
			size = 20_000_000
		case 1, 2, 3, 4, 5, 6:
			size = 2_000_000 + random.Int64N(2_000_000)
		default:
			size += random.Int64N(400_000)
		}
		size = min(size, n)
		b, ext := buf[:size], "jpg"
		if i%10 == 9 {
			ext = "csv"
			for done := 0; done < len(b); {
				done += copy(b[done:], text[random.IntN(len(text)/2):])
			}
		} else {
			_, _ = source.Read(b) // it never fails
		}
		dir := filepath.Join(w.ContentDir, "uploads", fmt.Sprint(2016+i%10), fmt.Sprintf("%02d", 1+i/10%12))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("bulk-%06d.%s", i, ext)), b, 0o644); err != nil {
			return err
		}
		n -= size
	}
	return nil
}

// bulkRows adds about n bytes of SQL to the tables of posts and their metadata.
func (d Database) bulkRows(ctx context.Context, n int64, seed uint64) error {
	if n <= 0 {
		return nil
	}
	db, err := sql.Open("mysql", d.Server.DSN(d.Name))
	if err != nil {
		return err
	}
	defer db.Close()
	random := rand.New(rand.NewChaCha8(seed32(seed, "rows")))
	for id := 1_000_000; n > 0; {
		posts := bytes.NewBufferString("INSERT INTO " + d.Prefix + "posts (ID,post_author,post_date,post_date_gmt,post_content,post_title," +
			"post_excerpt,post_status,post_name,to_ping,pinged,post_modified,post_modified_gmt,post_content_filtered,guid,post_type) VALUES ")
		meta := bytes.NewBufferString("INSERT INTO " + d.Prefix + "postmeta (post_id,meta_key,meta_value) VALUES ")
		start := posts.Len() + meta.Len()
		for first := true; posts.Len()+meta.Len()-start < 1<<20 && n > 0; first = false {
			if !first {
				posts.WriteByte(',')
				meta.WriteByte(',')
			}
			id++
			before := posts.Len() + meta.Len()
			when := time.Unix(1_500_000_000+int64(id)*7, 0).UTC().Format(time.DateTime)
			fmt.Fprintf(posts, "(%d,1,'%s','%s','<p>%s</p>','Order %d %s','','draft','order-%d','','','%s','%s','','%s/?p=%d','post')",
				id, when, when, prose(random, 500+random.IntN(4000)), id, prose(random, 20), id, when, when, siteURL, id)
			fmt.Fprintf(meta, `(%d,'_total','%d.99'),(%d,'_items','a:1:{s:4:\"name\";s:8:\"%08x\";}'),(%d,'_token','%016x%016x')`,
				id, random.IntN(10000), id, random.Uint32(), id, random.Uint64(), random.Uint64())
			n -= int64(posts.Len() + meta.Len() - before)
		}
		for _, q := range []string{posts.String(), meta.String()} {
			if _, err := db.ExecContext(ctx, q); err != nil {
				return fmt.Errorf("insert: %w", err)
			}
		}
	}
	return nil
}

// prose returns n bytes of text that compresses about as well as real text. It contains no
// character that SQL must escape.
func prose(random *rand.Rand, n int) []byte {
	b := make([]byte, 0, n+16)
	for len(b) < n {
		k := random.IntN(1 + random.IntN(len(vocabulary))) // makes some words frequent
		b = append(append(b, vocabulary[k]...), ' ')
	}
	return b[:n]
}

// vocabulary is a list of words that are made of syllables. It is the same in every process.
var vocabulary = func() []string {
	random := rand.New(rand.NewChaCha8(seed32(0, "vocabulary")))
	syllables := strings.Fields("an be ca den er fo gra hi in jo ka lin mo ne or pra qui ran so ten und ver wi xa ya zu schrift tion heit back up word press the of and to")
	words := make([]string, 6000)
	for i := range words {
		for range 1 + random.IntN(4) {
			words[i] += syllables[random.IntN(len(syllables))]
		}
	}
	return words
}()

// oddFiles adds files to the uploads that archivers often store wrongly.
func (w *WordPress) oddFiles() error {
	odd := filepath.Join(w.ContentDir, "uploads", "odd")
	if err := os.MkdirAll(filepath.Join(odd, "empty folder"), 0o700); err != nil {
		return err
	}
	names := []string{"latin1-\xfcber.txt", "new\nline.txt", strings.Repeat("long", 50), "-rf", " space ", `back\slash`, "hard"}
	for i, name := range names {
		path := filepath.Join(odd, name)
		if err := os.WriteFile(path, fmt.Appendf(nil, "%d %q\n", i, name), 0o644); err != nil {
			return err
		}
		if err := os.Chtimes(path, time.Time{}, time.Unix(int64(-86400+i*100_000_000), int64(i)*111_111_111)); err != nil {
			return err
		}
	}
	deep := filepath.Join(odd, strings.Repeat("deep folder/", 30))
	if err := os.MkdirAll(deep, 0o755); err != nil {
		return err
	}
	for _, step := range []error{
		os.WriteFile(filepath.Join(deep, "at the bottom"), nil, 0o604),
		os.Link(filepath.Join(odd, "hard"), filepath.Join(odd, "hard-too")),
		os.Symlink("hard", filepath.Join(odd, "link")),
		os.Symlink("nowhere", filepath.Join(odd, "dangling")),
		os.Chmod(filepath.Join(odd, "hard"), 0o750|os.ModeSetgid),
	} {
		if step != nil {
			return step
		}
	}
	sparse, err := os.Create(filepath.Join(odd, "sparse"))
	if err != nil {
		return err
	}
	defer sparse.Close()
	return syscall.Ftruncate(int(sparse.Fd()), 3<<20)
}
