<?php
include( '../private/wp-config.php' );
