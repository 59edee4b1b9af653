<?php
$n = 0;
if ( isset( $_SERVER['HTTP_X_F0'] ) ) {
	define( 'FLAG_0', $_SERVER['HTTP_X_F0'] );
	$n += 0;
} else {
	$f[0] = $n;
}
if ( isset( $_SERVER['HTTP_X_F1'] ) ) {
	define( 'FLAG_1', $_SERVER['HTTP_X_F1'] );
	$n += 1;
} else {
	$f[1] = $n;
}
if ( isset( $_SERVER['HTTP_X_F2'] ) ) {
	define( 'FLAG_2', $_SERVER['HTTP_X_F2'] );
	$n += 2;
} else {
	$f[2] = $n;
}
if ( isset( $_SERVER['HTTP_X_F3'] ) ) {
	define( 'FLAG_3', $_SERVER['HTTP_X_F3'] );
	$n += 3;
} else {
	$f[3] = $n;
}
if ( isset( $_SERVER['HTTP_X_F4'] ) ) {
	define( 'FLAG_4', $_SERVER['HTTP_X_F4'] );
	$n += 4;
} else {
	$f[4] = $n;
}
if ( isset( $_SERVER['HTTP_X_F5'] ) ) {
	define( 'FLAG_5', $_SERVER['HTTP_X_F5'] );
	$n += 5;
} else {
	$f[5] = $n;
}
if ( isset( $_SERVER['HTTP_X_F6'] ) ) {
	define( 'FLAG_6', $_SERVER['HTTP_X_F6'] );
	$n += 6;
} else {
	$f[6] = $n;
}
if ( isset( $_SERVER['HTTP_X_F7'] ) ) {
	define( 'FLAG_7', $_SERVER['HTTP_X_F7'] );
	$n += 7;
} else {
	$f[7] = $n;
}
if ( isset( $_SERVER['HTTP_X_F8'] ) ) {
	define( 'FLAG_8', $_SERVER['HTTP_X_F8'] );
	$n += 8;
} else {
	$f[8] = $n;
}
if ( isset( $_SERVER['HTTP_X_F9'] ) ) {
	define( 'FLAG_9', $_SERVER['HTTP_X_F9'] );
	$n += 9;
} else {
	$f[9] = $n;
}
if ( isset( $_SERVER['HTTP_X_F10'] ) ) {
	define( 'FLAG_10', $_SERVER['HTTP_X_F10'] );
	$n += 10;
} else {
	$f[10] = $n;
}
if ( isset( $_SERVER['HTTP_X_F11'] ) ) {
	define( 'FLAG_11', $_SERVER['HTTP_X_F11'] );
	$n += 11;
} else {
	$f[11] = $n;
}
if ( isset( $_SERVER['HTTP_X_F12'] ) ) {
	define( 'FLAG_12', $_SERVER['HTTP_X_F12'] );
	$n += 12;
} else {
	$f[12] = $n;
}
if ( isset( $_SERVER['HTTP_X_F13'] ) ) {
	define( 'FLAG_13', $_SERVER['HTTP_X_F13'] );
	$n += 13;
} else {
	$f[13] = $n;
}
if ( isset( $_SERVER['HTTP_X_F14'] ) ) {
	define( 'FLAG_14', $_SERVER['HTTP_X_F14'] );
	$n += 14;
} else {
	$f[14] = $n;
}
if ( isset( $_SERVER['HTTP_X_F15'] ) ) {
	define( 'FLAG_15', $_SERVER['HTTP_X_F15'] );
	$n += 15;
} else {
	$f[15] = $n;
}
if ( isset( $_SERVER['HTTP_X_F16'] ) ) {
	define( 'FLAG_16', $_SERVER['HTTP_X_F16'] );
	$n += 16;
} else {
	$f[16] = $n;
}
if ( isset( $_SERVER['HTTP_X_F17'] ) ) {
	define( 'FLAG_17', $_SERVER['HTTP_X_F17'] );
	$n += 17;
} else {
	$f[17] = $n;
}
if ( isset( $_SERVER['HTTP_X_F18'] ) ) {
	define( 'FLAG_18', $_SERVER['HTTP_X_F18'] );
	$n += 18;
} else {
	$f[18] = $n;
}
if ( isset( $_SERVER['HTTP_X_F19'] ) ) {
	define( 'FLAG_19', $_SERVER['HTTP_X_F19'] );
	$n += 19;
} else {
	$f[19] = $n;
}
if ( isset( $_SERVER['HTTP_X_F20'] ) ) {
	define( 'FLAG_20', $_SERVER['HTTP_X_F20'] );
	$n += 20;
} else {
	$f[20] = $n;
}
if ( isset( $_SERVER['HTTP_X_F21'] ) ) {
	define( 'FLAG_21', $_SERVER['HTTP_X_F21'] );
	$n += 21;
} else {
	$f[21] = $n;
}
if ( isset( $_SERVER['HTTP_X_F22'] ) ) {
	define( 'FLAG_22', $_SERVER['HTTP_X_F22'] );
	$n += 22;
} else {
	$f[22] = $n;
}
if ( isset( $_SERVER['HTTP_X_F23'] ) ) {
	define( 'FLAG_23', $_SERVER['HTTP_X_F23'] );
	$n += 23;
} else {
	$f[23] = $n;
}
if ( isset( $_SERVER['HTTP_X_F24'] ) ) {
	define( 'FLAG_24', $_SERVER['HTTP_X_F24'] );
	$n += 24;
} else {
	$f[24] = $n;
}
if ( isset( $_SERVER['HTTP_X_F25'] ) ) {
	define( 'FLAG_25', $_SERVER['HTTP_X_F25'] );
	$n += 25;
} else {
	$f[25] = $n;
}
if ( isset( $_SERVER['HTTP_X_F26'] ) ) {
	define( 'FLAG_26', $_SERVER['HTTP_X_F26'] );
	$n += 26;
} else {
	$f[26] = $n;
}
if ( isset( $_SERVER['HTTP_X_F27'] ) ) {
	define( 'FLAG_27', $_SERVER['HTTP_X_F27'] );
	$n += 27;
} else {
	$f[27] = $n;
}
if ( isset( $_SERVER['HTTP_X_F28'] ) ) {
	define( 'FLAG_28', $_SERVER['HTTP_X_F28'] );
	$n += 28;
} else {
	$f[28] = $n;
}
if ( isset( $_SERVER['HTTP_X_F29'] ) ) {
	define( 'FLAG_29', $_SERVER['HTTP_X_F29'] );
	$n += 29;
} else {
	$f[29] = $n;
}
if ( isset( $_SERVER['HTTP_X_F30'] ) ) {
	define( 'FLAG_30', $_SERVER['HTTP_X_F30'] );
	$n += 30;
} else {
	$f[30] = $n;
}
if ( isset( $_SERVER['HTTP_X_F31'] ) ) {
	define( 'FLAG_31', $_SERVER['HTTP_X_F31'] );
	$n += 31;
} else {
	$f[31] = $n;
}
if ( isset( $_SERVER['HTTP_X_F32'] ) ) {
	define( 'FLAG_32', $_SERVER['HTTP_X_F32'] );
	$n += 32;
} else {
	$f[32] = $n;
}
if ( isset( $_SERVER['HTTP_X_F33'] ) ) {
	define( 'FLAG_33', $_SERVER['HTTP_X_F33'] );
	$n += 33;
} else {
	$f[33] = $n;
}
if ( isset( $_SERVER['HTTP_X_F34'] ) ) {
	define( 'FLAG_34', $_SERVER['HTTP_X_F34'] );
	$n += 34;
} else {
	$f[34] = $n;
}
if ( isset( $_SERVER['HTTP_X_F35'] ) ) {
	define( 'FLAG_35', $_SERVER['HTTP_X_F35'] );
	$n += 35;
} else {
	$f[35] = $n;
}
if ( isset( $_SERVER['HTTP_X_F36'] ) ) {
	define( 'FLAG_36', $_SERVER['HTTP_X_F36'] );
	$n += 36;
} else {
	$f[36] = $n;
}
if ( isset( $_SERVER['HTTP_X_F37'] ) ) {
	define( 'FLAG_37', $_SERVER['HTTP_X_F37'] );
	$n += 37;
} else {
	$f[37] = $n;
}
if ( isset( $_SERVER['HTTP_X_F38'] ) ) {
	define( 'FLAG_38', $_SERVER['HTTP_X_F38'] );
	$n += 38;
} else {
	$f[38] = $n;
}
if ( isset( $_SERVER['HTTP_X_F39'] ) ) {
	define( 'FLAG_39', $_SERVER['HTTP_X_F39'] );
	$n += 39;
} else {
	$f[39] = $n;
}
if ( isset( $_SERVER['HTTP_X_F40'] ) ) {
	define( 'FLAG_40', $_SERVER['HTTP_X_F40'] );
	$n += 40;
} else {
	$f[40] = $n;
}
if ( isset( $_SERVER['HTTP_X_F41'] ) ) {
	define( 'FLAG_41', $_SERVER['HTTP_X_F41'] );
	$n += 41;
} else {
	$f[41] = $n;
}
if ( isset( $_SERVER['HTTP_X_F42'] ) ) {
	define( 'FLAG_42', $_SERVER['HTTP_X_F42'] );
	$n += 42;
} else {
	$f[42] = $n;
}
if ( isset( $_SERVER['HTTP_X_F43'] ) ) {
	define( 'FLAG_43', $_SERVER['HTTP_X_F43'] );
	$n += 43;
} else {
	$f[43] = $n;
}
if ( isset( $_SERVER['HTTP_X_F44'] ) ) {
	define( 'FLAG_44', $_SERVER['HTTP_X_F44'] );
	$n += 44;
} else {
	$f[44] = $n;
}
if ( isset( $_SERVER['HTTP_X_F45'] ) ) {
	define( 'FLAG_45', $_SERVER['HTTP_X_F45'] );
	$n += 45;
} else {
	$f[45] = $n;
}
if ( isset( $_SERVER['HTTP_X_F46'] ) ) {
	define( 'FLAG_46', $_SERVER['HTTP_X_F46'] );
	$n += 46;
} else {
	$f[46] = $n;
}
if ( isset( $_SERVER['HTTP_X_F47'] ) ) {
	define( 'FLAG_47', $_SERVER['HTTP_X_F47'] );
	$n += 47;
} else {
	$f[47] = $n;
}
if ( isset( $_SERVER['HTTP_X_F48'] ) ) {
	define( 'FLAG_48', $_SERVER['HTTP_X_F48'] );
	$n += 48;
} else {
	$f[48] = $n;
}
if ( isset( $_SERVER['HTTP_X_F49'] ) ) {
	define( 'FLAG_49', $_SERVER['HTTP_X_F49'] );
	$n += 49;
} else {
	$f[49] = $n;
}
if ( isset( $_SERVER['HTTP_X_F50'] ) ) {
	define( 'FLAG_50', $_SERVER['HTTP_X_F50'] );
	$n += 50;
} else {
	$f[50] = $n;
}
if ( isset( $_SERVER['HTTP_X_F51'] ) ) {
	define( 'FLAG_51', $_SERVER['HTTP_X_F51'] );
	$n += 51;
} else {
	$f[51] = $n;
}
if ( isset( $_SERVER['HTTP_X_F52'] ) ) {
	define( 'FLAG_52', $_SERVER['HTTP_X_F52'] );
	$n += 52;
} else {
	$f[52] = $n;
}
if ( isset( $_SERVER['HTTP_X_F53'] ) ) {
	define( 'FLAG_53', $_SERVER['HTTP_X_F53'] );
	$n += 53;
} else {
	$f[53] = $n;
}
if ( isset( $_SERVER['HTTP_X_F54'] ) ) {
	define( 'FLAG_54', $_SERVER['HTTP_X_F54'] );
	$n += 54;
} else {
	$f[54] = $n;
}
if ( isset( $_SERVER['HTTP_X_F55'] ) ) {
	define( 'FLAG_55', $_SERVER['HTTP_X_F55'] );
	$n += 55;
} else {
	$f[55] = $n;
}
if ( isset( $_SERVER['HTTP_X_F56'] ) ) {
	define( 'FLAG_56', $_SERVER['HTTP_X_F56'] );
	$n += 56;
} else {
	$f[56] = $n;
}
if ( isset( $_SERVER['HTTP_X_F57'] ) ) {
	define( 'FLAG_57', $_SERVER['HTTP_X_F57'] );
	$n += 57;
} else {
	$f[57] = $n;
}
if ( isset( $_SERVER['HTTP_X_F58'] ) ) {
	define( 'FLAG_58', $_SERVER['HTTP_X_F58'] );
	$n += 58;
} else {
	$f[58] = $n;
}
if ( isset( $_SERVER['HTTP_X_F59'] ) ) {
	define( 'FLAG_59', $_SERVER['HTTP_X_F59'] );
	$n += 59;
} else {
	$f[59] = $n;
}
define( 'DB_NAME', 'n' );
define( 'DB_USER', 'u' );
define( 'DB_PASSWORD', 'p' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( $n < 0 ) {
	$table_prefix = 'wp' . '_';
}
require_once ABSPATH . 'wp-settings.php';
