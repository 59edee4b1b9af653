package manpage

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
)

func run(*cobra.Command, []string) {}

// commands returns a command line whose help contains text that looks like requests of roff.
func commands() *cobra.Command {
	root := &cobra.Command{Use: "prog", Short: "Do things", Run: run}
	root.PersistentFlags().BoolP("quiet", "q", false, "print less")
	sub := &cobra.Command{
		Use: "copy FILE", Short: "Copy a file", Run: run, Example: "  prog copy 'a\\b' -n 3",
		Long: "Copy a file that\n.TH is not a request, nor is\n'this.\n\nFormats:\n  one   1\n  two   2\n\nThe end.",
	}
	sub.Flags().String("to", "", "the `folder` of the copy")
	sub.Flags().Int("number", 3, "how many")
	sub.Flags().Bool("secret", false, "unknown")
	_ = sub.Flags().MarkHidden("secret")
	root.AddCommand(sub, &cobra.Command{Use: "worker", Hidden: true, Run: run})
	return root
}

func TestPages(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := Write(folder, commands(), Footer{"prog 1.2-dev", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}); err != nil {
		t.Fatal(err)
	}
	pages, _ := filepath.Glob(filepath.Join(folder, "*"))
	if len(pages) != 2 {
		t.Fatalf("pages: %q", pages)
	}
	got, err := os.ReadFile(filepath.Join(folder, "prog-copy.1"))
	if err != nil {
		t.Fatal(err)
	}
	want := `.TH PROG\-COPY 1 "2026-01-02" "prog 1.2\-dev"
.nh
.SH NAME
prog\-copy \- Copy a file
.SH SYNOPSIS
\fBprog copy FILE [flags]\fR
.SH DESCRIPTION
Copy a file that
\&.TH is not a request, nor is
\(aqthis.
.PP
.nf
Formats:
  one   1
  two   2
.fi
.PP
The end.
.SH OPTIONS
.TP
\fB\-h\fR, \fB\-\-help\fR
help for copy
.TP
\fB\-\-number\fR \fIint\fR
how many (default 3)
.TP
\fB\-\-to\fR \fIfolder\fR
the folder of the copy
.SH OPTIONS OF ALL COMMANDS
.TP
\fB\-q\fR, \fB\-\-quiet\fR
print less
.SH EXAMPLES
.nf
  prog copy \(aqa\eb\(aq \-n 3
.fi
.SH SEE ALSO
\fBprog\fR(1)
`
	if string(got) != want {
		t.Errorf("page:\n%s\nwant:\n%s", got, want)
	}
	root, err := os.ReadFile(filepath.Join(folder, "prog.1"))
	if err != nil || !strings.HasSuffix(string(root), ".SH SEE ALSO\n\\fBprog\\-copy\\fR(1)\n") || strings.Contains(string(root), "worker") {
		t.Errorf("page of the root: %v\n%s", err, root)
	}
}

// A folder that cannot be written to is an error.
func TestNoFolder(t *testing.T) {
	t.Parallel()
	if err := Write(filepath.Join(t.TempDir(), "missing"), commands(), Footer{}); err == nil {
		t.Error("no error")
	}
}
