// Package compat translates the arguments and the settings file of the shell scripts in
// github.com/pothi/backup-wordpress into the arguments and settings of the command backup.
package compat

import (
	"errors"
	"fmt"
	"strings"
)

// Arguments are the arguments of a script.
type Arguments struct {
	Domain        string // DOMAIN or DOMAIN/SUB; "" if there is none
	Help, Version bool
	SecondWord    bool              // the second word names the bucket
	set           map[string]string // the variables that options set
}

// options maps each option to the variable that it sets. An option with the variable "" takes no
// value.
func options() map[string]string {
	return map[string]string{
		"-b": "bucket_name", "--bucket": "bucket_name", "-k": "auto_delete_after", "--keepfor": "auto_delete_after",
		"-e": "custom_email", "--email": "custom_email", "-p": "custom_wp_path", "--path": "custom_wp_path",
		"-s": "", "--success": "", "-v": "", "-V": "", "--version": "", "-h": "", "--help": "",
	}
}

// ParseArguments reads the arguments of a script. Options may follow the domain, be bundled
// (-sk 7) and have their value in the same word (--keepfor=7, -k7).
func ParseArguments(args []string) (*Arguments, error) {
	a := &Arguments{set: map[string]string{}}
	var words []string
	for len(args) > 0 && !a.Help && !a.Version {
		arg := args[0]
		args = args[1:]
		switch {
		case arg == "":
			return nil, errors.New("an argument is empty; give it a value, or omit it")
		case arg == "--":
			words, args = append(words, args...), nil
		case arg == "-" || arg[0] != '-':
			words = append(words, arg)
		default:
			var err error
			if args, err = a.option(arg, args); err != nil {
				return nil, err
			}
		}
	}
	return a, a.words(words)
}

// option reads one option, or the first one of a bundle, and returns the arguments after it.
func (a *Arguments) option(arg string, args []string) ([]string, error) {
	name, value, attached := strings.Cut(arg, "=")
	if !strings.HasPrefix(arg, "--") {
		name, value, attached = arg[:2], arg[2:], len(arg) > 2
	}
	variable, known := options()[name]
	switch {
	case !known:
		return nil, fmt.Errorf("unknown option %s", name)
	case variable == "":
		if attached && len(name) > 2 {
			return nil, fmt.Errorf("%s has no value", name)
		}
		if attached {
			args = append([]string{"-" + value}, args...)
		}
		a.Help = a.Help || name == "-h" || name == "--help"
		a.Version = a.Version || name == "-v" || name == "-V" || name == "--version"
		if name == "-s" || name == "--success" {
			a.set["success_alert"] = "1"
		}
		return args, nil
	case !attached && len(args) == 0:
		return nil, fmt.Errorf("%s requires an argument", name)
	case !attached:
		value, args = args[0], args[1:]
	}
	if value == "" {
		return nil, fmt.Errorf("%s is empty; give it a value, or omit it", name)
	}
	if value[0] == '-' || value[0] == '=' {
		return nil, fmt.Errorf("%s requires an argument, and %q is not one", name, value)
	}
	a.set[variable] = value
	return args, nil
}

// words reads the arguments that are not options: the domain, then the bucket.
func (a *Arguments) words(words []string) error {
	if a.Help || a.Version {
		return nil
	}
	for i, word := range words {
		switch {
		case word == "":
			return errors.New("an argument is empty; give it a value, or omit it")
		case i == 0:
			a.Domain = word
		case i == 1:
			a.SecondWord, a.set["bucket_name"] = true, word
		default:
			return fmt.Errorf("unexpected argument %q after the domain and the bucket", word)
		}
	}
	return nil
}
