// Package sigv4 checks the AWS Signature Version 4 of requests that arrive: who
// signed this, and is it still what he signed? It is the server's half of the
// protocol; clients sign with an AWS SDK.
//
// A [Verifier] is told where keys are found and which services and regions it
// stands for:
//
//	v := &sigv4.Verifier{
//		Keys:     func(id string) (sigv4.Key, error) { … },
//		Services: []string{"execute-api"},
//	}
//	who, err := v.Verify(sigv4.FromHTTP(r, body))
//
// It takes a [Request] of its own, because a signature covers what was sent:
// the escaped path, the query with its empty and repeated parameters, the
// header fields in their order. [FromHTTP] makes one of a server's
// *http.Request.
//
// # What is accepted
//
// Signatures in the Authorization header and in the query (presigned URLs), by
// keys with or without a session token. A request must be signed with its Host
// and with every x-amz-* field that it carries, and its body is always part of
// what was signed: UNSIGNED-PAYLOAD and the STREAMING forms are refused, since
// of the services of AWS only few take them.
//
// A signature in the header holds for [DefaultSkew] before and after its time.
// One in the query holds for as long as its X-Amz-Expires says, seven days at
// the most, and for the skew where it says nothing.
//
// # Spellings
//
// One request can be written down for signing in more ways than one, and the
// SDKs do differ: those for Python, JavaScript and Java remove empty and dot
// segments from the path first, the one for Go does not; the one for Python
// signs the query as it is spelt, the others encode it anew; the one for Go
// keeps tabs in header fields. The Verifier tries the documented form, and
// where they differ those of Go and Python too. So /a//b can carry a signature
// of /a/b. Whoever decides by path should decide by the one that was sent, or
// refuse paths that are not clean.
//
// # Errors
//
// Whatever is wrong with a request is an [*Error] with the type and the text
// that AWS answers with. An error of any other kind comes from the function
// Keys, and is no fault of the caller's.
package sigv4
