package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/wp-oneway/wp-oneway/sinks/policy"
)

func (a *app) policyCommand() *cobra.Command {
	r := policy.Request{}
	format := "shell"
	cmd := &cobra.Command{
		Use:   "policy s3|gcs|azure --bucket BUCKET",
		Short: "Print the least privilege for a bucket and its hosts, to paste",
		Long: `Print what a bucket and its hosts' credentials need, and no more: who may create,
what nobody may do, which versions stay, and when old backups, broken uploads and
doctor's canaries go. Nothing is asked of anybody, and nothing is changed.

With --host, each host gets a credential and a prefix of its own. In --prefix,
{host} and {kind} stand for the host's name and the kind of backup, as in a sink's
URL. Not every provider can be made one-way; the text says so.`,
		Example: `  wp-oneway policy s3 --bucket vault --prefix {host} --host web1 --host web2
  wp-oneway policy s3 --provider minio --bucket vault --format json
  wp-oneway policy gcs --bucket vault --prefix {kind}/{host} --host web1 --format terraform`,
		Annotations: map[string]string{"config": "none"},
		ValidArgs:   []string{"s3", "gcs", "azure"},
		Args:        oneStore,
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := policyText(args[0], r, format)
			if err != nil {
				return usage(err)
			}
			if _, err := a.io.out.Write(text); err != nil {
				return fmt.Errorf("print the policy: %w", err)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.Provider, "provider", "", "whose S3 it is: aws, minio, b2, r2, wasabi or spaces (default aws)")
	f.StringVar(&r.Bucket, "bucket", "", "the `bucket`")
	f.StringVar(&r.Prefix, "prefix", "", "the `prefix` of the sinks' URLs, in which {host} and {kind} may stand")
	f.StringArrayVar(&r.Hosts, "host", nil, "`name` of a host that backs up there; may be repeated")
	f.StringArrayVar(&r.Sites, "site", nil, "`name` of a site, for stores whose rules know only whole prefixes; may be repeated")
	f.StringVar(&r.KMSKey, "kms-key", "", "`ARN` of the key that the bucket encrypts with (aws)")
	f.IntVar(&r.ExpireDays, "expire", 35, "after how many `days` a backup goes")
	f.IntVar(&r.LockDays, "lock", 0, "for how many `days` nobody can delete a backup; 0 is no lock")
	f.StringVar(&format, "format", format, "shell, json, terraform, or the name of the provider's tool: aws, mc, gcloud, b2, wrangler, az")
	return cmd
}

func oneStore(cmd *cobra.Command, args []string) error {
	if len(args) != 1 || !slices.Contains(cmd.ValidArgs, args[0]) {
		return usage(fmt.Errorf("policy needs one of %s; see %s --help", strings.Join(cmd.ValidArgs, ", "), cmd.CommandPath()))
	}
	return nil
}

// policyText is what is printed for a store.
func policyText(store string, r policy.Request, format string) ([]byte, error) {
	switch {
	case store != "s3" && r.Provider != "":
		return nil, errors.New("provider: only S3 has several")
	case store != "s3":
		r.Provider = store
	case r.Provider == "":
		r.Provider = "aws"
	case r.Provider == "gcs" || r.Provider == "azure":
		return nil, fmt.Errorf("provider %s: run wp-oneway policy %s", r.Provider, r.Provider)
	}
	plan, err := policy.For(r)
	if err != nil {
		return nil, err
	}
	return plan.Print(format)
}
