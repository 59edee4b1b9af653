package lib

import (
	"strconv"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
	"github.com/wp-oneway/wp-oneway/wordpress/php/syntax"
)

var miscFuncs = map[string]eval.Function{
	"getenv":               {Run: getenvFunc, Max: 2},
	"putenv":               {Run: putenvFunc, Min: 1, Max: 1, Lazy: true},
	"version_compare":      {Run: versionCompare, Min: 2, Max: 3},
	"php_sapi_name":        {Run: sapiName},
	"phpversion":           {Run: phpversion, Max: 1},
	"intval":               {Run: intvalFunc, Min: 1, Max: 2},
	"filter_var":           {Run: filterVar, Min: 1, Max: 3},
	"strip_tags":           {Run: stripTags, Min: 1, Max: 2},
	"var_export":           {Run: varExport, Min: 1, Max: 2},
	"sys_get_temp_dir":     eval.NotModelled(eval.Undecidable, "depends on the server"),
	"serialize":            {Run: serializeFunc, Min: 1, Max: 1},
	"extension_loaded":     {Run: extensionLoaded, Min: 1, Max: 1},
	"call_user_func":       {Run: callUserFunc, Min: 1, Max: -1, Lazy: true},
	"call_user_func_array": {Run: callUserFuncArray, Min: 2, Max: 2, Lazy: true},
}

// effects are functions whose only effects cannot change a configuration's values.
var effects = strings.Fields(`set_time_limit ignore_user_abort header header_remove headers_sent http_response_code
	setcookie setrawcookie ob_start ob_end_clean ob_get_clean ob_end_flush ob_get_contents ob_flush flush ob_get_level
	session_start session_name session_id session_set_cookie_params session_save_path session_write_close session_destroy session_status
	date_default_timezone_set date_default_timezone_get ini_get ini_restore ini_get_all error_reporting
	get_include_path umask gc_enable gc_disable gc_collect_cycles opcache_reset opcache_invalidate opcache_get_status libxml_disable_entity_loader
	libxml_use_internal_errors register_shutdown_function assert_options usleep sleep mb_http_input error_get_last trigger_error user_error
	debug_backtrace debug_print_backtrace print_r var_dump syslog openlog closelog spl_autoload_register
	set_error_handler set_exception_handler restore_error_handler restore_exception_handler`)

// chance are functions whose results depend on the clock, randomness, the network or the
// server.
var chance = strings.Fields(`time microtime hrtime date gmdate mktime gmmktime strtotime strftime gmstrftime checkdate localtime getdate idate date_create
	rand mt_rand random_int random_bytes mt_srand srand lcg_value uniqid getmypid getmyuid getmygid get_current_user getlastmod gethostname
	gethostbyname gethostbynamel gethostbyaddr dns_get_record checkdnsrr getmxrr php_uname sys_getloadavg memory_get_usage memory_get_peak_usage
	getrusage posix_getuid posix_geteuid posix_getpwuid posix_getgid posix_getpid posix_uname fsockopen pfsockopen stream_socket_client
	curl_init curl_setopt curl_setopt_array curl_exec curl_close curl_error curl_getinfo curl_errno mysqli_connect mysqli_real_connect
	mysqli_query mysqli_init mysqli_close mysqli_connect_errno mysqli_connect_error mysqli_fetch_assoc getallheaders
	apache_request_headers get_cfg_var php_ini_loaded_file connection_status mail phpinfo zend_version getservbyname openssl_random_pseudo_bytes
	filter_input filter_has_var filter_input_array getopt get_headers inet_pton inet_ntop long2ip mysqli_real_escape_string
	spl_object_hash spl_object_id gettimeofday timezone_open simplexml_load_file simplexml_load_string
	ftok get_browser highlight_string highlight_file php_strip_whitespace show_source`)

// commands are functions that run programs or load code; their results are unknown.
var commands = strings.Fields(`shell_exec exec system passthru popen proc_open proc_close pclose pcntl_exec pcntl_fork dl`)

// moreFuncs returns the functions of the lists above.
func moreFuncs() map[string]eval.Function {
	all := map[string]eval.Function{}
	for _, name := range append(effects, chance...) {
		all[name] = eval.NotModelled(eval.Undecidable, "depends on what "+name+" returns")
	}
	for _, name := range effects {
		f := all[name]
		f.NeverFails = true
		all[name] = f
	}
	for _, name := range commands {
		all[name] = eval.NotModelled(eval.Unsafe, "needs the output of a command")
	}
	return all
}

func sapiName(c *eval.Call) eval.Value {
	v, _ := c.Constant("PHP_SAPI")
	return v
}

func getenvFunc(c *eval.Call) eval.Value {
	if !c.Has(0) {
		if all, ok := c.Load(eval.EnvSlot).(*eval.Array); ok && c.EnvKnown() {
			return all
		}
		return c.Unknown("depends on the environment").From(eval.OriginEnvironment)
	}
	name := c.Str(0)
	v := c.Env(name)
	if v.Kind() == eval.KindNull && eval.OfRequest(name) {
		return c.Unknown("depends on the request").From(eval.OriginRequest) // FastCGI passes it as an environment variable
	}
	if v.Kind() == eval.KindNull {
		return eval.Bool(false)
	}
	return v
}

func putenvFunc(c *eval.Call) eval.Value {
	if u := c.UnknownIn(c.Arg(0)); u != nil {
		changed := *eval.Opaque(u)
		changed.Reason = "putenv of what is not known: " + u.Reason
		c.Store("env", &changed)
		return eval.Opaque(u)
	}
	s := c.Str(0)
	name, val, set := strings.Cut(s, "=")
	if name == "" {
		panic(c.Throw("ValueError", "putenv(): Argument #1 ($assignment) must have a valid syntax"))
	}
	c.Alloc(len(s) + 64)
	if set {
		c.Setenv(name, eval.String(val))
	} else {
		c.Setenv(name, eval.Null)
	}
	return eval.Bool(true)
}

func intvalFunc(c *eval.Call) eval.Value {
	if c.Arg(0).Kind() == eval.KindObject || c.Int(1, 10) != 10 {
		return c.RefusedFor("with a base or an object")
	}
	return eval.Int(eval.ToInt(c.Arg(0)))
}

// varExport returns a value as PHP source, or prints it. It does not evaluate numbers and
// objects.
func varExport(c *eval.Call) eval.Value {
	if !c.Bool(1) {
		return eval.Null
	}
	text, ok := exported(c.Arg(0), "\n")
	if !ok {
		return c.Refused()
	}
	c.Alloc(4 * len(text))
	return eval.String(text)
}

func exported(v eval.Value, line string) (text string, ok bool) {
	switch v := v.(type) {
	case eval.NullType:
		return "NULL", true
	case eval.Bool:
		return strconv.FormatBool(bool(v)), true
	case eval.String:
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(string(v)) + "'", !strings.Contains(string(v), "\x00")
	case *eval.Array:
		text = strings.TrimPrefix(line, "\n") + "array ("
		for _, e := range eval.Pairs(v) {
			key := e.Key.Text()
			if e.Key.Str {
				key, ok = exported(eval.String(key), line)
			}
			x, known := exported(e.Value, line+"  ")
			if !known || e.Key.Str && !ok || len(line) > 32 || len(text) > 1<<16 {
				return "", false
			}
			if e.Value.Kind() == eval.KindArray {
				x = line + "  " + strings.TrimLeft(x, " ")
			}
			text += line + "  " + key + " => " + x + ","
		}
		return text + line + ")", true
	}
	return "", false
}

func extensionLoaded(c *eval.Call) eval.Value {
	s := c.Str(0)
	switch syntax.Lower(s) {
	case "core", "standard", "pcre", "date", "hash", "json", "spl", "random", "reflection", "mysqli", "mysqlnd", "ctype", "mbstring":
		return eval.Bool(true)
	case "newrelic", "apcu", "apc", "xdebug", "imagick", "redis", "memcached", "memcache", "igbinary", "suhosin", "wincache", "ioncube loader", "xcache":
		return eval.Bool(false)
	}
	return c.Unknown("depends on PHP's extensions")
}

func callUserFunc(c *eval.Call) eval.Value {
	return c.CallBack(c.Arg(0), c.Args[1:])
}

func callUserFuncArray(c *eval.Call) eval.Value {
	u, _ := c.Arg(1).(*eval.Unknown)
	if u == nil {
		u = c.Doubt(c.Array(1))
	}
	if u != nil {
		c.Poison(u)
		c.Steps(64)
		return eval.Opaque(u)
	}
	var args []eval.Value
	for _, e := range eval.Pairs(c.Array(1)) {
		if e.Key.Str {
			u := c.RefusedFor("with named arguments")
			c.Poison(u)
			return u
		}
		args = append(args, e.Value)
	}
	return c.CallBack(c.Arg(0), args)
}

func phpversion(c *eval.Call) eval.Value {
	if c.Has(0) {
		return c.Unknown("depends on PHP's extensions")
	}
	v, _ := c.Constant("PHP_VERSION")
	return v
}
