package policy_test

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/policy"
)

// A section is one file of a text archive: "-- name --" and what follows it.
type section struct{ name, text string }

func sections(t testing.TB, file string) []section {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []section
	for line := range strings.Lines(string(data)) {
		head := strings.TrimSuffix(line, "\n")
		switch name, ok := strings.CutPrefix(head, "-- "); {
		case ok && strings.HasSuffix(name, " --"):
			all = append(all, section{name: strings.TrimSuffix(name, " --")})
		case len(all) > 0:
			all[len(all)-1].text += line
		}
	}
	return all
}

var outcomes = map[string]policy.Outcome{"allow": policy.Allow, "explicit": policy.ExplicitDeny, "implicit": policy.ImplicitDeny}

func TestEvaluate(t *testing.T) {
	var p *policy.Policy
	var title string
	for _, s := range sections(t, "testdata/evaluate.txtar") {
		if name, ok := strings.CutSuffix(s.name, ".json"); ok {
			p, title = parse(t, s.text), name
			continue
		}
		for line := range strings.Lines(s.text) {
			line = strings.TrimSpace(line)
			if line == "" {
				continue
			}
			t.Run(title+"/"+line, func(t *testing.T) {
				outcome, r := readRequest(t, line)
				if got := policy.Evaluate(r, p); got.Outcome != outcome {
					t.Errorf("got %v, want %v: %s\n%s", got.Outcome, outcome, line, s.name)
				} else if (got.Statement == nil) != (outcome == policy.ImplicitDeny) {
					t.Errorf("%v by the statement %+v", got.Outcome, got.Statement)
				}
			})
		}
	}
}

func parse(t testing.TB, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

// readRequest reads "outcome action resource key=value …". A value may be
// quoted as in Go.
func readRequest(t *testing.T, line string) (policy.Outcome, policy.Request) {
	t.Helper()
	words := strings.Fields(line)
	outcome, known := outcomes[words[0]]
	if !known || len(words) < 3 {
		t.Fatalf("cannot read %q", line)
	}
	r := policy.Request{Action: words[1], Resource: words[2]}
	context := map[string][]string{}
	for _, word := range words[3:] {
		key, value, _ := strings.Cut(word, "=")
		if unquoted, err := strconv.Unquote(value); err == nil {
			value = unquoted
		}
		switch key {
		case "principal":
			r.Principal.ARN = value
		case "role":
			r.Principal.Role = value
		case "account":
			r.Principal.Account = value
		case "service":
			r.Principal.Service = value
		case "federated":
			r.Principal.Federated = value
		default:
			context[key] = append(context[key], value)
		}
	}
	r.Context = policy.ContextOf(context)
	return outcome, r
}

func TestParseRefuses(t *testing.T) {
	for _, s := range sections(t, "testdata/refused.txtar") {
		t.Run(s.name, func(t *testing.T) {
			text := strings.TrimRight(s.text, "\n")
			i := strings.LastIndexByte(text, '\n')
			document, want := text[:i], text[i+1:]
			p, err := policy.Parse([]byte(document))
			var refused *policy.ParseError
			if !errors.As(err, &refused) || err.Error() != want {
				t.Errorf("got  %v\nwant %s\n%s\n%+v", err, want, document, p)
			}
		})
	}
}

func TestParseRefusesWhatIsTooLong(t *testing.T) {
	document := `{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}`
	fits := document + strings.Repeat(" ", policy.MaxSize-len(document))
	if _, err := policy.Parse([]byte(fits)); err != nil {
		t.Errorf("%d bytes: %v", len(fits), err)
	}
	if _, err := policy.Parse([]byte(fits + " ")); err == nil || !strings.Contains(err.Error(), "longer than 20480 bytes") {
		t.Errorf("%d bytes: got %v", len(fits)+1, err)
	}
	if _, err := policy.Parse([]byte("{\"Statement\": \"\xff\"}")); err == nil || !strings.Contains(err.Error(), "not UTF-8") {
		t.Errorf("a document that is not UTF-8: got %v", err)
	}
}

func TestDecisionTellsTheStatement(t *testing.T) {
	p := parse(t, `{"Version": "2012-10-17", "Id": "p", "Statement": [
		{"Sid": "one", "Effect": "Allow", "Action": "s3:*", "Resource": "*"},
		{"Sid": "two", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"},
		{"Sid": "no", "Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"}]}`)
	for action, want := range map[string]string{"s3:GetObject": "one", "s3:DeleteObject": "no"} {
		d := policy.Evaluate(policy.Request{Action: action, Resource: "x"}, nil, p)
		if d.Statement == nil || d.Statement.Sid != want {
			t.Errorf("%s: decided by %+v; want %s", action, d.Statement, want)
		}
	}
	if p.ID != "p" || len(p.Statements) != 3 {
		t.Errorf("parsed %+v", p)
	}
}

func TestEvaluateWithoutPolicies(t *testing.T) {
	if d := policy.Evaluate(policy.Request{Action: "s3:GetObject", Resource: "x"}, nil); d.Outcome != policy.ImplicitDeny {
		t.Errorf("got %v", d)
	}
}

// Developer guide, "How API Gateway resource policies affect authorization
// workflow", tables A and B.
func TestBothSides(t *testing.T) {
	const allow, silent, deny = policy.Allow, policy.ImplicitDeny, policy.ExplicitDeny
	for _, c := range []struct{ identity, resource, same, cross policy.Outcome }{
		{allow, allow, allow, allow},
		{allow, silent, allow, silent},
		{allow, deny, deny, deny},
		{silent, allow, allow, silent},
		{silent, silent, silent, silent},
		{silent, deny, deny, deny},
		{deny, allow, deny, deny},
		{deny, silent, deny, deny},
		{deny, deny, deny, deny},
	} {
		identity, resource := policy.Decision{Outcome: c.identity}, policy.Decision{Outcome: c.resource}
		if got := policy.SameAccount(identity, resource).Outcome; got != c.same {
			t.Errorf("same account, identity %v, resource %v: got %v, want %v", c.identity, c.resource, got, c.same)
		}
		if got := policy.CrossAccount(identity, resource).Outcome; got != c.cross {
			t.Errorf("cross account, identity %v, resource %v: got %v, want %v", c.identity, c.resource, got, c.cross)
		}
	}
}

func TestWhereAPolicyBelongs(t *testing.T) {
	mine := parse(t, `{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`)
	its := parse(t, `{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}`)
	if mine.CheckIdentityBased() != nil || its.CheckResourceBased() != nil {
		t.Error("refused where it belongs")
	}
	if err := its.CheckIdentityBased(); err == nil || err.Error() != "policy: Statement[0]: must not specify a principal" {
		t.Errorf("a policy with principals on an identity: %v", err)
	}
	if err := mine.CheckResourceBased(); err == nil || err.Error() != "policy: Statement[0]: must specify a principal" {
		t.Errorf("a policy without principals on a resource: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, file := range []string{"testdata/evaluate.txtar", "testdata/refused.txtar"} {
		for _, s := range sections(f, file) {
			f.Add([]byte(s.text), "s3:GetObject", "arn:aws:s3:::b/k", "alice")
		}
	}
	f.Fuzz(func(t *testing.T, document []byte, action, resource, value string) {
		p, err := policy.Parse(document)
		if err != nil {
			var refused *policy.ParseError
			if !errors.As(err, &refused) || refused.Line < 1 || refused.Column < 1 {
				t.Errorf("%q: %v is no error with a place", document, err)
			}
			return
		}
		r := policy.Request{Action: action, Resource: resource, Context: func(string) []string { return []string{value} }}
		first, again := policy.Evaluate(r, p), policy.Evaluate(r, p)
		if first != again {
			t.Errorf("%q: first %v, then %v", document, first, again)
		}
		if (first.Statement == nil) != (first.Outcome == policy.ImplicitDeny) {
			t.Errorf("%q: %+v", document, first)
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	p := parse(b, `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["execute-api:Invoke", "apigateway:*"], "Resource": [
			"arn:aws:execute-api:*:123456789012:xyz/*", "arn:aws:execute-api:us-east-1:*:abc/*/GET/${aws:username}/*"],
		 "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}, "Bool": {"aws:SecureTransport": "true"}}},
		{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:UserAgent": "*evil*"}}}]}`)
	r := policy.Request{
		Action: "execute-api:Invoke", Resource: "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/alice/1",
		Context: policy.ContextOf(map[string][]string{
			"aws:SourceIp": {"192.0.2.7"}, "aws:SecureTransport": {"true"}, "aws:username": {"alice"}, "aws:UserAgent": {"curl/8.5.0"},
		}),
	}
	b.ReportAllocs()
	for b.Loop() {
		if d := policy.Evaluate(r, p); d.Outcome != policy.Allow {
			b.Fatal(d)
		}
	}
}
