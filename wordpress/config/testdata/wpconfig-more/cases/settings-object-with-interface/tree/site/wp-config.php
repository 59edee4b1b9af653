<?php
interface Site_Settings {
	const PREFIX = 'kit_';
	public function get( $name, $default = null );
}
abstract class Base_Settings implements Site_Settings {
	protected static $files = 0;
	protected $values = array( 'charset' => 'utf8mb4' );
	public function get( $name, $default = null ) {
		return isset( $this->values[ $name ] ) ? $this->values[ $name ] : $default;
	}
	public static function files() {
		return self::$files;
	}
}
class Folder_Settings extends Base_Settings {
	public $label = 'folder';
	public function __construct( $dir ) {
		foreach ( scandir( $dir ) as $file ) {
			if ( preg_match( '/^\d+-[a-z]+\.json$/', $file ) ) {
				static::$files++;
				$this->values = array_merge( $this->values, json_decode( file_get_contents( $dir . '/' . $file ), true ) );
			}
		}
	}
	public function __toString(): string {
		return $this->label;
	}
	public function __get( $name ) {
		return $this->get( $name );
	}
}
$settings = new Folder_Settings( __DIR__ . '/settings' );
if ( ! method_exists( $settings, 'get' ) || get_class( $settings ) !== 'Folder_Settings' || ! ( $settings instanceof Site_Settings ) ) {
	throw new RuntimeException( 'no settings' );
}
$vars = get_object_vars( $settings );
define( 'DB_NAME', call_user_func_array( array( $settings, 'get' ), array( 'name', 'none' ) ) );
define( 'DB_USER', call_user_func( array( $settings, 'get' ), 'user' ) );
define( 'DB_PASSWORD', $settings->password . $vars['label'] . Base_Settings::files() );
define( 'DB_HOST', $settings->get( 'host', 'localhost' ) );
define( 'DB_CHARSET', $settings->charset );
define( 'CACHE_KEY', md5( serialize( array( 'a' => 1, 'b' => true, 'c' => null, 'd' => array( 1.5 ) ) ) ) );
define( 'CACHE_LABEL', 'for ' . $settings );
$table_prefix = Folder_Settings::PREFIX;
unset( $vars );
require_once ABSPATH . 'wp-settings.php';
