package sinks

// A Verdict is the result of one check.
type Verdict string

// The verdicts.
const (
	Holds    Verdict = "holds"    // as required
	Warning  Verdict = "warning"  // not as recommended, but no reason to fail
	Unproven Verdict = "unproven" // the answers neither prove nor disprove it
	Fails    Verdict = "fails"    // not as required
)

// A Finding is one check of the doctor, of a sink or of a site.
type Finding struct {
	Check    string  `json:"check"`            // what was checked, in a few words
	Verb     string  `json:"verb,omitempty"`   // the permission in question, as the provider calls it
	Folder   string  `json:"folder,omitempty"` // below the sink's prefix; "" for the sink as a whole
	Verdict  Verdict `json:"verdict"`
	Required bool    `json:"required"`         // without it, the sink is not one-way, or no backup can be made
	Detail   string  `json:"detail"`           // what happened
	Advice   string  `json:"advice,omitempty"` // what to do
}

// OK reports whether the finding does not prevent a backup.
func (f Finding) OK() bool {
	return !f.Required || f.Verdict == Holds || f.Verdict == Warning
}
