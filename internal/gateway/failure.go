package gateway

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/gatewright/gatewright/internal/content"
	"github.com/gatewright/gatewright/internal/gatewayresponse"
	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/turn"
	"github.com/gatewright/gatewright/internal/upstream"
)

// causes say what callers are answered for what steps can fail with. What is not
// here and no failure either is API_CONFIGURATION_ERROR.
var causes = []struct {
	cause   error
	failure gatewayresponse.Failure
}{
	{message.ErrBodyTooLarge, gatewayresponse.Failure{Type: gatewayresponse.RequestTooLarge}},
	{message.ErrBodyMalformed, gatewayresponse.Failure{Status: http.StatusBadRequest, Message: "Bad Request", ErrorType: "BadRequestException"}},
	{message.ErrBodySlow, gatewayresponse.Failure{Status: http.StatusRequestTimeout, Message: "Request Timeout", ErrorType: "RequestTimeoutException"}},
	{turn.ErrBusy, gatewayresponse.Failure{Type: gatewayresponse.Throttled}},
	{integration.ErrLoop, gatewayresponse.Failure{Type: gatewayresponse.IntegrationFailure, Status: http.StatusLoopDetected}},
	{integration.ErrClimbs, gatewayresponse.Failure{Status: http.StatusBadRequest, Message: "Bad Request", ErrorType: "BadRequestException"}},
	{upstream.ErrTimeout, gatewayresponse.Failure{Type: gatewayresponse.IntegrationTimeout}},
	{upstream.ErrProtocol, gatewayresponse.Failure{Type: gatewayresponse.IntegrationFailure, Status: http.StatusBadGateway}},
	{integration.ErrAnswer, gatewayresponse.Failure{Type: gatewayresponse.IntegrationFailure, Status: http.StatusBadGateway}},
	{integration.ErrFunction, gatewayresponse.Failure{Type: gatewayresponse.IntegrationFailure, Status: http.StatusBadGateway}},
	{integration.ErrInvoke, gatewayresponse.Failure{Type: gatewayresponse.IntegrationFailure, Status: http.StatusInternalServerError}},
	{integration.ErrCredentials, gatewayresponse.Failure{Type: gatewayresponse.IntegrationFailure, Status: http.StatusInternalServerError}},
	{content.ErrEncoding, gatewayresponse.Failure{Type: gatewayresponse.UnsupportedMediaType}},
	{integration.ErrEventTooLarge, gatewayresponse.Failure{Type: gatewayresponse.RequestTooLarge}},
}

// failureOf returns the failure that err is, wraps or means, or nil if it says
// that the caller is gone.
func failureOf(err error) *gatewayresponse.Failure {
	switch err.(type) {
	case gatewayresponse.Type, *gatewayresponse.Failure: // nothing to find out
		return gatewayresponse.Of(err)
	}
	for i := range causes {
		if errors.Is(err, causes[i].cause) {
			f := causes[i].failure
			f.Cause = err
			return &f
		}
	}
	var backend *upstream.NetworkError
	switch {
	case errors.As(err, &backend) && unreachable(err) != "":
		return &gatewayresponse.Failure{Type: gatewayresponse.APIConfigurationError, Cause: advised(err)}
	case errors.As(err, &backend):
		return &gatewayresponse.Failure{Type: gatewayresponse.IntegrationFailure, Cause: err}
	case callerLeft(err):
		return nil
	}
	return gatewayresponse.Of(err)
}

// unreachable says, in the words of the service's logs, why a backend cannot be
// had at the address that its owner configured: nobody has that name, who has it
// does not show that he is the one, or TLS is not to be had with him. "": it is none
// of this. The service calls these errors of configuration and answers 500.
// [recorded on AWS; AWS Knowledge Center, "SSL certificates with backend
// integration"; of alerts and plain text reports of its users]
func unreachable(err error) string {
	var name *net.DNSError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var certificate *tls.CertificateVerificationError
	var plain tls.RecordHeaderError
	var alert *net.OpError
	switch {
	case errors.As(err, &name) && name.IsNotFound:
		return "Invalid endpoint address"
	case errors.As(err, &host):
		return fmt.Sprintf("Host name '%s' does not match the certificate subject provided by the peer (%s)", host.Host, host.Certificate.Subject)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed"
	case errors.As(err, &certificate):
		return "PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: " +
			"unable to find valid certification path to requested target"
	case errors.As(err, &plain):
		return "Unrecognized SSL message, plaintext connection?"
	case errors.As(err, &alert) && alert.Op == "remote error":
		return "Received fatal alert: " + strings.ReplaceAll(strings.TrimPrefix(alert.Err.Error(), "tls: "), " ", "_")
	}
	return ""
}

// advised adds to an error what its operator may do about it.
func advised(err error) error {
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return fmt.Errorf("%w; --ca-file names authorities that are believed", err)
	}
	return err
}

// callerLeft reports whether an error that is none of a backend's says that the
// caller is gone: his connection broke, or his body ended before its end.
func callerLeft(err error) bool {
	var network net.Error
	return errors.Is(err, upstream.ErrCallerLeft) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network)
}

// unknownAPI is the answer for an id that no API has. AWS has none: its DNS does
// not know such a host.
func unknownAPI(id string) error {
	return &gatewayresponse.Failure{
		Status: http.StatusNotFound, ErrorType: "NotFoundException",
		Message: fmt.Sprintf("The API id '%s' does not correspond to a deployed API Gateway API", id),
	}
}

// unavailable is the answer while the store is away and what is asked for is not
// known yet.
func unavailable(cause error) error {
	return &gatewayresponse.Failure{
		Status: http.StatusServiceUnavailable, ErrorType: "ServiceUnavailableException",
		Message: "Service Unavailable", Cause: cause,
	}
}

// fail answers with the gateway response of a failure. A caller who is gone is
// not answered.
func (x *exchange) fail(err error) {
	closeStream(&x.backend)
	closeStream(x.response)
	f := failureOf(err)
	if f == nil {
		*x.response = message.Response{Status: message.StatusCallerLeft, Header: x.response.Header[:0], Body: x.response.Body[:0]}
		return
	}
	set := gatewayresponse.BuiltIn
	if x.plan != nil {
		set = x.plan.failures
	}
	set.Render(f, &x.scope, x.response)
	x.gateway.why.log(x, f)
}
