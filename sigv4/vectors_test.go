package sigv4_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/sigv4"
)

// signed is when all vectors were signed.
var signed = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

const (
	keyID  = "AKIDEXAMPLE"
	secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	token  = "FwoGZXIvYXdzEXAMPLE//////////token+with/odd=characters=="
)

// A vector is a request as an SDK signed and would have sent it.
type vector struct {
	Name            string
	Service, Region string
	Token           bool // signed with the session token
	Method, Target  string
	Header          [][2]string
	Body            string
	Repeat          int // the body is this many times Body
}

func (v vector) request() sigv4.Request {
	r := sigv4.Request{Method: v.Method, Body: []byte(strings.Repeat(v.Body, max(1, v.Repeat)))}
	r.Path, r.Query, _ = strings.Cut(v.Target, "?")
	for _, f := range v.Header {
		if strings.EqualFold(f[0], "host") {
			r.Host = f[1]
		}
		r.Header = append(r.Header, sigv4.Field{Name: f[0], Value: f[1]})
	}
	return r
}

// verifier knows the vectors' key, with or without its session token.
func verifier(withToken bool) *sigv4.Verifier {
	key := sigv4.Key{Secret: secret, Owner: "alice"}
	if withToken {
		key.Token = token
	}
	return &sigv4.Verifier{
		Keys: func(id string) (sigv4.Key, error) {
			if id != keyID {
				return sigv4.Key{}, sigv4.ErrUnknownKey
			}
			return key, nil
		},
		Now: func() time.Time { return signed.Add(30 * time.Second) },
	}
}

// vectors reads what an SDK's signer made of a table of odd requests.
func vectors(t testing.TB, file string) []vector {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all struct {
		Signer  string
		Vectors []vector
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	for i := range all.Vectors {
		v := &all.Vectors[i]
		if v.Service == "" {
			v.Service = "apigateway"
		}
		if v.Region == "" {
			v.Region = "us-east-1"
		}
	}
	return all.Vectors
}

func vectorFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	return files
}

// Signatures made by the SDKs for Python, JavaScript and Java.
func TestVectors(t *testing.T) {
	for _, file := range vectorFiles(t) {
		for _, c := range vectors(t, file) {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".json")+"/"+c.Name, func(t *testing.T) {
				who, err := verifier(c.Token).Verify(c.request())
				if err != nil {
					t.Fatalf("%s %s\n%q\n%v", c.Method, c.Target, c.Header, err)
				}
				if who.AccessKeyID != keyID || who.Owner != "alice" || who.Region != c.Region || who.Service != c.Service ||
					!who.Signed.Equal(signed) || who.Temporary != c.Token || who.Presigned != strings.Contains(c.Target, "X-Amz-Signature") {
					t.Errorf("identity %+v of %+v", who, c)
				}
			})
		}
	}
}
