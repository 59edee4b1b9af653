<?php
/**
 * The part of the stand-in for WP-CLI that prints rows.
 */

namespace WP_CLI;

final class Formatter {

	private $args;

	public function __construct( &$args, $fields ) {
		$this->args           = $args + array( 'fields' => $fields );
		$this->args['fields'] = is_array( $this->args['fields'] ) ? $this->args['fields'] : explode( ',', $this->args['fields'] );
	}

	public function display_items( $items ) {
		$fields = $this->args['fields'];
		if ( isset( $this->args['field'] ) ) {
			foreach ( $items as $item ) {
				echo self::pick( $item, $this->args['field'] ), "\n";
			}
			return;
		}
		switch ( $this->args['format'] ) {
			case 'ids':
				echo implode( ' ', $items );
				return;
			case 'count':
				echo count( $items );
				return;
		}
		$rows = array();
		foreach ( $items as $item ) {
			$row = array();
			foreach ( $fields as $field ) {
				$row[ $field ] = self::pick( $item, $field );
			}
			$rows[] = $row;
		}
		switch ( $this->args['format'] ) {
			case 'json':
				echo json_encode( $rows );
				return;
			case 'yaml':
				echo "---\n";
				foreach ( $rows as $row ) {
					echo "- \n";
					foreach ( $row as $name => $value ) {
						echo "  $name: $value\n";
					}
				}
				return;
			default:
				$separator = 'csv' === $this->args['format'] ? ',' : "\t";
				echo implode( $separator, $fields ), "\n";
				foreach ( $rows as $row ) {
					echo implode( $separator, $row ), "\n";
				}
		}
	}

	private static function pick( $item, $field ) {
		if ( ! array_key_exists( $field, $item ) ) {
			\WP_CLI::error( "Invalid field: $field." );
		}
		return $item[ $field ];
	}
}
