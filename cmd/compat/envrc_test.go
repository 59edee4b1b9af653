package compat

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// ParseEnvrc gives variables the same values as bash.
func TestEnvrcReadsAsBash(t *testing.T) {
	t.Parallel()
	text := `# a comment
export A=plain B='single $A \ "x"' # and another
C="double $A ${A}x \$A \" \\ \n ` + "\\`" + ` 'y'"
D=back\ slash\$A\'q
E=$A/${B}'c'"d"
export F=
G=~/backups H=~
export A
I='pa$$w#rd' J=a#b; K="two
lines"
L="con\
tinued"
M=$UNSET"x" N=a:b,c=d*?
`
	home := t.TempDir()
	got, err := ParseEnvrc(".envrc", []byte(text), func(name string) string { return map[string]string{"HOME": home}[name] })
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(home, "x")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name := range strings.SplitSeq("A B C D E F G H I J K L M N", " ") {
		cmd := exec.Command("bash", "-c", `. "$1"; printf %s "${!2}"`, "bash", file, name)
		cmd.Env = []string{"HOME=" + home}
		want, err := cmd.Output()
		if value, ok := got[name]; err != nil || !ok || value != string(want) {
			t.Errorf("%s is %q, in bash %q (%v)", name, value, want, err)
		}
	}
}

// A line that needs a shell is an error. It names the number of the line and does not show its
// text.
func TestEnvrcIsNotExecuted(t *testing.T) {
	t.Parallel()
	made := filepath.Join(t.TempDir(), "made")
	for _, line := range []string{
		"export A=$(touch " + made + ")", "A=`touch " + made + "`", `A="$(touch ` + made + `)"`, "A=${B:-hunter2}", "A=${B:=$(date)}", "A=${#B}",
		"A=$((1+1))", "A=<(date)", "A=$$", "A=$1", "A=$?", "A=$'hunter2'", `A=$"hunter2"`, "A=~root/x", "A=x:~/y", "A+=hunter2", "A=(hunter2)", "A[1]=hunter2",
		"if true; then A=1; fi", "touch " + made, "A=1 touch " + made, "source ~/other", ". ~/other", "set -a", "unset A", "readonly A=1", "declare A=1",
		"export -n A", `export "A=hunter2"`, "A=1 && B=2", "A=1 &", "! A=1", "A=1 > " + made, "f() { A=1; }", "{ A=1; }", "(A=1)", "A='hunter2", `A="hunter2`, "A=$(", "eval A=1", "[ -f x ] && . x", "while", "A=${hunter2-", "cat <<x\nx",
	} {
		_, err := ParseEnvrc("/home/u/.envrc", []byte("# first\nexport OK=1\n"+line+"\n"), func(string) string { return "" })
		if err == nil || !strings.HasPrefix(err.Error(), "/home/u/.envrc:3: a line that only a shell could evaluate") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v", line, err)
		}
	}
	if _, err := os.Stat(made); err == nil {
		t.Error("something was executed")
	}
}
