<?php
// Runs each program that standard input names, in a process of its own and in the
// global scope, and prints what it leaves in $r, a line each. A line of input is a
// file, and after a tab the environment of the run as a query string.
ini_set('display_errors', '0');
ini_set('precision', '14');
ini_set('serialize_precision', '-1');

function __show($v, $depth = 0)
{
    if ($depth > 12) {
        return '...';
    }
    switch (gettype($v)) {
        case 'NULL':
            return 'null';
        case 'boolean':
            return $v ? 'true' : 'false';
        case 'integer':
            return (string) $v;
        case 'double':
            return is_nan($v) ? 'float:nan' : 'float:' . bin2hex(pack('E', $v));
        case 'string':
            return '"' . addcslashes($v, "\0..\37\"\\\177..\377") . '"';
        case 'object':
            return 'object:' . get_class($v);
        case 'array':
            $s = '[';
            foreach ($v as $k => $x) {
                $s .= __show($k) . '=>' . __show($x, $depth + 1) . ',';
            }
            return $s . ']';
    }
    return gettype($v);
}

while (($__line = fgets(STDIN)) !== false) {
    [$__file, $__env] = explode("\t", rtrim($__line, "\n") . "\t");
    $__pipe = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    $__pid = pcntl_fork();
    if ($__pid === 0) {
        parse_str($__env, $__env);
        foreach ($__env as $__k => $__v) {
            putenv("$__k=$__v");
            $_SERVER[$__k] = $_ENV[$__k] = $__v;
        }
        fclose($__pipe[0]);
        fclose(STDIN);
        ob_start(fn () => '');
        set_time_limit(1);
        ini_set('memory_limit', '512M');
        $__out = $__pipe[1];
        $__answer = $__file;
        unset($__k, $__v, $__env, $__line, $__pid, $__pipe, $__file);
        try {
            include $__answer;
            $__answer = __show($r ?? null);
        } catch (Throwable $__e) {
            $__answer = 'throws ' . get_class($__e);
        }
        fwrite($__out, $__answer);
        fclose($__out);
        posix_kill(posix_getpid(), SIGKILL);
    }
    fclose($__pipe[1]);
    $__answer = stream_get_contents($__pipe[0]);
    fclose($__pipe[0]);
    pcntl_waitpid($__pid, $__status);
    echo $__answer === '' ? 'ends' : $__answer, "\n";
}
