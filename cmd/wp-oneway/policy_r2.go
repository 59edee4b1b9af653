package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/cmd/console"
	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/output"
	"github.com/wp-oneway/wp-oneway/sinks/policy"
	"github.com/wp-oneway/wp-oneway/sinks/r2"
)

// r2TokenOptions are the flags of policy r2-token.
type r2TokenOptions struct {
	policy.Request
	account, jurisdiction string
	parent, profile       string
	life                  time.Duration
	output                string
}

func (a *app) r2TokenCommand() *cobra.Command {
	var o r2TokenOptions
	cmd := &cobra.Command{
		Use:   "r2-token --account ID --bucket BUCKET --parent FILE --output FILE",
		Short: "Sign a token of Cloudflare R2 that can only create objects; run it on a trusted machine",
		Long: `Sign a temporary credential of Cloudflare R2 for one host. It can create objects below
its prefix, and nothing else. The command sends no request.

Run this on a trusted machine and never on the host: the parent credential, from which
the token is derived, can read and delete. --parent names its file, which has the format
of AWS credentials files and which only you may be able to read. Use a separate parent for
each host: to revoke a token before it expires, you must revoke its parent, and this
revokes all tokens of that parent.

The token expires after 7 days, or earlier with --life. Sign a new one before that, and
replace the file on the host. A result of doctor is also valid for a new token with the
same rights. The output is a file for credentials_file= in the sink's URL; - is standard
output.`,
		Example: `  wp-oneway policy r2-token --account 0123456789abcdef0123456789abcdef \
    --bucket vault --host web1 --parent web1-parent --output web1-token
  wp-oneway policy r2-token --account 0123456789abcdef0123456789abcdef \
    --bucket vault --host web1 --parent web1-parent --output - |
    ssh web1 'umask 077; cat >/etc/wp-oneway/new && mv /etc/wp-oneway/new /etc/wp-oneway/r2-token'`,
		Annotations: noConfig(),
		Args:        noArguments,
		RunE:        func(cmd *cobra.Command, _ []string) error { return a.r2Token(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.account, "account", "", "`ID` of the Cloudflare account: 32 hexadecimal digits")
	f.StringVar(&o.jurisdiction, "jurisdiction", "", "`jurisdiction` of the bucket, if it has one: eu or fedramp")
	f.StringVar(&o.Bucket, "bucket", "", "the `bucket`")
	f.StringVar(&o.Prefix, "prefix", "", "the `prefix` of the sink's URL, which may contain {host} and {kind}")
	f.StringArrayVar(&o.Hosts, "host", nil, "`name` of the host that gets the token")
	f.StringVar(&o.parent, "parent", "", "`file` of the parent credential")
	f.StringVar(&o.profile, "profile", "default", "`profile` in that file")
	f.DurationVar(&o.life, "life", r2.MaxLife, "how long the token is valid, such as 48h; at most 168h (7 days)")
	f.StringVarP(&o.output, "output", "o", "", "`file` to write, with mode 0600; - is standard output")
	return cmd
}

// r2Token signs a token and writes it.
func (a *app) r2Token(ctx context.Context, o r2TokenOptions) error {
	for _, needed := range [][2]string{{"account", o.account}, {"bucket", o.Bucket}, {"parent", o.parent}, {"output", o.output}} {
		if needed[1] == "" {
			return exit.Usage(fmt.Errorf("--%s is missing; see wp-oneway policy r2-token --help", needed[0]))
		}
	}
	prefixes, err := o.TokenPrefixes()
	if err != nil {
		return exit.Usage(err)
	}
	endpoint, err := r2.Endpoint(o.account, o.jurisdiction)
	if err != nil {
		return exit.Usage(err)
	}
	parent, err := r2.ReadParent(ctx, o.parent, o.profile)
	if err != nil {
		return err
	}
	now := time.Now()
	claims := r2.PutClaims(o.Bucket, prefixes)
	claims.Account, claims.Endpoint, claims.Issued, claims.Expires = o.account, endpoint, now.Unix(), now.Add(o.life).Unix()
	token, err := r2.Sign(parent, claims)
	if err != nil {
		return exit.Usage(err)
	}
	if err := a.writeToken(o.output, token.File()); err != nil {
		return err
	}
	where := "everywhere"
	if claims.Paths != nil {
		where = "below " + strings.Join(claims.Paths.Prefixes, ", ")
	}
	fmt.Fprintf(a.Err, "the token can create objects in bucket %s %s, and expires on %s\n", o.Bucket, where, now.Add(o.life).Format(time.DateTime+" MST"))
	return nil
}

// writeToken replaces a file completely, or writes to standard output.
func (a *app) writeToken(path string, text []byte) error {
	if path == "-" {
		if console.IsTerminal(a.Out) {
			return exit.Usage(errors.New("output: the standard output is a terminal, which would show the token; send it to a file or a command"))
		}
		if _, err := a.Out.Write(text); err != nil {
			return fmt.Errorf("write the token: %w", err)
		}
		return nil
	}
	return output.Replace(path, text, 0o600, -1)
}
