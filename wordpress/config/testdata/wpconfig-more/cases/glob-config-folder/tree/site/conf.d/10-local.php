<?php
define( 'DB_NAME', 'ten' );
