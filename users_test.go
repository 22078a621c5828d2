package gatewright_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/gatewright/gatewright"
	"github.com/gatewright/gatewright/internal/gatewrighttest"
)

const onlyAlice = `users:
- name: alice
  keys: [{id: AKIAALICEEXAMPLE0001, secret: s3cret}]
  policies: [{name: all, document: {Statement: {Effect: Allow, Action: "apigateway:*", Resource: "*"}}}]
`

// With users, the control plane may listen for the world, under any name: it
// answers those who sign and nobody else. The data plane asks nobody.
func TestUsers(t *testing.T) {
	file := write(t, onlyAlice)
	s := gatewrighttest.Start(t, func(s *gatewright.Server) {
		s.Control, s.Users, s.Account = "0.0.0.0:0", file, "111122223333"
	})
	url := s.ControlURL()
	if status, body := signed(t, "GET", url+"/restapis", "", "s3cret"); status != 200 {
		t.Errorf("alice: got %d %s", status, body)
	}
	if status, body := signed(t, "GET", url+"/restapis/none", "", "s3cret"); !strings.Contains(body, "111122223333:none") {
		t.Errorf("alice is in no account of the server: got %d %s", status, body)
	}
	if status, body := signed(t, "GET", url+"/restapis", "", "secret"); status != 403 {
		t.Errorf("with a wrong secret: got %d %s", status, body)
	}
	answer, err := http.Get(url + "/restapis")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if got := answer.Header.Get("x-amzn-ErrorType"); answer.StatusCode != 403 || got != "MissingAuthenticationTokenException" {
		t.Errorf("unsigned: got %d %s", answer.StatusCode, got)
	}

	if err := os.WriteFile(file, []byte("users: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, body := signed(t, "GET", url+"/restapis", "", "s3cret"); status != 403 {
		t.Errorf("alice was removed: got %d %s", status, body)
	}
	if err := os.WriteFile(file, []byte("users: [{nam: bob}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Reload(); err == nil {
		t.Error("a bad file was read anew without an error")
	}
}

func TestUsersThatCannotBeRead(t *testing.T) {
	for name, file := range map[string]string{
		"no file": filepath.Join(t.TempDir(), "none"), "a bad file": write(t, "users: 7"),
	} {
		s := &gatewright.Server{Control: "127.0.0.1:0", Users: file}
		if err := s.Start(context.Background()); !errors.Is(err, gatewright.ErrUsers) {
			t.Errorf("%s: got %v", name, err)
			s.Close()
		}
	}
}

func TestAuditTrail(t *testing.T) {
	trail := filepath.Join(t.TempDir(), "audit.jsonl")
	s := gatewrighttest.Start(t, func(s *gatewright.Server) { s.Users, s.Audit = write(t, onlyAlice), trail })
	create := func(secret string) {
		signed(t, "POST", s.ControlURL()+"/restapis", `{"name": "n", "description": "a secret"}`, secret)
	}
	create("s3cret")
	create("wrong")
	signed(t, "GET", s.ControlURL()+"/restapis", "", "s3cret")
	if err := os.Rename(trail, trail+".1"); err != nil {
		t.Fatal(err)
	}
	create("s3cret")
	if err := s.Reload(); err != nil {
		t.Fatal(err)
	}
	create("s3cret")

	const made, refused = "CreateRestApi arn:aws:iam::123456789012:user/alice 127.0.0.1 201 ", "  127.0.0.1 403 InvalidSignatureException"
	if got, want := strings.Join(events(t, trail+".1"), "\n"), strings.Join([]string{made, refused, made}, "\n"); got != want {
		t.Errorf("before the file was moved away: got\n%s\nwant\n%s", got, want)
	}
	if got := strings.Join(events(t, trail), "\n"); got != made {
		t.Errorf("after: got\n%s\nwant\n%s", got, made)
	}
	for _, file := range []string{trail, trail + ".1"} {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: mode %v, error %v", file, info.Mode(), err)
		}
		if text, _ := os.ReadFile(file); strings.Contains(string(text), "secret") {
			t.Errorf("the trail tells what was sent:\n%s", text)
		}
	}
}

// events are the lines of a trail, in short.
func events(t *testing.T, file string) (all []string) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e struct {
			EventName, SourceIPAddress, ErrorCode string
			HTTPStatus                            json.Number
			UserIdentity                          struct{ ARN string }
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatalf("%s: %v", lines.Text(), err)
		}
		all = append(all, strings.Join([]string{e.EventName, e.UserIdentity.ARN, e.SourceIPAddress, e.HTTPStatus.String(), e.ErrorCode}, " "))
	}
	return all
}

func write(t *testing.T, text string) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "users.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// signed sends a request of alice's, signed as the AWS SDK for Go does.
func signed(t *testing.T, method, url, body, secret string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	credentials := aws.Credentials{AccessKeyID: "AKIAALICEEXAMPLE0001", SecretAccessKey: secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, hash(body), "apigateway", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text)
}

func hash(body string) string {
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:])
}
