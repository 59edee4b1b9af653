<?php
require __DIR__ . '/vendor/autoload.php';
use Aws\SecretsManager\SecretsManagerClient;
$client = new SecretsManagerClient( [ 'version' => 'latest', 'region' => 'eu-west-1' ] );
try {
	$secret = json_decode( $client->getSecretValue( [ 'SecretId' => 'wp' ] )['SecretString'], true );
} catch ( Aws\Exception\AwsException $e ) {
	die( 'no secret' );
}
define( 'DB_NAME', $secret['dbname'] ?? 'wordpress' );
define( 'DB_USER', $secret['username'] ?? 'wordpress' );
define( 'DB_PASSWORD', $secret['password'] ?? '' );
define( 'DB_HOST', 'h' );
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}

require_once ABSPATH . 'wp-settings.php';
