package php

import _ "embed" // PHP's own classes, written in PHP

//go:embed known/classes.php
var writtenClasses string

// writtenClass declares one of PHP's own classes that are written in PHP; nil if
// the name is none of theirs.
func (in *interp) writtenClass(low string) *class {
	if low != "arrayiterator" && low != "arrayobject" {
		return nil
	}
	src, err := parse("", writtenClasses)
	if err != nil {
		return nil
	}
	for _, s := range src.body {
		if d, ok := s.(*classStmt); ok && lower(d.decl.name) == low {
			d.decl.written = true
			if c, err := in.makeClass(d.decl, at{}); err == nil {
				in.natives[low] = c
				return c
			}
		}
	}
	return nil
}

// written reports that a class is, or extends, one of PHP's that are written in PHP:
// it looks like PHP's by its methods alone.
func (c *class) written() bool {
	for ; c != nil; c = c.parent {
		if c.decl != nil && c.decl.written {
			return true
		}
	}
	return false
}
