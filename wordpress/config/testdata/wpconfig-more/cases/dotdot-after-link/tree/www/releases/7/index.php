<?php
require $_SERVER['DOCUMENT_ROOT'] . '/wp-blog-header.php';
