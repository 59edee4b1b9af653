<?php
define('DB_NAME', 'default');
define('DB_USER', 'default');
define('DB_PASSWORD', 'default');
define('DB_HOST', 'localhost');
