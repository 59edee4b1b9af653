<?php define( 'DB_NAME', 'physical' );
