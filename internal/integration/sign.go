package integration

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/gatewright/gatewright/internal/upstream"
)

// ErrCredentials says that a call could not be signed, because the credentials
// that there ought to be could not be had.
var ErrCredentials = errors.New("credentials for a service of AWS cannot be had")

// A signer signs calls of AWS's services, if there are credentials.
type signer struct {
	credentials aws.CredentialsProvider // nil: calls go unsigned
	v4          *v4.Signer
}

func newSigner(credentials aws.CredentialsProvider) *signer {
	return &signer{credentials, v4.NewSigner()}
}

// A scope is what a signature is for.
type scope struct {
	service string // the name that is signed for
	region  string
	plain   bool // the path is signed as it is sent, which S3 alone asks for
}

// credentialsTimeout is how long credentials may be waited for where a call has
// no time-out of its own.
const credentialsTimeout = 29 * time.Second

// signatureFields are those that a signature adds to a call.
var signatureFields = []string{"Authorization", "X-Amz-Date", "X-Amz-Content-Sha256", "X-Amz-Security-Token"}

// sign adds a signature to a call, over its target, its Host, its Content-Type,
// its X-Amz-… fields and its body.
func (s *signer) sign(call *upstream.Call, of scope, now time.Time) error {
	if s.credentials == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), cmp.Or(call.Timeout, credentialsTimeout))
	defer cancel()
	credentials, err := s.credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCredentials, err)
	}
	target, err := url.ParseRequestURI(call.Target)
	if err != nil {
		return err
	}
	r := &http.Request{Method: call.Method, URL: target, ContentLength: int64(len(call.Body)), Header: http.Header{}}
	for _, f := range call.Header {
		if f.Name == "Host" {
			r.Host = f.Value
		} else if signedField(f.Name) {
			r.Header.Add(f.Name, f.Value)
		}
	}
	sum := sha256.Sum256(call.Body)
	hash := hex.EncodeToString(sum[:])
	r.Header.Set("X-Amz-Content-Sha256", hash)
	err = s.v4.SignHTTP(ctx, credentials, r, hash, of.service, of.region, now,
		func(o *v4.SignerOptions) { o.DisableURIPathEscaping = of.plain })
	if err != nil {
		return err
	}
	for _, name := range signatureFields {
		if v := r.Header.Get(name); v != "" {
			call.Header.Add(name, v)
		}
	}
	return nil
}

// signedField reports whether a field of a call is a part of its signature,
// besides Host.
func signedField(name string) bool {
	const prefix = "X-Amz-"
	return strings.EqualFold(name, "Content-Type") || len(name) > len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}
