package lib

import (
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/php/eval"
)

// effects are functions whose only effects cannot change a configuration's values.
var effects = strings.Fields(`set_time_limit ignore_user_abort header header_remove headers_sent http_response_code
	setcookie setrawcookie ob_start ob_end_clean ob_get_clean ob_end_flush ob_get_contents ob_flush flush ob_get_level
	session_start session_name session_id session_set_cookie_params session_save_path session_write_close session_destroy session_status
	date_default_timezone_set date_default_timezone_get ini_get ini_restore ini_get_all error_reporting
	get_include_path umask gc_enable gc_disable gc_collect_cycles opcache_reset opcache_invalidate opcache_get_status libxml_disable_entity_loader
	libxml_use_internal_errors register_shutdown_function assert_options usleep sleep mb_http_input error_get_last trigger_error user_error
	debug_backtrace debug_print_backtrace print_r var_dump syslog openlog closelog spl_autoload_register
	set_error_handler set_exception_handler restore_error_handler restore_exception_handler`)

// volatile are functions whose results depend on the clock, randomness, the network or the
// server.
var volatile = strings.Fields(`time microtime hrtime date gmdate mktime gmmktime strtotime strftime gmstrftime checkdate localtime getdate idate date_create
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

// unmodelledFuncs returns the functions of the lists above.
func unmodelledFuncs() map[string]eval.Function {
	all := map[string]eval.Function{}
	for _, name := range append(effects, volatile...) {
		all[name] = eval.NotModelled(eval.Undecidable, "depends on the result of "+name+"()")
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
