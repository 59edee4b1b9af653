<?php
define( 'DB_NAME', 'twenty' );
define( 'DB_HOST', 'h20' );
