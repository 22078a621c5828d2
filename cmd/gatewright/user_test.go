package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// user runs gatewright user and returns what it writes.
func user(t *testing.T, exit int, args ...string) (out, errOut string) {
	t.Helper()
	p := command(t, append([]string{"user"}, args...)...)
	var written bytes.Buffer
	p.Stdout = &written
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if got := p.end(t); got != exit {
		t.Errorf("gatewright user %q: exit status %d, want %d; standard error:\n%s", args, got, exit, &p.errors)
	}
	return written.String(), p.errors.String()
}

type shownKey struct {
	AccessKeyID                               string `json:"AccessKeyId"`
	SecretAccessKey, SessionToken, Expiration string
}

func keyOf(t *testing.T, text string) (k shownKey) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &k); err != nil || k.AccessKeyID == "" || k.SecretAccessKey == "" {
		t.Fatalf("no key: %v in %q", err, text)
	}
	return k
}

func TestUserCommand(t *testing.T) {
	folder := t.TempDir()
	file, document := filepath.Join(folder, "users.yaml"), filepath.Join(folder, "pets.json")
	if err := os.WriteFile(document, []byte(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "apigateway:GET", "Resource": "*"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	at := "--users=" + file

	text, _ := user(t, 0, "add", "alice", at, "--admin")
	if !strings.Contains(text, "export AWS_ACCESS_KEY_ID=AKIA") || !strings.Contains(text, "export AWS_SECRET_ACCESS_KEY=") {
		t.Errorf("lines to copy are missing:\n%s", text)
	}
	text, _ = user(t, 0, "add", "bob", at, "--policy", document, "--account", "111122223333", "--json")
	bob := keyOf(t, text)
	text, _ = user(t, 0, "key", "add", "bob", at, "--session", "1h", "--json")
	session := keyOf(t, text)
	if session.SessionToken == "" || session.Expiration == "" {
		t.Errorf("a key for a time has no token: %q", text)
	}

	text, _ = user(t, 0, "list", at)
	if want := "bob    111122223333  " + bob.AccessKeyID + "," + session.AccessKeyID + "  pets"; !strings.Contains(text, want) {
		t.Errorf("list: got\n%s\nwant a line\n%s", text, want)
	}
	asJSON, _ := user(t, 0, "list", at, "--json")
	for _, secret := range []string{bob.SecretAccessKey, session.SecretAccessKey, session.SessionToken} {
		if strings.Contains(text+asJSON, secret) {
			t.Error("list shows a secret")
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}

	user(t, 0, "key", "remove", bob.AccessKeyID, at)
	user(t, 0, "remove", "alice", at)
	text, _ = user(t, 0, "list", at, "--json")
	var left []struct {
		UserName     string
		AccessKeyIDs []string `json:"AccessKeyIds"`
	}
	if err := json.Unmarshal([]byte(text), &left); err != nil || len(left) != 1 || len(left[0].AccessKeyIDs) != 1 || left[0].AccessKeyIDs[0] != session.AccessKeyID {
		t.Errorf("left are %s", text)
	}
}

func TestUserCommandSaysWhatIsWrong(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users.yaml")
	at := "--users=" + file
	user(t, 0, "add", "alice", at, "--admin")
	before, _ := os.ReadFile(file)
	for _, c := range []struct {
		name string
		args []string
		exit int
		says string
	}{
		{"a user who is there", []string{"add", "alice", at, "--admin"}, exitFailed, "user key add alice"},
		{"a user who is not there", []string{"remove", "bob", at}, exitFailed, "there is no user bob"},
		{"a key for nobody", []string{"key", "add", "bob", at}, exitFailed, "there is no user bob"},
		{"a key that is not there", []string{"key", "remove", "AKIA1", at}, exitFailed, "nobody has the key AKIA1"},
		{"a user without a policy", []string{"add", "bob", at}, exitUsage, "--policy FILE or --admin"},
		{"a policy that is not there", []string{"add", "bob", at, "--policy", file + ".none"}, exitFailed, "no such file"},
		{"a policy that is none", []string{"add", "bob", at, "--policy", file}, exitFailed, "line 1"},
		{"no name", []string{"add", at, "--admin"}, exitUsage, "1 argument"},
		{"a bad name", []string{"add", "a/b", at, "--admin"}, exitFailed, `"a/b"`},
		{"a bad account", []string{"add", "b", at, "--admin", "--account", "1"}, exitFailed, "12 digits"},
		{"a command that is not there", []string{"ad", "bob", at}, exitUsage, `no command "ad"; did you mean gatewright user add?`},
		{"a command of keys that is not there", []string{"key", "list", at}, exitUsage, `no command "list"`},
		{"no file", []string{"list"}, exitUsage, "--users FILE"},
		{"a session that is over", []string{"key", "add", "alice", at, "--session", "-1h"}, exitUsage, "over already"},
	} {
		if _, said := user(t, c.exit, c.args...); !strings.Contains(said, c.says) {
			t.Errorf("%s: standard error lacks %q:\n%s", c.name, c.says, said)
		}
	}
	if after, _ := os.ReadFile(file); !bytes.Equal(before, after) {
		t.Errorf("the file was changed:\n%s", after)
	}
}

// A server that listens for the world follows its users, and takes up a new
// trail on SIGHUP.
func TestServeWithUsers(t *testing.T) {
	folder := t.TempDir()
	file, trail := filepath.Join(folder, "users.yaml"), filepath.Join(folder, "audit.jsonl")
	user(t, 0, "add", "alice", "--users", file, "--admin")
	p := start(t, "--control", "0.0.0.0:0", "--data", "memory", "--users", file, "--audit", trail)
	post := func() {
		answer, err := http.Post(p.control+"/restapis", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != 403 {
			t.Errorf("unsigned: got %d", answer.StatusCode)
		}
	}
	post()
	if err := os.Rename(trail, trail+".1"); err != nil {
		t.Fatal(err)
	}
	p.Process.Signal(syscall.SIGHUP)
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(p.errors.String(), "read anew"); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("nothing came of SIGHUP; standard error:\n%s", &p.errors)
		}
	}
	post()
	for _, f := range []string{trail, trail + ".1"} {
		if text, err := os.ReadFile(f); strings.Count(string(text), "MissingAuthenticationTokenException") != 1 {
			t.Errorf("%s: error %v, %s", f, err, text)
		}
	}
	p.Process.Signal(syscall.SIGTERM)
	if status := p.end(t); status != 0 {
		t.Errorf("exit status %d; standard error:\n%s", status, &p.errors)
	}
}
