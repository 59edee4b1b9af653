<?php
// HyperDB
class hyperdb extends wpdb {}
$wpdb = new hyperdb();
require DB_CONFIG_FILE;
