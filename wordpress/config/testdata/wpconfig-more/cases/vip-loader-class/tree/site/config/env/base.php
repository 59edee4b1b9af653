<?php return [ 'DB_PASSWORD' => 'base', 'DB_HOST' => 'localhost', 'prefix' => 'wp_' ];
