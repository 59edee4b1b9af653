<?php define( 'DB_NAME', 'lexical' );
