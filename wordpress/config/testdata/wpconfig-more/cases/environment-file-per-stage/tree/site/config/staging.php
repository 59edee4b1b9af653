<?php
return (object) array( 'db' => (object) array( 'name' => 'stage', 'pass' => 'stage' ) );
