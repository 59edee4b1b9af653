package mysql

import (
	"encoding/binary"
	"errors"

	driver "github.com/go-sql-driver/mysql"
)

// ErrLost is what queries fail with, wrapped, when the server or the network ended the
// session. A snapshot is lost with it.
var ErrLost = errors.New("the connection to the database was lost")

// ErrMalformed is what queries fail with, wrapped, when the server breaks the
// protocol.
var ErrMalformed = errors.New("the server sent a malformed packet")

// The servers' error numbers that are handled.
const (
	TooManyConnections   = 1040 // ER_CON_COUNT_ERROR
	DatabaseDenied       = 1044 // ER_DBACCESS_DENIED_ERROR
	AccountDenied        = 1045 // ER_ACCESS_DENIED_ERROR
	NoSuchDatabase       = 1049 // ER_BAD_DB_ERROR
	HostDenied           = 1130 // ER_HOST_NOT_PRIVILEGED
	DatabaseAccessDenied = 1044 // ER_DBACCESS_DENIED_ERROR
	UnknownDatabase      = 1049 // ER_BAD_DB_ERROR
	UnknownTable         = 1051 // ER_BAD_TABLE_ERROR
	ServerShutdown       = 1053 // ER_SERVER_SHUTDOWN
	UnknownColumn        = 1054 // ER_BAD_FIELD_ERROR
	SyntaxError          = 1064 // ER_PARSE_ERROR
	UnknownQueryTable    = 1109 // ER_UNKNOWN_TABLE
	UnknownCharset       = 1115 // ER_UNKNOWN_CHARACTER_SET
	TableAccessDenied    = 1142 // ER_TABLEACCESS_DENIED_ERROR
	ColumnAccessDenied   = 1143 // ER_COLUMNACCESS_DENIED_ERROR
	NoSuchTable          = 1146 // ER_NO_SUCH_TABLE
	UnknownVariable      = 1193 // ER_UNKNOWN_SYSTEM_VARIABLE
	TooManyUserSessions  = 1203 // ER_TOO_MANY_USER_CONNECTIONS
	LockTimeout          = 1205 // ER_LOCK_WAIT_TIMEOUT
	UserLimit            = 1226 // ER_USER_LIMIT_REACHED
	AccessDenied         = 1227 // ER_SPECIFIC_ACCESS_DENIED_ERROR
	GlobalVariable       = 1229 // ER_GLOBAL_VARIABLE
	WrongValue           = 1231 // ER_WRONG_VALUE_FOR_VAR
	ReadOnlyVariable     = 1238 // ER_INCORRECT_GLOBAL_LOCAL_VAR
	UnknownCollation     = 1273 // ER_UNKNOWN_COLLATION
	NoSuchRoutine        = 1305 // ER_SP_DOES_NOT_EXIST
	QueryInterrupted     = 1317 // ER_QUERY_INTERRUPTED
	InvalidView          = 1356 // ER_VIEW_INVALID
	NoSuchTrigger        = 1360 // ER_TRG_DOES_NOT_EXIST
	RoutineAccessDenied  = 1370 // ER_PROCACCESS_DENIED_ERROR
	TableChanged         = 1412 // ER_TABLE_DEF_CHANGED
	NoSuchUser           = 1449 // ER_NO_SUCH_USER
	RecursiveView        = 1462 // ER_VIEW_RECURSIVE
	NoSuchEvent          = 1539 // ER_EVENT_DOES_NOT_EXIST
	SecureTransport      = 3159 // ER_SECURE_TRANSPORT_REQUIRED
	ReadOnlyTransaction  = 1792 // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
	TablespaceMissing    = 1812 // ER_TABLESPACE_MISSING
	TablespaceDiscarded  = 1814 // ER_TABLESPACE_DISCARDED
	ConnectionKilled     = 1927 // ER_CONNECTION_KILLED of MariaDB
)

// ErrorNumber returns the number of a server's error, or 0 if err is not such an error.
func ErrorNumber(err error) uint16 {
	var e *driver.MySQLError
	if errors.As(err, &e) {
		return e.Number
	}
	return 0
}

// AccountFull reports whether the server refuses a session since the account has all
// that it may have.
func AccountFull(err error) bool {
	n := ErrorNumber(err)
	return n == TooManyUserSessions || n == UserLimit
}

// maxMessage is the longest error message that is kept; servers' own have 512 bytes.
const maxMessage = 4 << 10

// serverError decodes the error in a packet that begins with 0xff.
func serverError(packet []byte) error {
	if len(packet) < 3 {
		return ErrMalformed
	}
	e := &driver.MySQLError{Number: binary.LittleEndian.Uint16(packet[1:])}
	text := packet[3:]
	if len(text) >= 6 && text[0] == '#' {
		copy(e.SQLState[:], text[1:6])
		text = text[6:]
	}
	e.Message = string(text[:min(len(text), maxMessage)])
	return e
}
