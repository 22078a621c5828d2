package users

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/policy"
	"github.com/gatewright/gatewright/sigv4"
)

const secret = "s3cr3t+t0/p"

func fileOf(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRead(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"YAML", `
users:
  - name: alice
    keys: [{id: AKIA1, secret: ` + secret + `}]
    policies:
      - name: p
        document:
          Version: 2012-10-17
          Statement:
            - Effect: Allow
              Action: [apigateway:GET]
              Resource: arn:aws:apigateway:*::/restapis/*
              Condition: {Bool: {aws:SecureTransport: false}, NumericLessThan: {aws:EpochTime: 5}}
`},
		{"JSON", `{"users": [{"name": "alice", "keys": [{"id": "AKIA1", "secret": "` + secret + `"}], "policies": [{"name": "p", "document":
			{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "apigateway:GET", "Resource": "arn:aws:apigateway:*::/restapis/*"}}}]}]}`},
		{"a policy as text", `
users:
  - name: alice
    account: 123456789012
    keys: [{id: AKIA1, secret: ` + secret + `}]
    policies:
      - name: p
        document: |
          {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "apigateway:GET", "Resource": "arn:aws:apigateway:*::/restapis/*"}}
`},
	} {
		f, err := Read(fileOf(t, c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		alice := f.User("alice")
		if got := alice.ARN("aws"); !strings.HasPrefix(got, "arn:aws:iam::") || !strings.HasSuffix(got, ":user/alice") {
			t.Errorf("%s: %s", c.name, got)
		}
		facts := policy.ContextOf(map[string][]string{"aws:SecureTransport": {"false"}, "aws:EpochTime": {"4"}})
		for action, want := range map[string]policy.Outcome{"apigateway:GET": policy.Allow, "apigateway:PUT": policy.ImplicitDeny} {
			r := policy.Request{Action: action, Resource: "arn:aws:apigateway:eu-west-1::/restapis/a", Context: facts}
			if got := alice.Decide(r).Outcome; got != want {
				t.Errorf("%s: %s: %v, want %v", c.name, action, got, want)
			}
		}
		if f.User("bob") != nil {
			t.Errorf("%s: there is a bob", c.name)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	user := func(more string) string { return "users: [{name: alice, " + more + "}]" }
	document := func(d string) string { return user("policies: [{name: p, document: " + d + "}]") }
	for _, c := range []struct{ name, text, says string }{
		{"no YAML", "users: [" + secret, "YAML"},
		{"a name that is not known", user("secret: " + secret), "line 1"},
		{"a value of another kind", user("keys: [{id: AKIA1, secret: [" + secret + "]}]"), "line 1"},
		{"a time that is none", user("keys: [{id: AKIA1, secret: x, expires: " + secret + "}]"), "line 1"},
		{"no name", "users: [{keys: []}]", `user 1: ""`},
		{"a name with a slash", "users: [{name: a/b}]", `"a/b"`},
		{"a user twice", "users: [{name: a}, {name: a}]", "user a is there twice"},
		{"an account that is none", user("account: '12'"), `account "12"`},
		{"no id", user("keys: [{secret: " + secret + "}]"), "key 1"},
		{"no secret", user("keys: [{id: AKIA1}]"), "AKIA1 has no secret"},
		{"a key twice", "users: [{name: a, keys: [{id: AKIA1, secret: x}]}, {name: b, keys: [{id: AKIA1, secret: x}]}]", "user b: access key AKIA1 is there twice"},
		{"no document", user("policies: [{name: p}]"), "policy 1 (p): the document is missing"},
		{"a document that is none", document("{Statement: {Effect: Allow}}"), "user alice: policy 1 (p)"},
		{"a principal", document(`{Statement: {Effect: Allow, Principal: "*", Action: "*", Resource: "*"}}`), "must not specify a principal"},
		{"an alias", "users: [{name: &n alice, policies: [{name: p, document: {Statement: *n}}]}]", "no aliases"},
		{"an element twice", document(`{Statement: {Effect: Allow, Effect: Deny, Action: "*", Resource: "*"}}`), "Effect is there twice"},
		{"a condition that is not built", document(`{Statement: {Effect: Deny, Action: "*", Resource: "*", Condition: {StringEquals: {"apigateway:Request/EndpointType": PRIVATE}}}}`), "apigateway:Request/EndpointType is not built"},
	} {
		_, err := Read(fileOf(t, c.text))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v does not say %q", c.name, err, c.says)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error tells a secret: %v", c.name, err)
		}
	}
}

func TestFilesThatOthersCanReadAreRefused(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("there are no such permissions here")
		return
	}
	path := fileOf(t, "users: []")
	for mode, fine := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o660: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); (err == nil) != fine {
			t.Errorf("%v: error %v", mode, err)
		}
	}
}

func TestEdit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "users.yaml")
	key := NewKey(time.Now(), 0)
	add := func(f *File) error {
		f.Users = append(f.Users, User{Name: "alice", Keys: []Key{key}, Policies: []Policy{Administrator()}})
		return nil
	}
	if err := Edit(path, add); err != nil {
		t.Fatal(err)
	}
	if err := Edit(path, add); err == nil || !strings.Contains(err.Error(), "there twice") {
		t.Errorf("the same user again: error %v", err)
	}
	if err := Edit(path, func(*File) error { return errors.New("no") }); err == nil {
		t.Error("an error was lost")
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	f, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := f.User("alice"); got.Account != "" || got.Keys[0] != key {
		t.Errorf("read back: %+v", got)
	}
	r := policy.Request{Action: "apigateway:UpdateRestApiPolicy", Resource: "arn:aws-cn:apigateway:cn-north-1::/restapis/a"}
	if got := f.User("alice").Decide(r).Outcome; got != policy.Allow {
		t.Errorf("an administrator's %s: %v", r.Action, got)
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestOneEditsAtATime(t *testing.T) {
	path := fileOf(t, "users: []")
	err := Edit(path, func(*File) error {
		if err := Edit(path, func(*File) error { return nil }); err == nil || !strings.Contains(err.Error(), path+".new") {
			t.Errorf("the second: error %v", err)
		}
		return nil
	})
	if err != nil {
		t.Errorf("the first: %v", err)
	}
}

func TestPoliciesKeepTheirForm(t *testing.T) {
	d, err := ParseDocument([]byte(`{"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": ["apigateway:GET", "apigateway:PUT"], "Resource": "*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "users.yaml")
	if err := Edit(path, func(f *File) error {
		f.Users = []User{{Name: "a", Policies: []Policy{{"p", d}}}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	want := `    document:
      Version: "2012-10-17"
      Statement:
      - Sid: A
        Effect: Allow
        Action:
        - apigateway:GET
        - apigateway:PUT
        Resource: '*'
`
	if got := strings.ReplaceAll(string(text), `'2012-10-17'`, `"2012-10-17"`); !strings.Contains(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if _, err := ParseDocument([]byte(`{"Statement": []}`)); err == nil {
		t.Error("a document that allows and denies nothing was taken")
	}
}

func TestNewKeys(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	a, b, session := NewKey(now, 0), NewKey(now, 0), NewKey(now, time.Hour)
	if len(a.ID) != 20 || len(a.Secret) != 40 || a.ID == b.ID || a.Secret == b.Secret || a.Token != "" || !a.Expires.IsZero() {
		t.Errorf("keys of the lengths %d and %d, id %s, after %s", len(a.ID), len(a.Secret), a.ID, b.ID)
	}
	if !strings.HasPrefix(session.ID, "ASIA") || session.Token == "" || !session.Expires.Equal(now.Add(time.Hour).Truncate(time.Second)) {
		t.Errorf("a session's key %s expires at %v", session.ID, session.Expires)
	}
}

func TestADirectoryFollowsItsFile(t *testing.T) {
	path := fileOf(t, "users: [{name: a, keys: [{id: AKIA1, secret: "+secret+"}]}]")
	var log bytes.Buffer
	d, err := Open(path, "123456789012", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	has := func(id string) bool {
		key, err := d.Key(id)
		if err != nil && !errors.Is(err, sigv4.ErrUnknownKey) {
			t.Fatal(err)
		}
		return key.Secret != ""
	}
	if key, _ := d.Key("AKIA1"); key.Secret != secret || key.Owner.(*User).ARN("aws") != "arn:aws:iam::123456789012:user/a" {
		t.Errorf("got a key of %+v", key.Owner)
	}
	if has("AKIA2") {
		t.Error("a key that is not there was found")
	}
	replace := func(text string) {
		next := path + "~"
		if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(next, path); err != nil {
			t.Fatal(err)
		}
	}
	replace("users: [{name: a, keys: [{id: AKIA2, secret: " + secret + "}]}]")
	if has("AKIA1") || !has("AKIA2") {
		t.Error("the file was changed, the keys were not")
	}
	for range 2 {
		replace("users: [{name: a, keys: [{id: AKIA2, secret: [" + secret + "]}]}]")
		for range 3 {
			if !has("AKIA2") {
				t.Error("a bad file took the users away")
			}
		}
	}
	if n := strings.Count(log.String(), "level=ERROR"); n != 1 {
		t.Errorf("a bad file was logged %d times:\n%s", n, &log)
	}
	if err := d.Reload(); err == nil {
		t.Error("a bad file was read")
	}
	os.Remove(path)
	if !has("AKIA2") || !strings.Contains(log.String(), "no such file") {
		t.Errorf("the file is gone; log:\n%s", &log)
	}
	replace("")
	if has("AKIA2") {
		t.Error("nobody is in the file, and a key was found")
	}
	if strings.Contains(log.String(), secret) {
		t.Errorf("the log tells a secret:\n%s", &log)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none"), "123456789012", slog.Default()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: error %v", err)
	}
}
