package dump

func (d *Dump) adaptTable(s string) string     { return s }
func (d *Dump) adaptCharset(s string) string   { return s }
func (d *Dump) adaptCollation(s string) string { return s }
