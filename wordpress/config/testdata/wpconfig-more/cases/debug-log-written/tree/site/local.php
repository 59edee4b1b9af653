<?php
define( 'DB_NAME', 'local' );
