package target

import (
	"slices"
	"strings"

	"github.com/wp-oneway/wp-oneway/wordpress/dump/sqltext"
)

// Functions that not all servers have. A server refuses a table or a view that calls a
// function that it does not have.
var (
	functionsOfMariaDB = words(`add_months binlog_gtid_pos chr column_add column_check column_create column_delete column_exists column_get
		column_json column_list concat_operator_oracle crc32c decode_histogram decode_oracle json_array_intersect json_compact json_detailed
		json_equals json_exists json_key_value json_loose json_normalize json_object_filter_keys json_object_to_array json_query kdf lastval
		lengthb lpad_oracle ltrim_oracle master_gtid_wait median natural_sort_key nextval nvl nvl2 percentile_cont percentile_disc
		replace_oracle rpad_oracle rtrim_oracle setval sformat substr_oracle sys_guid to_char to_number trim_oracle uuid_v4 uuid_v7 vec_distance
		vec_distance_cosine vec_distance_euclidean vec_fromtext vec_totext`)
	functionsOfMySQL = words(`any_value bin_to_uuid grouping gtid_subset gtid_subtract icu_version is_uuid json_schema_validation_report
		json_storage_free json_storage_size mbrcoveredby mbrcovers ps_current_thread_id ps_thread_id regexp_like st_buffer_strategy st_collect
		st_frechetdistance st_geohash st_hausdorffdistance st_isvalid st_latfromgeohash st_latitude st_lineinterpolatepoint
		st_lineinterpolatepoints st_longfromgeohash st_longitude st_makeenvelope st_pointatdistance st_pointfromgeohash st_simplify st_swapxy
		st_transform st_validate statement_digest statement_digest_text string_to_vector uuid_to_bin validate_password_strength vector_dim
		vector_distance vector_to_string wait_for_executed_gtid_set`)
	// Since MariaDB 10.6 and 11.x.
	functionsSinceMariaDB106 = words("add_months crc32c json_equals json_normalize json_overlaps json_table natural_sort_key random_bytes sformat sys_guid to_char")
	functionsSinceMariaDB11  = words(`format_bytes format_pico_time json_array_intersect json_key_value json_object_filter_keys json_object_to_array
		json_schema_valid kdf uuid_v4 uuid_v7 vec_distance vec_distance_cosine vec_distance_euclidean vec_fromtext vec_totext`)
	// Removed from MySQL 8, and from MySQL 9.
	functionsBeforeMySQL8 = words("decode des_decrypt des_encrypt encode encrypt old_password password")
	functionsBeforeMySQL9 = words("md5 sha sha1")
	// Since MySQL 8.
	functionsSinceMySQL8 = words(`bin_to_uuid cume_dist dense_rank first_value grouping icu_version is_uuid json_overlaps json_schema_valid
		json_schema_validation_report json_storage_free json_table json_value lag last_value lead nth_value ntile percent_rank rank regexp_instr
		regexp_like regexp_replace regexp_substr row_number st_latitude st_longitude st_swapxy st_transform statement_digest
		statement_digest_text string_to_vector uuid_to_bin vector_dim vector_distance vector_to_string`)
)

func words(text string) []string { return strings.Fields(text) }

// lacks reports whether the target has no function of that name.
func (t Target) lacks(function string) bool {
	in := func(list []string) bool { return slices.Contains(list, function) }
	if t.MariaDB {
		return in(functionsOfMySQL) || !t.mariaDB(100600) && in(functionsSinceMariaDB106) || !t.mariaDB(110400) && in(functionsSinceMariaDB11)
	}
	return in(functionsOfMariaDB) || t.mySQL(80000) && in(functionsBeforeMySQL8) || t.mySQL(90000) && in(functionsBeforeMySQL9) ||
		!t.mySQL(80000) && in(functionsSinceMySQL8)
}

// missingFunction returns the first function that an expression calls and the target does
// not have, "" if there is none.
func (t Target) missingFunction(list []sqltext.Token) string {
	for i, token := range list {
		if token.Kind != sqltext.Word || i > 0 && list[i-1].Text == "." {
			continue
		}
		if next := after(list, i); next < len(list) && list[next].Text == "(" {
			if name := strings.ToLower(token.Text); t.lacks(name) {
				return name
			}
		}
	}
	return ""
}
