package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"github.com/gatewright/gatewright"
)

// lambdaCredentials finds what calls of functions are signed with. At AWS it is
// the standard chain, which is asked when a function is first called. At a URL
// it is what the environment or the shared files hold, and nil when they hold
// nothing; no metadata service is asked.
func lambdaCredentials(ctx context.Context, lambda string) (aws.CredentialsProvider, error) {
	if lambda == "" {
		return nil, nil
	}
	var options []func(*config.LoadOptions) error
	if lambda != gatewright.AWS {
		options = append(options, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	}
	c, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("read the AWS credentials for --lambda: %w", err)
	}
	if lambda == gatewright.AWS {
		return c.Credentials, nil
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return nil, nil // there are none: calls go unsigned
	}
	return c.Credentials, nil
}
