<?php
require __DIR__ . '/db.php';
require_once ABSPATH . 'wp-settings.php';
