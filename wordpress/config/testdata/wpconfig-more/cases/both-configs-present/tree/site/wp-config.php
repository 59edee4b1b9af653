<?php
define( 'DB_NAME', 'above' );
define( 'DB_USER', 'above' );
