package safefs

import (
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// A Chain is a resolved path. The home and each component below it are open, with O_PATH. No
// component is a link, with one exception: the last component may be one if the last link was not
// to be followed.
type Chain struct {
	root  *root
	steps []step // the components below the root
}

// A step is one open component below the root.
type step struct {
	Descriptor
	name string
	kept bool // by the home, which closes it
}

func (s *step) close() {
	if !s.kept {
		s.Descriptor.close()
	}
}

// Len returns the number of open components. The first is the home.
func (c *Chain) Len() int { return len(c.steps) + 1 }

// At returns component i. It is valid until Close.
func (c *Chain) At(i int) *Descriptor {
	if i == 0 {
		return &c.root.Descriptor
	}
	return &c.steps[i-1].Descriptor
}

// End returns the last component.
func (c *Chain) End() *Descriptor { return c.At(c.Len() - 1) }

// Path returns the real path of component i.
func (c *Chain) Path(i int) string {
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(c.root.dir, "/"))
	for _, s := range c.steps[:i] {
		b.WriteByte('/')
		b.WriteString(s.name)
	}
	if b.Len() == 0 {
		return "/"
	}
	return b.String()
}

// real returns the real path of the last component.
func (c *Chain) real() string { return c.Path(len(c.steps)) }

// open opens the last component for reading.
func (c *Chain) open() (*os.File, error) {
	end, n := c.End(), len(c.steps)
	switch {
	case end.IsDir():
		f, _, err := end.OpenBelow(".", c.real(), unix.O_DIRECTORY)
		return f, err
	case end.IsRegular():
		f, _, err := c.At(n-1).OpenBelow(c.steps[n-1].name, c.real(), 0)
		return f, err
	}
	return nil, ErrIrregular
}

// Close closes the descriptors below the home, unless the home keeps them.
func (c *Chain) Close() {
	for i := range c.steps {
		c.steps[i].close()
	}
	c.steps = nil
}
