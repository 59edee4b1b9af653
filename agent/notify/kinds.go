package notify

import (
	"cmp"
	"context"
	"maps"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/discord"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/googlechat"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/lark"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/matrix"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/mattermost"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/rocketchat"
	signalchat "github.com/nicholas-fedor/shoutrrr/pkg/services/chat/signal"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/slack"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/teams"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/telegram"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/wecom"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/zulip"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/incident/opsgenie"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/incident/pagerduty"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/bark"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/gotify"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/ifttt"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/join"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/ntfy"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/pushbullet"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/pushover"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/specialized/notifiarr"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"
)

// A kind is a service of the library, and what is special about sending to it.
type kind struct {
	open   func() types.Service
	titled bool         // it shows a title above the message
	limit  int          // longest message in bytes; 0 is defaultLimit
	params types.Params // parameters that are always set
}

// kinds returns the services by the schemes of their URLs. The library's own list would
// also link its services for mail, webhooks and logs: they run templates, for which the
// linker keeps every method of every library.
func kinds() map[string]kind {
	return map[string]kind{
		"bark":       {titled: true, open: func() types.Service { return &bark.Service{} }},
		"discord":    {titled: true, open: func() types.Service { return &discord.Service{} }},
		"googlechat": {open: func() types.Service { return &googlechat.Service{} }},
		"gotify":     {titled: true, open: func() types.Service { return &gotify.Service{} }},
		"hangouts":   {open: func() types.Service { return &googlechat.Service{} }},
		"ifttt":      {titled: true, open: func() types.Service { return &ifttt.Service{} }},
		"join":       {titled: true, open: func() types.Service { return &join.Service{} }},
		"lark":       {titled: true, open: func() types.Service { return &lark.Service{} }},
		"matrix":     {open: func() types.Service { return &matrix.Service{} }},
		"mattermost": {open: func() types.Service { return &mattermost.Service{} }},
		"notifiarr":  {titled: true, open: func() types.Service { return &notifiarr.Service{} }},
		"ntfy":       {titled: true, open: func() types.Service { return &ntfy.Service{} }},
		"opsgenie":   {titled: true, open: func() types.Service { return &opsgenie.Service{} }},
		"pagerduty":  {limit: 1000, open: func() types.Service { return &pagerduty.Service{} }},
		"pushbullet": {titled: true, open: func() types.Service { return &pushbullet.Service{} }},
		"pushover":   {titled: true, limit: 1000, open: func() types.Service { return &pushover.Service{} }},
		"rocketchat": {open: func() types.Service { return &rocketchat.Service{} }},
		"signal":     {open: func() types.Service { return &signalchat.Service{} }},
		"slack":      {titled: true, open: func() types.Service { return &slack.Service{} }},
		"teams":      {titled: true, open: func() types.Service { return &teams.Service{} }},
		// In a message with markup, a name with an underscore would be a syntax error.
		"telegram": {titled: true, params: types.Params{"parsemode": "None"}, open: func() types.Service { return &telegram.Service{} }},
		"wecom":    {limit: 2000, open: func() types.Service { return &wecom.Service{} }},
		"zulip":    {open: func() types.Service { return &zulip.Service{} }},
	}
}

// sender returns what sends to a service of this kind. The library does not know contexts;
// it ends with its own timeout.
func (k kind) sender(service types.Service) sender {
	return func(_ context.Context, subject, text string) error {
		params := types.Params{}
		maps.Copy(params, k.params)
		if k.titled {
			params[types.TitleKey] = subject
		} else {
			text = subject + "\n\n" + text
		}
		return service.Send(cutLines(text, cmp.Or(k.limit, defaultLimit)), &params)
	}
}

// A sender sends one message.
type sender func(ctx context.Context, subject, text string) error

// defaultLimit is the length of the longest message in bytes.
const defaultLimit = 3500
