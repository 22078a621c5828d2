package integration

import (
	"strings"

	"github.com/gatewright/gatewright/internal/message"
)

// names is a set of header names, by length and then without case: most fields
// of a message are told from it by their length alone.
type names [32][]string

func namesOf(list ...string) *names {
	var set names
	for _, name := range list {
		set[len(name)] = append(set[len(name)], name)
	}
	return &set
}

func (n *names) has(name string) bool {
	if len(name) >= len(n) {
		return false
	}
	for _, member := range n[len(name)] {
		if message.EqualFold(member, name) {
			return true
		}
	}
	return false
}

// What becomes of a caller's fields on their way to a backend. [recorded on AWS]
var (
	// droppedOnArrival end at the gateway, whatever the integration. Keep-Alive
	// and Proxy-Connection are our choice: they are about the caller's connection.
	droppedOnArrival = namesOf("Connection", "Content-Length", "Content-MD5", "Expect", "Keep-Alive",
		"Max-Forwards", "Proxy-Authenticate", "Proxy-Connection", "Server", "TE", "Transfer-Encoding", "Trailer", "Upgrade", "WWW-Authenticate")

	// notProxied are not handed on by HTTP_PROXY. A mapping may set them. So it
	// is with Content-Encoding, unless there is a body that it is about.
	notProxied = namesOf("Host", "Via")

	// added are written by the gateway itself, in the place of the caller's.
	added = union(ours, namesOf("X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"))

	// ours are those of them that neither mappings nor templates set.
	ours = namesOf("X-Amzn-Trace-Id", "X-Amzn-Apigateway-Api-Id")

	// droppedAfterMapping are left out of a call even if a mapping sets them, as
	// is Via with HTTP. What is about the connection and the length of the body
	// is written by the upstream client.
	droppedAfterMapping = namesOf("Connection", "Content-Length", "Expect", "Proxy-Authenticate", "TE",
		"Transfer-Encoding")
)

// remappedPrefix begins the name of a backend's field that callers must not
// take for the gateway's own.
const remappedPrefix = "x-amzn-Remapped-"

// What becomes of a backend's fields on their way to the caller. [recorded on
// AWS; WWW-Authenticate on proxies from reports of their users]
var (
	remapped = map[string]*names{
		"HTTP_PROXY": namesOf("Connection", "Content-Length", "Date", "Server", "WWW-Authenticate", "x-amzn-requestid"),
		"AWS_PROXY":  namesOf("Connection", "Content-Length", "Date", "Server", "WWW-Authenticate"),
		"HTTP":       remappedWhenMapped,
		"AWS":        remappedWhenMapped,
		"MOCK":       remappedWhenMapped,
	}
	remappedWhenMapped = namesOf("Connection", "Content-Length", "Date", "Server", "Authorization", "Content-MD5",
		"Expect", "Host", "Max-Forwards", "Proxy-Authenticate", "Trailer", "Upgrade", "User-Agent", "WWW-Authenticate")

	// droppedFromAnswer do not reach the caller. The gateway's own ids are not
	// to be had twice. Content-Encoding, which the service drops as well, goes on
	// here with the body that it is about: bodies are handed on as they come.
	// Keep-Alive, Proxy-Connection and, on proxies, Trailer and Upgrade are our
	// choice: they are about the backend's connection.
	droppedFromAnswer = map[string]*names{
		"HTTP_PROXY": namesOf("Keep-Alive", "Proxy-Connection", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "x-amz-apigw-id"),
		"AWS_PROXY":  namesOf("Keep-Alive", "Proxy-Connection", "Trailer", "Transfer-Encoding", "Upgrade", "x-amzn-RequestId", "x-amz-apigw-id"),
		"HTTP":       droppedWhenMapped,
		"AWS":        droppedWhenMapped,
		"MOCK":       droppedWhenMapped,
	}
	droppedWhenMapped = namesOf("Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "x-amzn-RequestId", "x-amz-apigw-id")
)

// hops are the fields that a sender's Connection names, in lower case: they are
// for the next hop alone. It is nil where Connection says no more than whether
// the connection stays.
type hops map[string]bool

func hopsOf(h message.Header) (all hops) {
	for i := range h {
		if !message.EqualFold(h[i].Name, "Connection") {
			continue
		}
		for name := range strings.SplitSeq(strings.ToLower(h[i].Value), ",") {
			name = strings.Trim(name, " \t")
			if name == "close" || name == "keep-alive" {
				continue // Keep-Alive never passes
			}
			if all == nil {
				all = make(hops)
			}
			all[name] = true
		}
	}
	return all
}

func (h hops) has(name string) bool { return h != nil && h[strings.ToLower(name)] }

// An AnswerRule says under which names a backend's fields reach the caller.
type AnswerRule struct{ dropped, remapped *names }

// AnswerRuleOf returns the rule of an integration type.
func AnswerRuleOf(integrationType string) AnswerRule {
	return AnswerRule{droppedFromAnswer[integrationType], remapped[integrationType]}
}

// Name returns the name that a field has for the caller, or "" if it does not
// reach him.
func (r AnswerRule) Name(name string) string {
	switch {
	case r.dropped.has(name):
		return ""
	case r.remapped.has(name):
		return remappedName(name)
	}
	return name
}

// Apply gives the fields of h the names that they have for the caller, in place.
// Those that h's Connection names are left out.
func (r AnswerRule) Apply(h message.Header) message.Header {
	hops := hopsOf(h)
	kept := h[:0]
	for _, f := range h {
		if hops.has(f.Name) {
			continue
		}
		if f.Name = r.Name(f.Name); f.Name != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

// remappedName spares the two fields that nearly every backend sends from being
// put together each time.
func remappedName(name string) string {
	switch name {
	case "Date":
		return remappedPrefix + "Date"
	case "Server":
		return remappedPrefix + "Server"
	case "Content-Length":
		return remappedPrefix + "Content-Length"
	}
	return remappedPrefix + name
}
