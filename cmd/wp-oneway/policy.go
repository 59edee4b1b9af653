package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/cmd/exit"
	"github.com/wp-oneway/wp-oneway/cmd/settings"
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
		Short: "Print the least-privilege settings for a bucket and its hosts, to paste",
		Long: `Print the least-privilege settings of a bucket and its hosts, to paste: who may create
objects, which requests are denied to everyone, which versions are kept, and when old
backups, incomplete uploads and doctor's canaries expire. The command sends no request
and changes nothing.

Without --expire, the keep settings of the configuration determine the days, if there
are any: each kind of backup expires after the longest time for which one of these
settings keeps a backup. The output says what lifecycle rules cannot do.

With --host, each host gets its own credential and prefix. In --prefix, {host} and
{kind} stand for the host's name and the kind of backup, as in a sink's URL. With
some providers no credential can be one-way; the output then says so. For Cloudflare
R2, r2-token creates the credential.`,
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
	f.StringVar(&o.Provider, "provider", "", "S3 `provider`: aws, minio, b2, r2, wasabi, ceph or spaces (default aws)")
	f.StringVar(&o.Bucket, "bucket", "", "the `bucket`")
	f.StringVar(&o.Prefix, "prefix", "", "the `prefix` of the sinks' URLs, which may contain {host} and {kind}")
	f.StringArrayVar(&o.Hosts, "host", nil, "`name` of a host that backs up there; may be repeated")
	f.StringArrayVar(&o.Sites, "site", nil, "`name` of a site, for providers whose lifecycle rules match only prefixes; may be repeated")
	f.StringVar(&o.KMSKey, "kms-key", "", "`ARN` of the key that the bucket encrypts with (aws)")
	f.IntVar(&o.ExpireDays, "expire", 35, "number of `days` after which a backup expires; overrides the keep settings of the configuration")
	f.IntVar(&o.LockDays, "lock", 0, "number of `days` for which a backup cannot be deleted; 0 is no lock")
	f.StringVar(&o.format, "format", "shell", "output `format`: shell, json, terraform, or the name of the provider's tool: aws, mc, gcloud, b2, wrangler, az")
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

// text returns the policy in the chosen format.
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

// ruleLimits tells users of the keep settings what lifecycle rules cannot do.
const ruleLimits = "Lifecycle rules know only the age of an object. They cannot keep the newest backup, a number of backups, or one of each hour, day, week, month or year, and they have no max_size. " +
	"So every backup stays for the longest time that a setting keeps one, as if there were one backup per day (keep_last) or per period. If backups are made that often, prune would keep the same backups or fewer."

// expiry sets the days of a policy from the keep settings of the configuration. If there are
// none, the days of --expire stay.
func (a *app) expiry(cmd *cobra.Command, o *policyOptions) error {
	setHome()
	path, err := cmd.Flags().GetString("config")
	if err != nil {
		return err
	}
	if a.config, err = settings.Load(cmd.Flags(), path); err != nil {
		return exit.Usage(fmt.Errorf("%w; policy --expire DAYS needs no configuration", err))
	}
	named := map[string]settings.Site{}
	for i, entry := range a.config.Sites {
		if named[fmt.Sprint(i)], err = a.config.Site(entry); err != nil {
			return exit.Usage(err)
		}
	}
	days, found := settings.NewKeeper(a.config, named).FolderDays(o.store, o.Bucket)
	if !found {
		return nil
	}
	from := "the configuration in " + a.config.Path
	if a.config.Path == "" {
		from = "the environment"
	}
	o.FolderDays, o.Rules = days, "The days come from the keep settings of "+from+". "+ruleLimits
	return nil
}
