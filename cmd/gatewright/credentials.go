package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/feature/ec2/imds"

	"github.com/gatewright/gatewright"
)

// signingCredentials finds what calls of AWS's services are signed with. At AWS
// it is the standard chain, which is asked when the first call is made. At a URL
// it is what the environment or the shared files hold, and nil when they hold
// nothing; no metadata service is asked.
func signingCredentials(ctx context.Context, at string) (aws.CredentialsProvider, error) {
	if at == "" {
		return nil, nil
	}
	var options []func(*config.LoadOptions) error
	if at != gatewright.AWS {
		options = append(options, config.WithEC2IMDSClientEnableState(imds.ClientDisabled))
	}
	c, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("read the AWS credentials that calls of Lambda and other services are signed with: %w", err)
	}
	if at == gatewright.AWS {
		return c.Credentials, nil
	}
	if _, err := c.Credentials.Retrieve(ctx); err != nil {
		return nil, nil // there are none: calls go unsigned
	}
	return c.Credentials, nil
}
