package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

// policyOptions are the arguments and flags of policy.
type policyOptions struct {
	policy.Request
	store  string
	format string
}

func (a *app) policyCommand() *cobra.Command {
	var o policyOptions
	cmd := &cobra.Command{
		Use:   "policy s3|gcs|azure --bucket BUCKET",
		Short: "Print the least privilege for a bucket and its hosts, to paste",
		Long: `Print the least privilege that a bucket and the credentials of its hosts need: who
may create objects, which requests are denied to everyone, which versions are kept,
and when old backups, incomplete uploads and doctor's canaries expire. No request is
sent, and nothing is changed.

Without --expire, the days come from the keep settings of the configuration, if there
are any: each kind of backup has the longest time for which one of them keeps a backup.
Lifecycle rules cannot do more; the text says what they cannot do.

With --host, each host gets its own credential and prefix. In --prefix, {host} and
{kind} stand for the host's name and the kind of backup, as in a sink's URL. With
some providers no credential can be one-way; the text then says so. At Cloudflare R2,
r2-token makes the credential.`,
		Example: `  wp-oneway policy s3 --bucket vault --prefix {host} --host web1 --host web2
  wp-oneway policy s3 --provider minio --bucket vault --format json
  wp-oneway policy gcs --bucket vault --prefix {kind}/{host} --host web1 --format terraform`,
		Annotations: noConfig(),
		ValidArgs:   []string{"s3", "gcs", "azure"},
		Args:        oneStore,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.store = args[0]
			if !cmd.Flags().Changed("expire") {
				if err := a.expiry(cmd, &o); err != nil {
					return err
				}
			}
			return a.policy(o)
		},
	}
	cmd.AddCommand(a.r2TokenCommand())
	f := cmd.Flags()
	f.StringVar(&o.Provider, "provider", "", "S3 `provider`: aws, minio, b2, r2, wasabi or spaces (default aws)")
	f.StringVar(&o.Bucket, "bucket", "", "the `bucket`")
	f.StringVar(&o.Prefix, "prefix", "", "the `prefix` of the sinks' URLs, which may contain {host} and {kind}")
	f.StringArrayVar(&o.Hosts, "host", nil, "`name` of a host that backs up there; may be repeated")
	f.StringArrayVar(&o.Sites, "site", nil, "`name` of a site, for stores whose rules apply only to whole prefixes; may be repeated")
	f.StringVar(&o.KMSKey, "kms-key", "", "`ARN` of the key that the bucket encrypts with (aws)")
	f.IntVar(&o.ExpireDays, "expire", 35, "number of `days` after which a backup expires, in place of the keep settings of the configuration")
	f.IntVar(&o.LockDays, "lock", 0, "number of `days` for which a backup cannot be deleted; 0 is no lock")
	f.StringVar(&o.format, "format", "shell", "shell, json, terraform, or the name of the provider's tool: aws, mc, gcloud, b2, wrangler, az")
	return cmd
}

func oneStore(cmd *cobra.Command, args []string) error {
	if len(args) != 1 || !slices.Contains(cmd.ValidArgs, args[0]) {
		return exit.Usage(fmt.Errorf("policy needs one of %s; see %s --help", strings.Join(cmd.ValidArgs, ", "), cmd.CommandPath()))
	}
	return nil
}

func (a *app) policy(o policyOptions) error {
	text, err := o.text()
	if err != nil {
		return exit.Usage(err)
	}
	if _, err := a.Out.Write(text); err != nil {
		return fmt.Errorf("print the policy: %w", err)
	}
	return nil
}

// text is the policy in the chosen format.
func (o policyOptions) text() ([]byte, error) {
	r := o.Request
	switch {
	case o.store != "s3" && r.Provider != "":
		return nil, errors.New("provider: only policy s3 has several providers; omit --provider")
	case o.store != "s3":
		r.Provider = o.store
	case r.Provider == "":
		r.Provider = "aws"
	case r.Provider == "gcs" || r.Provider == "azure":
		return nil, fmt.Errorf("provider %s: run wp-oneway policy %s", r.Provider, r.Provider)
	}
	plan, err := policy.For(r)
	if err != nil {
		return nil, err
	}
	return plan.Print(o.format)
}
