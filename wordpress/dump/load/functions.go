package load

import (
	"strings"
	"sync"
)

// engines are the storage engines that store rows only in the database itself.
const engines = " innodb myisam aria maria memory heap archive csv blackhole mrg_myisam merge rocksdb tokudb ndb ndbcluster mroonga sequence columnstore "

func isEngine(name string) bool {
	return strings.Contains(engines, " "+strings.ToLower(strings.Trim(name, "`'\""))+" ")
}

// tableFunctions are the words that may precede a parenthesis in a CREATE TABLE statement: types,
// parts of keys and partitions, and functions that only compute a value.
const tableFunctions = ` tinyint smallint mediumint int integer bigint decimal dec numeric fixed number float double real bit bool boolean serial
	char varchar varchar2 binary varbinary nchar nvarchar tinytext text mediumtext longtext tinyblob blob mediumblob longblob clob raw enum set json
	date time datetime timestamp year uuid inet4 inet6 vector xmltype
	geometry point linestring polygon multipoint multilinestring multipolygon geometrycollection geomcollection
	compressed column_format as always check default in key primary unique index fulltext spatial foreign references on using virtual stored constraint
	range list hash columns by than values partition subpartition system_time period for interval overlaps not and or xor like rlike regexp between is
	case when then else end div mod union
	abs acos add_months adddate addtime aes_decrypt aes_encrypt any_value ascii asin atan atan2 avg bin bin_to_uuid bit_count bit_length cast ceil ceiling
	char_length character_length charset chr coalesce coercibility collation column_add column_check column_create column_delete column_exists column_get
	column_json column_list compress concat concat_ws connection_id conv convert convert_tz cos cot crc32 crc32c curdate current_date current_role
	current_time current_timestamp current_user curtime database date_add date_format date_sub datediff day dayname dayofmonth dayofweek dayofyear
	decode decode_histogram degrees des_decrypt des_encrypt elt encode encrypt exp export_set extract extractvalue field find_in_set floor format
	format_bytes format_pico_time found_rows from_base64 from_days from_unixtime geohash get_format glength greatest hex hour if ifnull
	inet6_aton inet6_ntoa inet_aton inet_ntoa insert instr is_ipv4 is_ipv4_compat is_ipv4_mapped is_ipv6 is_uuid isnull isnotnull
	json_array json_array_append json_array_insert json_array_intersect json_compact json_contains json_contains_path json_depth json_detailed
	json_equals json_exists json_extract json_insert json_key_value json_keys json_length json_loose json_merge json_merge_patch json_merge_preserve
	json_normalize json_object json_object_filter_keys json_object_to_array json_overlaps json_pretty json_query json_quote json_remove json_replace
	json_schema_valid json_schema_validation_report json_search json_set json_storage_free json_storage_size json_type json_unquote json_valid
	json_value kdf last_day last_insert_id lastval lcase least left length lengthb ln localtime localtimestamp locate log log10 log2 lower lpad ltrim make_set
	makedate maketime md5 microsecond mid minute month monthname natural_sort_key nextval now nullif nvl nvl2 oct octet_length old_password ord password
	period_add period_diff pi position pow power quarter quote radians rand random_bytes regexp_instr regexp_like regexp_replace regexp_substr
	repeat replace reverse right round row row_count rpad rtrim sec_to_time second session_user setval sformat sha sha1 sha2 sign sin soundex space sqrt
	st_area st_asbinary st_asgeojson st_astext st_aswkb st_aswkt st_boundary st_buffer st_centroid st_contains st_convexhull st_crosses st_difference
	st_dimension st_disjoint st_distance st_distance_sphere st_endpoint st_envelope st_equals st_exteriorring st_geohash st_geomcollfromtext
	st_geomcollfromwkb st_geometryfromtext st_geometryfromwkb st_geometryn st_geometrytype st_geomfromgeojson st_geomfromtext st_geomfromwkb
	st_interiorringn st_intersection st_intersects st_isclosed st_isempty st_isring st_issimple st_isvalid st_latfromgeohash st_latitude st_length
	st_linefromtext st_linefromwkb st_linestringfromtext st_longfromgeohash st_longitude st_numgeometries st_numinteriorrings st_numpoints st_overlaps
	st_pointfromgeohash st_pointfromtext st_pointfromwkb st_pointn st_pointonsurface st_polyfromtext st_polyfromwkb st_polygonfromtext
	st_relate st_simplify st_srid st_startpoint st_swapxy st_symdifference st_touches st_transform st_union st_validate st_within st_x st_y
	str_to_date strcmp string_to_vector subdate substr substring substring_index subtime sys_guid sysdate system_user tan time_format time_to_sec timediff
	timestampadd timestampdiff to_base64 to_char to_days to_number to_seconds trim truncate ucase uncompress uncompressed_length unhex unix_timestamp
	updatexml upper user utc_date utc_time utc_timestamp uuid_short uuid_to_bin uuid_v4 uuid_v7 vec_distance vec_distance_cosine
	vec_distance_euclidean vec_fromtext vec_totext vector_dim vector_distance vector_to_string version week weekday weekofyear weight_string
	year yearweek asbinary astext aswkb area centroid dimension endpoint envelope exteriorring geometryn geometrytype geomfromtext geomfromwkb
	geometryfromtext geometryfromwkb interiorringn isclosed isempty issimple linefromtext linefromwkb linestringfromtext numgeometries
	numinteriorrings numpoints pointfromtext pointfromwkb pointn polyfromtext polyfromwkb polygonfromtext srid startpoint x y mbrcontains mbrcoveredby
	mbrcovers mbrdisjoint mbrequal mbrequals mbrintersects mbroverlaps mbrtouches mbrwithin member of array signed unsigned binary separator ignored `

// tableOptions are the words that may follow the columns in a CREATE TABLE statement, except the
// values of options.
const tableOptions = ` engine type auto_increment auto_increment_offset default charset character set collate comment row_format key_block_size min_rows max_rows
	avg_row_length checksum delay_key_write pack_keys stats_persistent stats_auto_recalc stats_sample_pages page_checksum transactional
	page_compressed page_compression_level encrypted encryption_key_id encryption compression insert_method union with without system versioning
	autoextend_size table_checksum ietf_quotes itef_quotes engine_attribute secondary_engine secondary_engine_attribute
	partition partitions subpartition subpartitions by range list hash key linear columns values less than in maxvalue algorithm system_time history
	current interval limit auto starts nodegroup null
	microsecond second minute hour day week month quarter year day_hour day_minute day_second hour_minute hour_second minute_second year_month
	timestamp date time datetime as and or not div mod binary `

var wordLists = sync.OnceValue(func() (lists struct{ functions, options map[string]bool }) {
	lists.functions, lists.options = wordSet(tableFunctions), wordSet(tableOptions)
	return lists
})

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}
