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
	}{
		{name: "nothing said", region: "us-east-1", hosts: "[]"},
		{name: "the file is read", file: "region: eu-west-1\ncontrol-host: [a.internal, b.internal]\n", region: "eu-west-1", hosts: "[a.internal,b.internal]"},
		{name: "the environment wins over the file", env: map[string]string{"GATEWRIGHT_REGION": "eu-north-1", "GATEWRIGHT_CONTROL_HOST": "c.internal"}, file: "region: eu-west-1\ncontrol-host: [a.internal]\n", region: "eu-north-1", hosts: "[c.internal]"},
		{name: "a flag wins over both", args: []string{"--region", "sa-east-1"}, env: map[string]string{"GATEWRIGHT_REGION": "eu-north-1"}, file: "region: eu-west-1\n", region: "sa-east-1", hosts: "[]"},
		{name: "links in the file", file: "vpc-link: [payments=10.0.0.7:80, 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/a/b=[::1]:80']\n", region: "us-east-1", hosts: "[]", links: "[arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/a/b=[::1]:80,payments=10.0.0.7:80]"},
		{name: "links as flags", args: []string{"--vpc-link", "b=h2:80", "--vpc-link", "a=h1"}, region: "us-east-1", hosts: "[]", links: "[a=h1,b=h2:80]"},
		{name: "a link in the environment", env: map[string]string{"GATEWRIGHT_VPC_LINK": "a=h1:80"}, region: "us-east-1", hosts: "[]", links: "[a=h1:80]"},
		{name: "a region like a number", file: "# nothing\nregion: 007\n", region: "007", hosts: "[]"},
		{name: "an empty document", file: "---\n", region: "us-east-1", hosts: "[]"},
		{name: "an empty file", file: "# nothing\n", region: "us-east-1", hosts: "[]"},
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
			_, err := fillFlags(flags, file, func(name string) (string, bool) { v, ok := c.env[name]; return v, ok })
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

// What is wrong is said with its place, what is expected, and what to try next.
func TestSettingsThatAreWrong(t *testing.T) {
	const see = "\nsee gatewright serve --help"
	for _, c := range []struct{ name, file, want string }{
		{"no boolean", "debug: maybe", `:1:8: debug: "maybe" is not true or false` + see},
		{"no number", "\nmax-connections: 1.5", `:2:18: max-connections: "1.5" is not a whole number, such as 1000` + see},
		{"no rate", "control-rate: high", `:1:15: control-rate: "high" is not a number, such as 50 or 0.5` + see},
		{"no time", "drain: 30", `:1:8: drain: "30" is not a time, such as 30s or 1m30s` + see},
		{"no link", "vpc-link: [payments]", `:1:11: vpc-link: "payments" is not like payments=10.0.0.7:8443` + see},
		{"a list", "drain: [1, 2]", ":1:8: drain: a list is not a time, such as 30s or 1m30s" + see},
		{"a list in a list", "control-host: [a, [b]]", ":1:19: control-host: a list is not like gateway.internal, or several with commas between them" + see},
		{"a map", "region: {a: b}", ":1:9: region: a map is not the REGION of callers whose credentials name none" + see},
		{"nothing", "region:", ":1:8: region: there is no value; it is the REGION of callers whose credentials name none" + see},
		{"a setting that is like one", "regoin: eu", ":1:1: regoin: there is no such setting; did you mean region?" + see},
		{"a setting that is like none", "colour: red", ":1:1: colour: there is no such setting; the settings are called as the flags are, without their dashes" + see},
		{"another config file", "config: a.yaml", ":1:1: config: there is no such setting; the settings are called as the flags are, without their dashes" + see},
		{"a setting twice", "region: a\nregion: b", ":2:1: region: is there twice, first in line 1" + see},
		{"a name that is none", "? [a]\n: b", ":1:3: a list is not a name" + see},
		{"no map", "- a", ":1:1: a list is not a map, with lines like region: eu-west-1" + see},
		{"what merges itself", "region: &a {<<: [*a, *a]}\ndrain: 30\n<<: *a", ":1:9: merges too much, or itself\nFILE:1:9: region: a map is not the REGION of callers whose credentials name none\nFILE:2:8: drain: \"30\" is not a time, such as 30s or 1m30s" + see},
		{"two documents", "region: a\n---\nregion: b", ":2: a second document begins here; all settings are in the first"},
		{"an open quote", "region: \"eu\ndebug: true", ":2:12: no valid YAML: found unexpected end of stream, while scanning a quoted scalar that begins in line 1\na line is like region: eu-west-1; what belongs to it stands below, indented by blanks"},
		{"a second document that is none", "region: a\n---\n{", ":4:1: no valid YAML: did not find expected node content"},
		{"a secret that is no alias", "functions: {g: {environment: {KEY: *hidden}}}", ":1:36: no valid YAML: there is no anchor for this alias; a text that begins with * belongs between quotes"},
		{"a tab", "functions:\n\tgreet: x", ":2:1: no valid YAML: found character that cannot start any token"},
		{"several", "drain: 30\ndebug: maybe", ":1:8: drain: \"30\" is not a time, such as 30s or 1m30s\nFILE:2:8: debug: \"maybe\" is not true or false" + see},

		{"the flag's name", "function: greet=node", ":1:1: function: functions are a map here, functions: {greet: {command: node greet.js}}" + see},
		{"a list of functions", "functions: [x]", ":1:12: functions: a list is not like {greet: {command: node greet.js}}" + see},
		{"a function that is none", "functions: {g: node}", `:1:16: functions.g: "node" is not like {command: node greet.js}` + see},
		{"a function without a command", "functions: {g: {}}", ":1:13: functions.g: has no command; one is like command: node greet.js" + see},
		{"a setting of a function that is like one", "functions: {g: {comand: x}}", ":1:17: functions.g.comand: there is no such setting of a function; did you mean command?" + see},
		{"a setting of a function that is like none", "functions: {g: {runtime: x}}", ":1:17: functions.g.runtime: there is no such setting of a function; there are command, dir, environment, timeout, memory, concurrency, watch" + see},
		{"no command", "functions: {g: {command: [a, {b: c}]}}", ":1:30: functions.g.command: a map is not a command, such as node greet.js or [node, greet.js]" + see},
		{"an open quote in a command", `functions: {g: {command: 'node "x'}}`, `:1:26: functions.g.command: command "node \"x": a quote is not closed` + see},
		{"no processes", "functions: {g: {command: x, concurrency: 0}}", `:1:42: functions.g.concurrency: "0" is not a number of processes above 0, such as 10` + see},
		{"less than no memory", "functions: {g: {command: x, memory: -1}}", `:1:37: functions.g.memory: "-1" is not a number of MB above 0, such as 512` + see},
		{"no time for a function", "functions: {g: {command: x, timeout: 0s}}", `:1:38: functions.g.timeout: "0s" is not a time above 0, such as 3 (seconds) or 1m30s` + see},
		{"no files", "functions: {g: {command: x, watch: lib}}", `:1:36: functions.g.watch: "lib" is not a list of files and folders, such as [greet.js, lib]` + see},
		{"an empty command", "functions: {g: {command: ''}}", ":1:26: functions.g.command: there is no command; one is like node greet.js" + see},
		{"an environment that is none", "functions: {g: {command: x, environment: KEY=hidden}}", ":1:42: functions.g.environment: a text is not like {TABLE: pets}" + see},
		{"a secret that is none", "functions: {g: {command: x, environment: {KEY: [hidden]}}}", ":1:48: functions.g.environment.KEY: the value of a variable is a text" + see},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "gatewright.yaml")
			if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := fillFlags(serveCommand().Flags(), file, func(string) (string, bool) { return "", false })
			if want := file + strings.ReplaceAll(c.want, "FILE", file); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s\ngot  %v\nwant %s", c.file, err, want)
			}
			if exitStatus(err) != exitUsage {
				t.Errorf("exit status %d, want %d", exitStatus(err), exitUsage)
			}
		})
	}
}

// Flags and variables are wrong in the same words, and what is found out only when
// the server starts is said of where it was set.
func TestWhereSettingsAreWrong(t *testing.T) {
	const see = "\nsee gatewright serve --help"
	t.Setenv("AWS_ENDPOINT_URL_SQS", "")
	for _, c := range []struct {
		name      string
		args      []string
		env, file string
		want      string
	}{
		{"a flag", []string{"--debug=maybe"}, "", "", `--debug: "maybe" is not true or false` + see},
		{"a function", []string{"--function", "greet"}, "", "", `--function: "greet" is not like greet="node greet.js"` + see},
		{"a function with an open quote", []string{"--function", `greet="x`}, "", "", `--function: greet: command "\"x": a quote is not closed` + see},
		{"a function's name", []string{"--function", "gr eet=true"}, "", "", "--function gr eet: a name is 1 to 64 letters, digits, - and _" + see},
		{"a flag without a value", []string{"--drain"}, "", "", "--drain has no value; it is a time, such as 30s or 1m30s" + see},
		{"a flag that is like one", []string{"--regon", "x"}, "", "", "there is no flag --regon; did you mean --region?"},
		{"a flag that is like none", []string{"--listen", "x"}, "", "", "there is no flag --listen; see gatewright serve --help"},
		{"a letter", []string{"-x"}, "", "", "there is no flag -x; see gatewright serve --help"},
		{"a variable", nil, "GATEWRIGHT_DRAIN=30", "", `environment variable GATEWRIGHT_DRAIN: "30" is not a time, such as 30s or 1m30s` + see},
		{"a region", []string{"--region", "EU"}, "", "", `--region: "EU" is not like us-east-1` + see},
		{"a region of the environment", nil, "GATEWRIGHT_REGION=EU", "", `environment variable GATEWRIGHT_REGION: "EU" is not like us-east-1` + see},
		{"a region of the file", nil, "", "region: EU", `FILE:1:9: region: "EU" is not like us-east-1` + see},
		{"an address of AWS's variables", nil, "AWS_ENDPOINT_URL_SQS=x", "", `environment variable AWS_ENDPOINT_URL_SQS: "x" is not like http://127.0.0.1:9001` + see},
		{"a drain before its time", []string{"--drain=-5s"}, "", "", "--drain: -5s is not a time to wait, such as 30s" + see},
		{"a function of the file", nil, "", "functions: {f: {command: no-such-program}}", "FILE:1:13: functions.f: program no-such-program: executable file not found in $PATH" + see},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "gatewright.yaml")
			if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			if variable, value, ok := strings.Cut(c.env, "="); ok {
				t.Setenv(variable, value)
			}
			program := programCommand()
			program.SetArgs(append([]string{"serve", "--config", file, "--data", "memory", "--control", "127.0.0.1:0"}, c.args...))
			err := program.Execute()
			if want := strings.ReplaceAll(c.want, "FILE", file); err == nil || err.Error() != want || exitStatus(err) != exitUsage {
				t.Errorf("exit status %d\ngot  %v\nwant %s", exitStatus(err), err, want)
			}
		})
	}
}
