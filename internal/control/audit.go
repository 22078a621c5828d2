package control

import (
	"net/http"
	"time"
)

// An Event is a line of the audit trail: a call that changes something, or
// would, and its answer. Its members have the names of CloudTrail's records.
// There is nothing in it of the query or the body.
type Event struct {
	Time      time.Time `json:"eventTime"`
	Name      string    `json:"eventName,omitempty"` // the operation; "": it did not come as far
	Source    string    `json:"eventSource"`
	Region    string    `json:"awsRegion"`
	Account   string    `json:"recipientAccountId"`
	Identity  Identity  `json:"userIdentity"`
	SourceIP  string    `json:"sourceIPAddress"`
	UserAgent string    `json:"userAgent,omitempty"`
	RequestID string    `json:"requestID"`
	Method    string    `json:"httpMethod"`
	Path      string    `json:"path"` // escaped
	Status    int       `json:"httpStatus"`
	ErrorCode string    `json:"errorCode,omitempty"`
}

// An Identity is who made a call. One of the type Unknown has not proved that
// the key is his.
type Identity struct {
	Type        string `json:"type"` // IAMUser or Unknown
	ARN         string `json:"arn,omitempty"`
	AccountID   string `json:"accountId,omitempty"`
	AccessKeyID string `json:"accessKeyId,omitempty"`
	UserName    string `json:"userName,omitempty"`
}

// changes reports whether a request could change something.
func changes(r *http.Request) bool {
	return r.Method != http.MethodGet && r.Method != http.MethodHead && !toSTS(r)
}

// audited answers a request and hands its event on before anybody has the
// answer.
func (h *Handler) audited(w http.ResponseWriter, r *http.Request) {
	at := h.now()
	answered := &answered{ResponseWriter: w}
	h.admit(answered, r)
	v := visitOf(r)
	h.audit(Event{
		Time: at.UTC(), Name: v.operation, Source: "apigateway.amazonaws.com",
		Region: v.ns.Region, Account: v.ns.Account, Identity: v.identity(r),
		SourceIP: host(r.RemoteAddr), UserAgent: r.UserAgent(), RequestID: w.Header().Get(requestIDHeader),
		Method: r.Method, Path: r.URL.EscapedPath(), Status: answered.status, ErrorCode: w.Header().Get(errorTypeHeader),
	})
}

func (v *visit) identity(r *http.Request) Identity {
	if v.user == nil {
		s, _ := credentialScope(r)
		return Identity{Type: "Unknown", AccessKeyID: s.accessKey}
	}
	return Identity{
		Type: "IAMUser", ARN: v.user.ARN(partition(v.ns.Region)), AccountID: v.user.Account,
		AccessKeyID: v.accessKeyID, UserName: v.user.Name,
	}
}

// An answered remembers the status.
type answered struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (a *answered) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}
