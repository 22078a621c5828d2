package control

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
)

// toSTS reports whether a request has the form of those to STS.
func toSTS(r *http.Request) bool { return r.Method == http.MethodPost && r.URL.Path == "/" }

// serveSTS answers GetCallerIdentity of STS, which Terraform asks before it
// does anything else. Of that service there is no more here.
func (h *Handler) serveSTS(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	form, _ := url.ParseQuery(string(body))
	if action := form.Get("Action"); err != nil || action != "GetCallerIdentity" {
		h.fail(w, r, &failure{
			http.StatusNotFound, "UnknownOperationException",
			"This is Gatewright, which answers for Amazon API Gateway (apigateway) and, of STS, for GetCallerIdentity alone",
		})
		return
	}
	v := visitOf(r)
	identity := callerIdentity{
		ARN: "arn:" + partition(v.ns.Region) + ":iam::" + v.ns.Account + ":root", UserID: v.ns.Account, Account: v.ns.Account,
		RequestID: w.Header().Get(requestIDHeader),
	}
	if v.user != nil {
		identity.ARN, identity.UserID = v.user.ARN(partition(v.ns.Region)), v.user.Name
	}
	w.Header().Set("Content-Type", "text/xml")
	xml.NewEncoder(w).Encode(identity)
}

type callerIdentity struct {
	XMLName   xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	ARN       string   `xml:"GetCallerIdentityResult>Arn"`
	UserID    string   `xml:"GetCallerIdentityResult>UserId"`
	Account   string   `xml:"GetCallerIdentityResult>Account"`
	RequestID string   `xml:"ResponseMetadata>RequestId"`
}
