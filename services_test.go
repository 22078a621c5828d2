package gatewright

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/restapi"
)

// TestOwnAddressIsLeftOut shows that what somebody set for his AWS clients, our
// own address, is not where services of AWS are called, and that the log says so.
func TestOwnAddressIsLeftOut(t *testing.T) {
	var log bytes.Buffer
	s := &Server{Control: "127.0.0.1:0", Gateway: "0.0.0.0:0", ControlHosts: []string{"gateway.internal"}, Log: slog.New(slog.NewTextHandler(&log, nil))}
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, control, _ := strings.Cut(strings.TrimPrefix(s.ControlURL(), "http://"), ":")
	_, world, _ := strings.Cut(strings.TrimPrefix(s.GatewayURL(), "http://"), ":")
	for address, own := range map[string]bool{
		s.ControlURL():                         true,
		"http://localhost:" + control:          true,
		"http://sqs.localhost.:" + control:     true,
		"http://[::ffff:127.0.0.1]:" + control: true,
		"http://gateway.internal:" + control:   true,
		"https://127.0.0.1:" + world + "/x":    true,
		"http://0.0.0.0:" + world:              true,
		"http://127.0.0.1":                     false,
		"https://sqs.example":                  false,
		"http://192.0.2.7:" + world:            false,
		"http://cloud:" + control:              false,
		"http://127.0.0.2:" + control:          false,
	} {
		log.Reset()
		s.ServiceURLs, s.Services = map[string]string{"SQS": address}, address
		for _, service := range []string{"sqs", "sns"} {
			_, err := s.services().Service(&restapi.Integration{URI: "arn:aws:apigateway:us-east-1:" + service + ":path/q"}, nil)
			if errors.Is(err, integration.ErrNoEndpoint) != own || err != nil && !own {
				t.Errorf("%s at %s: %v; want it left out: %v", service, address, err, own)
			}
		}
		s.Lambda = address
		lambda, err := s.lambda()
		if err == nil {
			_, err = lambda.Function("arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations")
		}
		if errors.Is(err, integration.ErrNoEndpoint) != own || err != nil && !own {
			t.Errorf("lambda at %s: %v; want it left out: %v", address, err, own)
		}
		if told := strings.Contains(log.String(), address); told != own {
			t.Errorf("%s: the log has it: %v; want %v\n%s", address, told, own, &log)
		}
	}
}
