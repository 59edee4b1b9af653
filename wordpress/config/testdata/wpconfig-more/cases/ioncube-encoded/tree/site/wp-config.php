<?php //0046a
if(!extension_loaded('ionCube Loader')){$__oc=strtolower(substr(php_uname(),0,3));$__ln='ioncube_loader_'.$__oc.'_'.substr(phpversion(),0,3).(($__oc=='win')?'.dll':'.so');if(function_exists('dl')){@dl($__ln);}if(function_exists('_il_exec')){return _il_exec();}echo("Site error: the file requires the ionCube PHP Loader");exit(199);}
?>
HR+cPmNF8Yd5w2tZSuW7CqoGkO4Y0g3
