<?php
define('DB_NAME', 'laptop');
define('DB_USER', 'laptop');
define('DB_PASSWORD', 'laptop');
