<?php return array( 'name' => 'stale', 'user' => 'stale' );
