package main

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		name          string
		args          []string
		env           map[string]string
		file          string
		region, hosts string
		links         string
		errorHas      string
	}{
		{name: "nothing said", region: "us-east-1", hosts: "[]"},
		{name: "the file is read", file: "region: eu-west-1\ncontrol-host: [a.internal, b.internal]\n", region: "eu-west-1", hosts: "[a.internal,b.internal]"},
		{name: "the environment wins over the file", env: map[string]string{"GATEWRIGHT_REGION": "eu-north-1", "GATEWRIGHT_CONTROL_HOST": "c.internal"}, file: "region: eu-west-1\ncontrol-host: [a.internal]\n", region: "eu-north-1", hosts: "[c.internal]"},
		{name: "a flag wins over both", args: []string{"--region", "sa-east-1"}, env: map[string]string{"GATEWRIGHT_REGION": "eu-north-1"}, file: "region: eu-west-1\n", region: "sa-east-1", hosts: "[]"},
		{name: "links in the file", file: "vpc-link: [payments=10.0.0.7:80, 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/a/b=[::1]:80']\n", region: "us-east-1", hosts: "[]", links: "[arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/a/b=[::1]:80,payments=10.0.0.7:80]"},
		{name: "links as flags", args: []string{"--vpc-link", "b=h2:80", "--vpc-link", "a=h1"}, region: "us-east-1", hosts: "[]", links: "[a=h1,b=h2:80]"},
		{name: "a link in the environment", env: map[string]string{"GATEWRIGHT_VPC_LINK": "a=h1:80"}, region: "us-east-1", hosts: "[]", links: "[a=h1:80]"},
		{name: "a link that leads nowhere", env: map[string]string{"GATEWRIGHT_VPC_LINK": "a"}, errorHas: "GATEWRIGHT_VPC_LINK"},
		{name: "a setting that is not there", file: "regoin: eu-west-1\n", errorHas: `there is no setting "regoin"`},
		{name: "a value that does not fit", file: "drain: soon\n", errorHas: "drain"},
		{name: "a delay of the file that does not fit", file: "drain-delay: soon\n", errorHas: "drain-delay"},
		{name: "a value of the environment that does not fit", env: map[string]string{"GATEWRIGHT_DRAIN": "soon"}, errorHas: "GATEWRIGHT_DRAIN"},
		{name: "no YAML", file: "{", errorHas: "config file"},
		{name: "a map", file: "region: {name: x}\n", errorHas: "not a map"},
	} {
		t.Run(c.name, func(t *testing.T) {
			flags := serveCommand().Flags()
			if err := flags.Parse(c.args); err != nil {
				t.Fatal(err)
			}
			file := ""
			if c.file != "" {
				file = filepath.Join(t.TempDir(), "gatewright.yaml")
				if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := fillFlags(flags, file, func(name string) (string, bool) { v, ok := c.env[name]; return v, ok })
			if c.errorHas != "" {
				if err == nil || !strings.Contains(err.Error(), c.errorHas) {
					t.Fatalf("error %v does not say %q", err, c.errorHas)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := flags.Lookup("region").Value.String(); got != c.region {
				t.Errorf("region %s, want %s", got, c.region)
			}
			if got := flags.Lookup("control-host").Value.String(); got != c.hosts {
				t.Errorf("control-host %s, want %s", got, c.hosts)
			}
			if got := flags.Lookup("vpc-link").Value.String(); got != cmp.Or(c.links, "[]") {
				t.Errorf("vpc-link %s, want %s", got, c.links)
			}
		})
	}
}
