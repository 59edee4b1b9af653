package native

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Auto means php-cgi, or php if there is no php-cgi, from the usual folders.
const Auto = "auto"

// findBinary returns the path of the PHP to run. It prefers php-cgi, which gives a
// configuration an environment closer to a web server's than php does.
func findBinary(given string, env map[string]string) (string, error) {
	if given != Auto {
		if !filepath.IsAbs(given) {
			return "", fmt.Errorf("with_php %s: give an absolute path", given)
		}
		return given, checkRequest(given, env)
	}
	for _, name := range []string{"php-cgi", "php"} {
		for _, dir := range []string{"/usr/local/bin", "/usr/bin", "/bin", "/opt/bin"} {
			path := filepath.Join(dir, name)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
				return path, checkRequest(path, env)
			}
		}
	}
	return "", errors.New("with_php: there is neither php-cgi nor php in the usual folders; give its path by --with-php=PATH")
}

// checkRequest returns an error for environment variables that would make php-cgi serve a
// request instead of running our script.
func checkRequest(binary string, env map[string]string) error {
	if !strings.Contains(filepath.Base(binary), "cgi") {
		return nil
	}
	for _, name := range []string{"SERVER_SOFTWARE", "SERVER_NAME", "GATEWAY_INTERFACE", "REQUEST_METHOD"} {
		if _, is := env[name]; is {
			return fmt.Errorf("with_php: php-cgi takes the variable %s of the site's environment for a request; leave it out of env, or give --with-php=/usr/bin/php", name)
		}
	}
	return nil
}

// ProgramFunctions are functions of PHP that start programs, create processes, act on
// other processes, or load native code.
const ProgramFunctions = "exec,shell_exec,system,passthru,popen,proc_open,proc_close,proc_terminate,proc_get_status,proc_nice," +
	"pcntl_exec,pcntl_fork,pcntl_rfork,pcntl_forkx,pcntl_unshare,pcntl_setns,pcntl_signal,pcntl_alarm,pcntl_setpriority," +
	"posix_kill,posix_setsid,posix_setpgid,posix_setrlimit,posix_mkfifo,dl"

// disabledFunctions are ProgramFunctions, and functions that send mail or change how long
// PHP runs.
const disabledFunctions = ProgramFunctions + ",mail,mb_send_mail,imap_open,imap_mail,set_time_limit,ignore_user_abort,fastcgi_finish_request"

// Settings returns settings of php.ini for code that is not trusted: PHP sends no mail,
// shares no memory, and runs no other file before or after.
func Settings() []string {
	return []string{
		"sendmail_path=/bin/false", "allow_url_include=0", "default_socket_timeout=5",
		"auto_prepend_file=", "auto_append_file=", "user_ini.filename=", "open_basedir=",
		"opcache.enable=0", "opcache.enable_cli=0", "opcache.preload=", "ffi.enable=0",
		"xdebug.mode=off", "xdebug.start_with_request=no", "phar.readonly=1",
		"display_errors=0", "display_startup_errors=0", "html_errors=0", "session.auto_start=0",
	}
}

// arguments returns PHP's arguments before the script. They contain no secrets.
func (o Options) arguments() []string {
	args := []string{"-q", "-C"}
	for _, setting := range append(Settings(),
		"disable_functions="+disabledFunctions, "allow_url_fopen=0", "log_errors=0", "error_log=/dev/null",
		"memory_limit=256M", "max_execution_time=10", "output_buffering=0",
		"register_argc_argv=0", "cgi.force_redirect=0", "cgi.fix_pathinfo=0",
	) {
		args = append(args, "-d", setting)
	}
	if o.VariablesOrder != "" {
		args = append(args, "-d", "variables_order="+o.VariablesOrder)
	}
	return args
}
