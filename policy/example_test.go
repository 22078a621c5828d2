package policy_test

import (
	"fmt"

	"github.com/gatewright/gatewright/policy"
)

func Example() {
	p, err := policy.Parse([]byte(`{
		"Version": "2012-10-17",
		"Statement": [
			{"Effect": "Allow", "Action": "apigateway:*", "Resource": "arn:aws:apigateway:*::/restapis/*"},
			{"Sid": "KeepProd", "Effect": "Deny", "Action": "apigateway:DELETE", "Resource": "arn:aws:apigateway:*::/restapis/*/stages/prod"}
		]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, stage := range []string{"test", "prod"} {
		d := policy.Evaluate(policy.Request{
			Action:   "apigateway:DELETE",
			Resource: "arn:aws:apigateway:us-east-1::/restapis/abc123/stages/" + stage,
		}, p)
		fmt.Println(stage, d.Outcome)
		if d.Statement != nil && d.Statement.Sid != "" {
			fmt.Println("by", d.Statement.Sid)
		}
	}
	// Output:
	// test allow
	// prod explicit deny
	// by KeepProd
}

func ExampleSameAccount() {
	user, _ := policy.Parse([]byte(`{"Version": "2012-10-17", "Statement":
		{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "*"}}`))
	api, _ := policy.Parse([]byte(`{"Version": "2012-10-17", "Statement":
		{"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*",
		 "Condition": {"NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}}`))
	r := policy.Request{
		Action:    "execute-api:Invoke",
		Resource:  "arn:aws:execute-api:us-east-1:123456789012:abc123/prod/GET/pets",
		Principal: policy.Principal{ARN: "arn:aws:iam::123456789012:user/alice", Account: "123456789012"},
	}
	for _, address := range []string{"192.0.2.7", "203.0.113.7"} {
		r.Context = policy.ContextOf(map[string][]string{"aws:SourceIp": {address}})
		fmt.Println(address, policy.SameAccount(policy.Evaluate(r, user), policy.Evaluate(r, api)).Outcome)
	}
	// Output:
	// 192.0.2.7 allow
	// 203.0.113.7 explicit deny
}
