package sigv4_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/gatewright/gatewright/sigv4"
)

// A handler that lets in those who sign.
func Example() {
	keys := map[string]sigv4.Key{
		"AKIDEXAMPLE": {Secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Owner: "alice"},
	}
	v := &sigv4.Verifier{
		Services: []string{"execute-api"},
		Keys: func(id string) (sigv4.Key, error) {
			key, ok := keys[id]
			if !ok {
				return sigv4.Key{}, sigv4.ErrUnknownKey
			}
			return key, nil
		},
	}
	hello := func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 10<<20))
		if err != nil {
			return
		}
		who, err := v.Verify(sigv4.FromHTTP(r, body))
		if refused, ok := errors.AsType[*sigv4.Error](err); ok {
			w.Header().Set("x-amzn-ErrorType", refused.Type)
			http.Error(w, refused.Message, http.StatusForbidden)
			return
		}
		if err != nil {
			http.Error(w, "", http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "hello %s\n", who.Owner)
	}

	answer := httptest.NewRecorder()
	hello(answer, httptest.NewRequest("GET", "/hello", nil)) // nobody has signed it
	fmt.Println(answer.Code, answer.Header().Get("x-amzn-ErrorType"))
	// Output: 403 MissingAuthenticationTokenException
}

func ExampleVerifier_Verify() {
	v := &sigv4.Verifier{
		Keys: func(string) (sigv4.Key, error) { return sigv4.Key{}, sigv4.ErrUnknownKey },
	}
	_, err := v.Verify(sigv4.Request{Method: "GET", Path: "/restapis", Host: "apigateway.us-east-1.amazonaws.com"})
	fmt.Println(err)
	// Output: MissingAuthenticationTokenException: Missing Authentication Token
}
