<?php
return (object) array( 'db' => (object) array( 'name' => 'prod', 'pass' => 'pr#d' ) );
