package target

import "strings"

// Charset returns the name of a character set on the target.
func (t Target) Charset(name string) string {
	switch {
	case t.Same:
	case name == "utf8mb3" && !t.mySQL(80000) && !t.mariaDB(100600):
		return "utf8"
	case name == "gb18030" && t.MariaDB:
		return "utf8mb4"
	}
	return name
}

// Collation returns the target's collation that is closest to name.
func (t Target) Collation(name string) string {
	charset, rest, found := strings.Cut(name, "_")
	if t.Same || !found {
		return name
	}
	kept := t.Charset(charset)
	sensitive := strings.HasSuffix(rest, "_cs") || strings.HasSuffix(rest, "_bin") || rest == "bin"
	unicode := kept + "_unicode_520_ci"
	if sensitive {
		unicode = kept + "_bin"
	}
	switch {
	case strings.Contains(name, "_0900_"): // of MySQL 8
		if !t.mySQL(80000) {
			return unicode
		}
	case strings.HasPrefix(rest, "uca1400_"), strings.Contains(rest, "_uca1400_"): // of MariaDB 10.10
		switch {
		case t.mariaDB(101001):
		case !t.mySQL(80000) || charset != "utf8mb4":
			return unicode
		case strings.HasSuffix(rest, "_as_cs"):
			return "utf8mb4_0900_as_cs"
		case strings.HasSuffix(rest, "_as_ci"):
			return "utf8mb4_0900_as_ci"
		case sensitive:
			return "utf8mb4_bin"
		default:
			return "utf8mb4_0900_ai_ci"
		}
	case strings.HasPrefix(rest, "general1400_"): // of MariaDB 11.5
		if !t.mariaDB(110500) {
			rest = "general_ci"
		}
	case charset == "gb18030" && t.MariaDB:
		return unicode
	case rest == "tolower_ci" && !t.mySQL(80000): // of MySQL 8
		rest = "general_ci"
	case t.MariaDB:
	case strings.Contains(rest, "nopad_"): // of MariaDB 10.2
		rest = strings.Replace(rest, "nopad_", "", 1)
	case rest == "croatian_mysql561_ci":
		rest = "croatian_ci"
	case rest == "myanmar_ci" || rest == "thai_520_w2":
		return unicode
	}
	return kept + "_" + rest
}

// CollationComment returns how the comment begins that only the servers execute that know
// a collation, "" if all servers know it. fromMariaDB tells which kind of server has it.
func CollationComment(name string, fromMariaDB bool) string {
	_, rest, _ := strings.Cut(name, "_")
	has := func(parts ...string) bool {
		for _, p := range parts {
			if strings.Contains("_"+rest, p) {
				return true
			}
		}
		return false
	}
	switch {
	case has("_0900_") && fromMariaDB:
		return "/*M!110402 "
	case has("_bg_0900_", "_bs_0900_", "_gl_0900_", "_mn_cyrl_0900_", "_nb_0900_", "_nn_0900_", "_sr_latn_0900_"):
		return "/*!80030 "
	case has("_0900_bin"):
		return "/*!80017 "
	case has("_0900_", "_tolower_ci"):
		return "/*!80011 "
	case strings.HasPrefix(name, "gb18030"):
		return "/*!50704 "
	case has("_general1400_"):
		return "/*M!110500 "
	case has("uca1400_"):
		return "/*M!101001 "
	case has("nopad_", "_croatian_mysql561_ci", "_myanmar_ci", "_thai_520_w2"):
		return "/*M!100201 "
	}
	return ""
}
