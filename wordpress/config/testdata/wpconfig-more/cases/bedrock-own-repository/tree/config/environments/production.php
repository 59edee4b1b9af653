<?php
use Roots\WPConfig\Config;
use function Env\env;
Config::define('DB_PASSWORD', strrev(env('DB_PASSWORD')));
Config::remove('DB_COLLATE');
