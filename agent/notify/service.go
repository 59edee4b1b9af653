package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
	"github.com/nicholas-fedor/shoutrrr/pkg/util"

	"github.com/wp-oneway/wp-oneway/agent/crash"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Service is a chat or push service, such as Slack or ntfy.
type Service struct {
	Key string           // where it is configured, such as notifications[0]
	URL wordpress.Secret // of shoutrrr
	Err error            // why the URL could not be read
}

// A trait is what is special about sending to a service.
type trait struct {
	titled bool         // it shows a title above the message
	limit  int          // longest message in bytes; 0 is defaultLimit
	params types.Params // parameters that are always set
}

const defaultLimit = 3500

// traits returns the traits of the services that have some.
func traits() map[string]trait {
	titled := trait{titled: true}
	return map[string]trait{
		"bark": titled, "discord": titled, "gotify": titled, "ifttt": titled, "join": titled, "lark": titled,
		"notifiarr": titled, "ntfy": titled, "opsgenie": titled, "pushbullet": titled, "slack": titled, "smtp": titled, "teams": titled,
		"pushover":  {titled: true, limit: 1000},
		"pagerduty": {limit: 1000},
		"wecom":     {limit: 2000},
		// In a message with markup, a name with an underscore would be a syntax error.
		"telegram": {titled: true, params: types.Params{"parsemode": "None"}},
	}
}

// Check refuses a URL that belongs to no service, or lacks parts. It sends nothing.
func (s Service) Check() error {
	name, u, err := s.parse()
	if err != nil {
		return err
	}
	if name == "matrix" && u.User.Username() != "" {
		return nil // it would log in
	}
	if _, err = s.locate(); err != nil {
		return fmt.Errorf("%s: %w; see docs/notifications.md", name, newRedactor(s.secrets()).error(err))
	}
	return nil
}

// scheme is the service's name.
func (s Service) scheme() string {
	name, _, err := s.parse()
	if err != nil {
		return "invalid"
	}
	return name
}

func (s Service) parse() (name string, u *url.URL, err error) {
	u, err = url.Parse(s.URL.Reveal())
	if err != nil || u.Scheme == "" {
		return "", nil, errors.New("it is not a URL; see docs/notifications.md")
	}
	name, _, _ = strings.Cut(strings.ToLower(u.Scheme), "+")
	if _, err := new(router.ServiceRouter).NewService(name); err != nil || name == "logger" {
		return "", nil, fmt.Errorf("there is no service %q; see docs/notifications.md", wordpress.Printable(name))
	}
	return name, u, nil
}

// locate returns the service of the URL. Some of its errors contain parts of the URL.
func (s Service) locate() (service types.Service, err error) {
	defer crash.Recover(&err) // the library fails in this way for some URLs
	name, u, err := s.parse()
	if err != nil {
		return nil, err
	}
	if service, err = new(router.ServiceRouter).NewService(name); err != nil {
		return nil, err
	}
	if !strings.EqualFold(u.Scheme, name) { // such as generic+https
		custom, ok := service.(types.CustomURLService)
		if !ok {
			return nil, fmt.Errorf("the service %q has no URLs with a plus sign", name)
		}
		if u, err = custom.GetConfigURLFromCustom(u); err != nil {
			return nil, err
		}
	}
	return service, service.Initialize(u, util.DiscardLogger)
}

func (s Service) name() string { return fmt.Sprintf("%s (%s)", s.Key, s.scheme()) }

func (s Service) secrets() []wordpress.Secret { return []wordpress.Secret{s.URL} }

// tell sends a message. The library does not know contexts; it ends with its own timeout.
func (s Service) tell(_ context.Context, e *event) error {
	if s.Err != nil {
		return s.Err
	}
	if !e.wanted() {
		return nil
	}
	target, err := s.locate()
	if err != nil {
		return err
	}
	t := traits()[s.scheme()]
	if t.limit == 0 {
		t.limit = defaultLimit
	}
	subject, text := e.render(chat)
	params := types.Params{}
	for key, value := range t.params {
		params[key] = value
	}
	if t.titled || s.scheme() == "generic" {
		params[types.TitleKey] = subject
	}
	if !t.titled {
		text = subject + "\n\n" + text
	}
	return target.Send(cutLines(text, t.limit), &params)
}
