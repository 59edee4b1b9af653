<?php
$set = "by include"; function from_include() { return "from_include"; }
