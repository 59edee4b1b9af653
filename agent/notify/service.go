package notify

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/types"
	"github.com/nicholas-fedor/shoutrrr/pkg/util"

	"github.com/wp-oneway/wp-oneway/agent/crash"
	"github.com/wp-oneway/wp-oneway/secret"
	"github.com/wp-oneway/wp-oneway/wordpress"
)

// A Service is a chat or push service, such as Slack or ntfy.
type Service struct {
	Key string      // where it is configured, such as notifications[0]
	URL secret.Text // of shoutrrr
	Err error       // why the URL could not be read
}

// webhookName is the service that is not the library's.
const webhookName = "generic"

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
	if _, known := kinds()[name]; name == "smtp" {
		return "", nil, errors.New("mail is configured by the key email, not by smtp://; see docs/notifications.md")
	} else if !known && name != webhookName {
		return "", nil, fmt.Errorf("there is no service %q; see docs/notifications.md", wordpress.Printable(name))
	}
	return name, u, nil
}

// locate returns what sends to the URL. Some of its errors contain parts of the URL.
func (s Service) locate() (send sender, err error) {
	defer crash.Recover(&err) // the library fails in this way for some URLs
	name, u, err := s.parse()
	if err != nil {
		return nil, err
	}
	if name == webhookName {
		hook, err := parseWebhook(u)
		if err != nil {
			return nil, err
		}
		return hook.send, nil
	}
	k := kinds()[name]
	service := k.open()
	if !strings.EqualFold(u.Scheme, name) { // such as ntfy+https
		custom, ok := service.(types.CustomURLService)
		if !ok {
			return nil, fmt.Errorf("the service %q has no URLs with a plus sign", name)
		}
		if u, err = custom.GetConfigURLFromCustom(u); err != nil {
			return nil, err
		}
	}
	if err := service.Initialize(u, util.DiscardLogger); err != nil {
		return nil, err
	}
	return k.sender(service), nil
}

func (s Service) name() string { return fmt.Sprintf("%s (%s)", s.Key, s.scheme()) }

func (s Service) secrets() []secret.Text { return []secret.Text{s.URL} }

// tell sends a message.
func (s Service) tell(ctx context.Context, e *event) error {
	if s.Err != nil {
		return s.Err
	}
	if !e.wanted() {
		return nil
	}
	send, err := s.locate()
	if err != nil {
		return err
	}
	subject, text := e.render(chat)
	return send(ctx, subject, text)
}
