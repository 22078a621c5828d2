package gatewayresponse

import (
	"github.com/gatewright/gatewright/internal/mapping"
	"github.com/gatewright/gatewright/internal/message"
)

// Render writes the response to a failure: the only place that does. It sets
// what sc says of the error, appends the body to r.Body[:0] and closes a
// stream that r had. It cannot fail: references without a value are empty, and
// headers that cannot be sent are left out.
func (s *Set) Render(f *Failure, sc *mapping.Scope, r *message.Response) {
	describe(f, sc)
	a := s.answers[f.Type]
	r.Status = a.statusOf(f)
	chosen := mapping.ChooseByAccept(accept(sc), a.contentTypes)
	r.Header = a.appendHeader(r.Header[:0], sc, a.contentTypes[chosen])
	r.Header = appendField(r.Header, "x-amzn-ErrorType", f.errorType())
	r.Header = appendField(r.Header, "x-amzn-RequestId", sc.Context.RequestID)
	r.Header = appendField(r.Header, "x-amz-apigw-id", sc.Context.ExtendedRequestID)
	a.templates[chosen].write(sc, r)
}

// describe fills in $context.error.
func describe(f *Failure, sc *mapping.Scope) {
	e := mapping.Error{ResponseType: f.Type.String(), ValidationErrorString: f.Validation}
	e.Message, e.HasMessage = f.message()
	sc.Context.Error = e
}

func (a *answer) statusOf(f *Failure) int {
	switch {
	case a.status != 0:
		return finalStatus(a.status)
	case f.Status != 0:
		return finalStatus(f.Status)
	default:
		return finalStatus(f.Type.Status())
	}
}

func accept(sc *mapping.Scope) string {
	if sc.Request == nil {
		return ""
	}
	return sc.Request.Header.Get("Accept")
}

// appendHeader appends the owner's headers and the content type, which is the
// template's unless the owner has set it.
func (a *answer) appendHeader(h message.Header, sc *mapping.Scope, contentType string) message.Header {
	typed := false
	for i := range a.headers {
		if f, ok := a.headers[i].Field(sc); ok {
			h = append(h, f)
			typed = typed || message.EqualFold(f.Name, "Content-Type")
		}
	}
	if !typed {
		h = appendField(h, "Content-Type", contentType)
	}
	return h
}

func appendField(h message.Header, name, value string) message.Header {
	if value == "" || !message.ValidValue(value) {
		return h
	}
	return append(h, message.Field{Name: name, Value: value})
}

// write makes the body. HEAD gets its length alone, and 204, 205 and 304 have
// none.
func (t template) write(sc *mapping.Scope, r *message.Response) {
	if r.Stream != nil {
		r.Stream.Close()
		r.Stream, r.StreamLen = nil, 0
	}
	r.OmitBody, r.BodyLen = false, 0
	r.Body = r.Body[:0]
	if r.Status == 204 || r.Status == 205 || r.Status == 304 {
		return
	}
	r.Body = t.append(r.Body, sc)
	if sc.Request != nil && sc.Request.Method == "HEAD" {
		r.OmitBody, r.BodyLen = true, int64(len(r.Body))
		r.Body = r.Body[:0]
	}
}
