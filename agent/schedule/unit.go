package schedule

import (
	"fmt"
	"strings"
	"time"
)

const unitHead = "# Written by wp-oneway schedule install, which replaces this file.\n"

// service is the text of the unit that runs the entry. user is a unit of a user's own
// service manager. In a drop-in, the lists of the unit are emptied first.
func (e *Entry) service(user, dropIn bool) string {
	u := &unitText{dropIn: dropIn}
	u.section("Unit")
	u.set("Description", "Back up WordPress sites: schedule "+e.Name)
	u.set("Documentation", "https://github.com/wp-oneway/wp-oneway/blob/main/docs/schedule.md")
	if !user {
		u.set("Wants", "network-online.target")
		u.set("After", "network-online.target mariadb.service mysql.service mysqld.service")
	}
	u.set("OnFailure", failedUnit(e.Name))
	u.section("Service")
	u.set("Type", "oneshot")
	u.list("ExecStart", commandLine(e.Program, e.Arguments))
	u.set("SuccessExitStatus", "3 75")
	u.set("KillMode", "mixed")
	u.set("OOMPolicy", "continue")
	u.set("MemoryMax", "50%") // beyond it the kernel ends a worker, and the other sites go on
	u.set("Nice", "10")
	u.set("IOSchedulingClass", "idle")
	e.restrict(u, user)
	return unitHead + u.String()
}

// failedService is the text of the unit that reports a run which could not report itself.
func (e *Entry) failedService(user bool) string {
	bare := *e // it must start where the other one cannot
	bare.Sandbox = Sandbox{Namespaces: e.Sandbox.Namespaces}
	u := &unitText{}
	u.section("Unit")
	u.set("Description", "Report that the wp-oneway schedule %i has crashed")
	u.section("Service")
	u.set("Type", "oneshot")
	u.list("ExecStart", commandLine(e.Program, e.FailedArguments)+" %i")
	bare.restrict(u, user)
	return unitHead + u.String()
}

// failedUnit is the unit that reports the failure of a schedule.
func failedUnit(name string) string { return "wp-oneway-failed@" + name + ".service" }

// timer is the text of the unit that starts the service.
func (e *Entry) timer(dropIn bool) string {
	u := &unitText{dropIn: dropIn}
	u.section("Unit")
	u.set("Description", "Run the wp-oneway schedule "+e.Name)
	u.section("Timer")
	u.list("OnCalendar", e.Times.Calendar())
	u.set("Persistent", "true")
	if e.Window > 0 {
		u.set("RandomizedDelaySec", fmt.Sprint(int(e.Window/time.Second)))
		u.set("FixedRandomDelay", "true")
	}
	u.section("Install")
	u.list("WantedBy", "timers.target")
	return unitHead + e.mark() + "\n" + u.String()
}

// capabilities are those that the agent needs as root: to read the sites of all users, to start
// workers with the rights of their owners, and to stop these workers.
const capabilities = "CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_KILL CAP_SETGID CAP_SETUID"

// restrict writes what the service may do. The service manager of a user may not be able
// to create the namespaces that most restrictions need; the service would not start.
func (e *Entry) restrict(u *unitText, user bool) {
	u.set("UMask", "0077")
	u.set("NoNewPrivileges", "true")
	u.set("LockPersonality", "true")
	u.set("RestrictRealtime", "true")
	u.set("RestrictSUIDSGID", "true")
	u.set("SystemCallArchitectures", "native")
	u.list("SystemCallFilter", "@system-service")
	u.set("SystemCallErrorNumber", "EPERM")
	u.list("RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6")
	if !e.Sandbox.Namespaces {
		u.set("RestrictNamespaces", "true")
		u.set("MemoryDenyWriteExecute", "true")
	}
	u.set("Environment", "GOTRACEBACK=crash") // a crash ends the process by a signal
	u.set("LimitCORE", "0")
	for _, variable := range e.Environment {
		u.set("Environment", quote(variable))
	}
	if user {
		return
	}
	u.list("CapabilityBoundingSet", capabilities)
	u.set("ProtectSystem", "strict")
	u.set("ProtectHome", "read-only")
	u.set("PrivateTmp", "true")
	u.set("PrivateDevices", "true")
	u.set("ProtectProc", "invisible")
	u.set("ProtectKernelTunables", "true")
	u.set("ProtectKernelModules", "true")
	u.set("ProtectKernelLogs", "true")
	u.set("ProtectControlGroups", "true")
	u.set("ProtectClock", "true")
	u.set("ProtectHostname", "true")
	u.set("StateDirectory", "wp-oneway")
	u.set("StateDirectoryMode", "0700")
	u.set("RuntimeDirectory", "wp-oneway")
	u.set("RuntimeDirectoryMode", "0700")
	u.set("RuntimeDirectoryPreserve", "true") // it has the locks of the other schedules
	// A folder that is missing is an error of that destination, not of the whole service.
	for _, folder := range e.Sandbox.Writable {
		u.set("ReadWritePaths", quote("-"+folder))
	}
	// Some control panels put the socket of the database server there.
	u.set("BindReadOnlyPaths", "-/tmp/mysql.sock")
	for _, c := range e.Sandbox.Credentials {
		u.set("LoadCredential", c.ID+":"+specifiers(c.Path)) // a path is not quoted here
	}
}

// unitText is the text of a unit while it is written.
type unitText struct {
	strings.Builder
	dropIn bool
	begun  bool
}

func (u *unitText) section(name string) {
	if u.begun {
		u.WriteByte('\n')
	}
	u.begun = true
	u.WriteString("[" + name + "]\n")
}

func (u *unitText) set(key, value string) { u.WriteString(key + "=" + value + "\n") }

// list sets a key whose values are added to those of the unit. In a drop-in, it replaces
// them.
func (u *unitText) list(key, value string) {
	if u.dropIn {
		u.set(key, "")
	}
	u.set(key, value)
}

// commandLine quotes a command for ExecStart=, which replaces $NAME too.
func commandLine(program string, args []string) string {
	words := []string{quote(program)}
	for _, arg := range args {
		words = append(words, strings.ReplaceAll(quote(arg), "$", "$$"))
	}
	return strings.Join(words, " ")
}

// quote quotes a word of a list.
func quote(word string) string {
	if strings.ContainsAny(word, " \"'\\;") || word == "" {
		word = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(word) + `"`
	}
	return specifiers(word)
}

// specifiers escapes what systemd would replace.
func specifiers(text string) string { return strings.ReplaceAll(text, "%", "%%") }
