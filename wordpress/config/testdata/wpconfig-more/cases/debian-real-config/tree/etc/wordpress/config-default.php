<?php
define('DB_NAME', 'default');
define('DB_PASSWORD', 'default');
