package php

import (
	"strconv"
	"strings"
)

var miscFuncs = map[string]function{
	"getenv":               {fn: getenvFunc, max: 2},
	"putenv":               {fn: putenvFunc, min: 1, max: 1, lazy: true},
	"version_compare":      {fn: versionCompare, min: 2, max: 3},
	"php_sapi_name":        {fn: notCommandLine},
	"phpversion":           {fn: phpversion, max: 1},
	"intval":               {fn: intvalFunc, min: 1, max: 2},
	"filter_var":           {fn: filterVar, min: 1, max: 3},
	"sys_get_temp_dir":     notModelled(Undecidable, "depends on the server"),
	"serialize":            {fn: serializeFunc, min: 1, max: 1, keeps: 1},
	"unserialize":          {fn: unserializeFunc, min: 1, max: 2},
	"extension_loaded":     {fn: extensionLoaded, min: 1, max: 1},
	"iterator_to_array":    {},
	"call_user_func":       {fn: callUserFunc, min: 1, max: -1, lazy: true},
	"call_user_func_array": {fn: callUserFuncArray, min: 2, max: 2, lazy: true},
}

// effects are functions whose only effect is on what no configuration shows.
var effects = strings.Fields(`set_time_limit ignore_user_abort header header_remove headers_sent http_response_code
	setcookie setrawcookie ob_start ob_end_clean ob_get_clean ob_end_flush ob_get_contents ob_flush flush ob_get_level
	session_start session_name session_id session_set_cookie_params session_save_path session_write_close session_destroy session_status
	date_default_timezone_set date_default_timezone_get ini_get ini_restore ini_get_all error_reporting
	get_include_path umask gc_enable gc_disable gc_collect_cycles opcache_reset opcache_invalidate opcache_get_status libxml_disable_entity_loader
	libxml_use_internal_errors register_shutdown_function assert_options usleep sleep mb_http_input error_get_last trigger_error user_error
	debug_backtrace debug_print_backtrace print_r var_dump syslog openlog closelog spl_autoload_register
	set_error_handler set_exception_handler restore_error_handler restore_exception_handler`)

// chance are functions of the clock, of chance, of the network or of the server.
var chance = strings.Fields(`time microtime hrtime date gmdate mktime gmmktime strtotime strftime gmstrftime checkdate localtime getdate idate date_create
	rand mt_rand random_int random_bytes mt_srand srand lcg_value uniqid getmypid getmyuid getmygid get_current_user getlastmod gethostname
	gethostbyname gethostbynamel gethostbyaddr dns_get_record checkdnsrr getmxrr php_uname sys_getloadavg memory_get_usage memory_get_peak_usage
	getrusage posix_getuid posix_geteuid posix_getpwuid posix_getgid posix_getpid posix_uname fsockopen pfsockopen stream_socket_client
	curl_init curl_setopt curl_setopt_array curl_exec curl_close curl_error curl_getinfo curl_errno mysqli_connect mysqli_real_connect
	mysqli_query mysqli_init mysqli_close mysqli_connect_errno mysqli_connect_error mysqli_fetch_assoc getallheaders
	apache_request_headers get_cfg_var php_ini_loaded_file connection_status mail phpinfo zend_version getservbyname openssl_random_pseudo_bytes
	filter_input filter_has_var filter_input_array getopt get_headers inet_pton inet_ntop long2ip mysqli_real_escape_string
	array_walk_recursive spl_object_hash spl_object_id gettimeofday timezone_open simplexml_load_file simplexml_load_string
	ftok get_browser highlight_string highlight_file php_strip_whitespace show_source`)

// commands run what nobody knows; their output is unknown.
var commands = strings.Fields(`shell_exec exec system passthru popen proc_open proc_close pclose pcntl_exec pcntl_fork dl`)

// moreFuncs makes the entries of the lists above.
func moreFuncs() map[string]function {
	all := map[string]function{}
	for _, name := range append(effects, chance...) {
		all[name] = notModelled(Undecidable, "depends on what "+name+" returns")
	}
	for _, name := range commands {
		all[name] = notModelled(Unsafe, "needs the output of a command")
	}
	return all
}

// notCommandLine: it is one of a web server's interfaces; which, nobody knows.
func notCommandLine(c *call) (Value, error) {
	u := c.unknown("depends on the server's interface to PHP")
	u.alts = []Value{strVal("fpm-fcgi"), strVal("apache2handler"), strVal("cgi-fcgi"), strVal("litespeed")}
	return u, nil
}

func getenvFunc(c *call) (Value, error) {
	if !c.has(0) {
		if !c.in.opt.EnvKnown {
			return c.unknown("depends on the environment").from(OriginEnvironment), nil
		}
		if all, ok := c.in.st.get(c.in.slot('m', "env")).(*Array); ok {
			return all, nil
		}
		return c.unknown("depends on the environment").from(OriginEnvironment), nil
	}
	name, err := c.str(0)
	if err != nil {
		return nil, err
	}
	v := c.env(name)
	if v.kind() == kNull && ofRequest(name) {
		return c.unknown("depends on the request").from(OriginRequest), nil // FastCGI passes it as if it were of the environment
	}
	if v.kind() == kNull {
		return boolVal(false), nil
	}
	return v, nil
}

func putenvFunc(c *call) (Value, error) {
	if u := c.unknownIn(c.arg(0)); u != nil {
		return c.putUnknown(u)
	}
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	name, val, set := strings.Cut(s, "=")
	if name == "" {
		return nil, c.throw("ValueError", "putenv(): Argument #1 ($assignment) must have a valid syntax")
	}
	if err := c.alloc(len(s) + 64); err != nil {
		return nil, err
	}
	if set {
		c.setenv(name, strVal(val))
	} else {
		c.setenv(name, null)
	}
	return boolVal(true), nil
}

// putUnknown is putenv of what is not known. Nearly always the name is: "NAME=$x"
// in its source. It is taken from there.
func (c *call) putUnknown(u *Unknown) (Value, error) {
	changed := *opaque(u)
	changed.Reason = "putenv of what is not known: " + u.Reason
	if len(u.alts) == 0 {
		c.store("env", &changed)
	}
	for _, v := range u.alts {
		name, _, _ := strings.Cut(toString(v), "=")
		if name == "" {
			c.store("env", &changed)
			break
		}
		c.setenv(name, u)
	}
	return maybe(u), nil
}

func intvalFunc(c *call) (Value, error) {
	base, err := c.int(1, 10)
	if err != nil {
		return nil, err
	}
	if s, ok := c.arg(0).(strVal); ok && base != 10 {
		return inBase(c, strings.TrimLeft(string(s), " \t\n\r\v\f"), int(base))
	}
	if c.arg(0).kind() == kObject {
		return c.unknown("the integer of an object is not modelled"), nil
	}
	return intVal(toInt(c.arg(0))), nil
}

// inBase reads an integer as strtol does, with PHP's prefixes of bases 2, 8 and 16.
func inBase(c *call, s string, base int) (Value, error) {
	sign := ""
	if s != "" && (s[0] == '-' || s[0] == '+') {
		sign, s = strings.TrimPrefix(s[:1], "+"), s[1:]
	}
	prefix := 0
	if len(s) > 1 && s[0] == '0' {
		prefix = map[byte]int{'x': 16, 'b': 2, 'o': 8}[s[1]|0x20]
	}
	switch {
	case prefix != 0 && (base == 0 || base == prefix):
		base, s = prefix, s[2:]
	case base == 0 && s != "" && s[0] == '0':
		base = 8
	case base == 0:
		base = 10
	}
	if base < 2 || base > 36 {
		return c.unknown("such a base is not modelled"), nil
	}
	end := 0
	for end < len(s) {
		if _, err := strconv.ParseUint(s[end:end+1], base, 8); err != nil {
			break
		}
		end++
	}
	if end == 0 {
		return intVal(0), nil
	}
	n, err := strconv.ParseInt(sign+s[:end], base, 64)
	if err != nil && end < 10 {
		return nil, err
	}
	return intVal(n), nil // at the ends of the range, where it is out of it
}

func extensionLoaded(c *call) (Value, error) {
	s, err := c.str(0)
	if err != nil {
		return nil, err
	}
	switch lower(s) {
	case "core", "standard", "pcre", "date", "hash", "json", "spl", "random", "reflection", "mysqli", "mysqlnd", "ctype", "mbstring":
		return boolVal(true), nil
	case "newrelic", "apcu", "apc", "xdebug", "imagick", "redis", "memcached", "memcache", "igbinary", "suhosin", "wincache", "ioncube loader", "xcache":
		return boolVal(false), nil
	}
	return c.unknown("depends on PHP's extensions"), nil
}

func callUserFunc(c *call) (Value, error) {
	return c.in.invoke(c.arg(0), c.args[1:], c.weak, c.pos)
}

func callUserFuncArray(c *call) (Value, error) {
	a, u, err := c.keyed(1)
	if err != nil {
		return nil, err
	}
	if u != nil {
		c.in.poison(u)
		return opaque(u), c.steps(64)
	}
	var args []Value
	named := newArray()
	for _, e := range pairs(a) {
		if e.k.str {
			named.set(e.k, e.v)
			continue
		}
		args = append(args, e.v)
	}
	if named.len() == 0 {
		return c.in.invoke(c.arg(0), args, c.weak, c.pos)
	}
	to, err := c.in.callable(c.arg(0), c.pos)
	if err != nil {
		return nil, err
	}
	if to.fn == nil {
		u := c.unknown("named arguments are not modelled here")
		c.in.poison(u)
		return u, nil
	}
	to.weak = c.weak
	return c.in.run1(to, args, named, c.pos)
}

func phpversion(c *call) (Value, error) {
	if c.has(0) {
		return c.unknown("depends on PHP's extensions"), nil
	}
	v, _ := c.constant("PHP_VERSION")
	return v, nil
}
