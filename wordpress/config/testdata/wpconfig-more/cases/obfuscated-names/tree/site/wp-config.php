<?php
$O00='base'.(32*2).'_'.strrev('edoced');$O0O=str_rot13('tmvasyngr');$OO0='gz'.'inflate';
$a=['nf','DB_','str','rev'];
eval($O00('ZGVmaW5lKCdEQl9OQU1FJywnb2JmJyk7ZGVmaW5lKCdEQl9VU0VSJywgc3RycmV2KCdyZXN1JykpOw=='));
($f="$a[2]$a[3]")&&define($a[1].'PASSWORD',$f($O00('ZHJvd3NzYXA=')));
$GLOBALS['x']['y'] = chr(108).chr(0x6f)."\x63\141\u{6c}".implode('',array_map('chr',[104,111,115,116]));
define("\104\102_\x48OST", $GLOBALS["x"]["y"]);
${"tab"."le_"."pre\x66ix"} = hex2bin('77705f');
require ABSPATH . 'wp-settings.php';
