<?php
$set = "by include"; function from_include() { return __FUNCTION__; }
