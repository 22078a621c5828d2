package gateway

import (
	"io"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatewright/gatewright/internal/integration"
	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/internal/restapi"
)

// TestExecutionLog shows what a stage's setting of a method logs. The lines and
// their order are recorded on AWS.
func TestExecutionLog(t *testing.T) {
	backend := serve(t, ok(`{"id": 1}`, "X-B: 1"))
	m := templated("http://"+backend.address+"/a", `{"q": "$input.params('q')"}`, `{"is": $input.path('$.id')}`)
	broken := templated("http://"+backend.address, "#if(", "")
	const secret = "Bearer 0123456789abcdef"
	whole := []string{
		"Extended Request Id: {extended}",
		"Verifying Usage Plan for request: {id}. API Key: **************567890 API Stage: " + api + "/prod",
		"API Key authorized because method 'POST /x/{p}' does not require API Key. Request will not contribute to throttle or quota limits",
		"Usage Plan check succeeded for API Key **************567890 and API Stage " + api + "/prod",
		"Starting execution for request: {id}",
		"HTTP Method: POST, Resource Path: /x/{p}",
		"Method request path: {p=1}",
		"Method request query string: {q=2}",
		"*Method request headers: {Host=" + api + ".execute-api.localhost, Authorization=*****************abcdef, x-api-key=**************567890}",
		"*Method request body before transformations: sent",
		"Endpoint request URI: http://{backend}/a",
		"*Endpoint request headers: {Accept=application/json, User-Agent=AmazonAPIGateway_" + api +
			", Content-Type=application/json, X-Amzn-Trace-Id={trace}, X-Amzn-Apigateway-Api-Id=" + api + "}",
		`*Endpoint request body after transformations: {"q": "2"}`,
		"Sending request to http://{backend}/a",
		"Received response. Status: 200, Integration latency: {n} ms",
		"*Endpoint response headers: {Content-Length=9, X-B=1}",
		`*Endpoint response body before transformations: {"id": 1}`,
		`*Method response body after transformations: {"is": 1}`,
		"*Method response headers: {Content-Type=application/json, X-Amzn-Trace-Id={trace}}",
		"Successfully completed execution",
		"Method completed with status: 200",
	}
	failed := []string{
		"Template: application/json:1:5: unexpected end of template",
		"Execution failed due to configuration error: Unable to transform request",
		"Method completed with status: 500",
	}
	for _, c := range []struct {
		name   string
		set    *restapi.MethodSetting
		target string
		want   []string
	}{
		{"nothing", &restapi.MethodSetting{LoggingLevel: "OFF", DataTraceEnabled: true}, "/prod/x/1?q=2", nil},
		{"no setting", nil, "/prod/x/1?q=2", nil},
		{"all", &restapi.MethodSetting{LoggingLevel: "INFO"}, "/prod/x/1?q=2", steps(whole, false)},
		{"all with data", &restapi.MethodSetting{LoggingLevel: "INFO", DataTraceEnabled: true}, "/prod/x/1?q=2", steps(whole, true)},
		{"errors, of what is fine", &restapi.MethodSetting{LoggingLevel: "ERROR", DataTraceEnabled: true}, "/prod/x/1?q=2", nil},
		{"errors", &restapi.MethodSetting{LoggingLevel: "ERROR"}, "/prod/broken", failed},
		{"no method", &restapi.MethodSetting{LoggingLevel: "INFO"}, "/prod/none", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			log := new(lines)
			b := start(t, "", func(c *Config) { c.Executions = log })
			st := prod()
			if c.set != nil {
				unlimited(c.set)
				st.MethodSettings = map[string]*restapi.MethodSetting{"*/*": c.set}
			}
			b.deploy(methods(map[string]*restapi.Method{"POST /x/{p}": m, "POST /broken": broken}), st)
			b.send(sentRequest{method: "POST", target: c.target, body: "sent", header: message.Header{
				{Name: "Authorization", Value: secret}, {Name: "x-api-key", Value: "12345678901234567890"},
			}})
			b.Close() // waits for the log
			var got []string
			for line := range strings.Lines(log.String()) {
				got = append(got, execution(t, line))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCredentialsInLogs shows that the end alone is told of what proves who
// somebody is.
func TestCredentialsInLogs(t *testing.T) {
	for _, name := range []string{"Authorization", "proxy-authorization", "X-Amz-Security-Token", "x-api-key"} {
		want := "{" + name + "=*****************abcdef}"
		if got := fieldsText(message.Header{{Name: name, Value: "Bearer 0123456789abcdef"}}); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// TestExecutionLogLines shows that nothing that a caller sends begins a line of the
// log.
func TestExecutionLogLines(t *testing.T) {
	log := new(lines)
	b := start(t, "", func(c *Config) { c.Executions = log })
	st := prod()
	st.MethodSettings = map[string]*restapi.MethodSetting{"*/*": {LoggingLevel: "INFO", DataTraceEnabled: true}}
	unlimited(st.MethodSettings["*/*"])
	b.deploy(methods(map[string]*restapi.Method{"POST /x": mocked("200", "")}), st)
	b.send(sentRequest{method: "POST", target: "/prod/x?a=b%0Aforged%1B[2J", header: message.Header{{Name: "X-A", Value: "\x9b2J"}}, body: "{\r\nforged\u0085}"})
	b.send(sentRequest{method: "POST", target: "/prod/x", body: "\x89PNG\r\n"})
	b.Close() // waits for the log
	for line := range strings.Lines(log.String()) {
		execution(t, line)
	}
	for _, want := range []string{`{a=b\nforged\x1b[2J}`, "X-A=\uFFFD2J", "before transformations: [Binary Data]\n", `{\r\nforged\u0085}`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not have %s:\n%s", want, log)
		}
	}
}

// TestExecutionLogOfService shows that the log ends with the id that a service of
// AWS gave the call. [recorded on AWS]
func TestExecutionLogOfService(t *testing.T) {
	backend := serve(t, ok("{}", "x-amzn-RequestId: aws-1"))
	log := new(lines)
	b := start(t, "", func(c *Config) {
		c.Executions = log
		c.Services = integration.NewServices(c.Upstream, integration.Endpoints{Rest: "http://" + backend.address}, nil)
	})
	m := templated("arn:aws:apigateway:eu-west-1:kinesis:action/ListStreams", "{}", "")
	m.MethodIntegration.Type = "AWS"
	st := prod()
	st.MethodSettings = map[string]*restapi.MethodSetting{"*/*": {LoggingLevel: "INFO"}}
	unlimited(st.MethodSettings["*/*"])
	b.deploy(methods(map[string]*restapi.Method{"POST /streams": m}), st)
	a := b.send(sentRequest{method: "POST", target: "/prod/streams"})
	a.want(t, 200, "{}")
	if id := a.Header.Get("X-Amzn-Trace-Id"); !strings.HasPrefix(id, "Root=") {
		t.Errorf("X-Amzn-Trace-Id is %q; want the trace that the service was told", id)
	}
	b.Close() // waits for the log
	told := log.String()
	for _, line := range []string{
		") Endpoint request URI: http://" + backend.address + "/?Action=ListStreams\n",
		") AWS Integration Endpoint RequestId : aws-1\n",
	} {
		if !strings.Contains(told, line) {
			t.Errorf("the log has no %q:\n%s", line, told)
		}
	}
}

// steps leaves out the lines that hold data.
func steps(lines []string, data bool) (kept []string) {
	for _, line := range lines {
		line, isData := strings.CutPrefix(line, "*")
		if data || !isData {
			kept = append(kept, line)
		}
	}
	return kept
}

func unlimited(s *restapi.MethodSetting) { s.ThrottlingRateLimit, s.ThrottlingBurstLimit = -1, -1 }

var (
	executionLine = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z API-Gateway-Execution-Logs_` + api + `/prod \({id}\) `)
	extended      = regexp.MustCompile(`Id: [A-Za-z0-9_-]{15}=$`)
)

// execution returns a line without what differs from run to run.
func execution(t *testing.T, line string) string {
	t.Helper()
	line = strings.TrimSuffix(said(t, line), "\n")
	if !executionLine.MatchString(line) {
		t.Errorf("line %q has no time, group and request", line)
	}
	return extended.ReplaceAllString(executionLine.ReplaceAllString(line, ""), "Id: {extended}")
}

// TestExecutionLogIsBounded shows that nobody waits for a log that is not
// written, and that what is left out is counted.
func TestExecutionLogIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log lines
		r, w := io.Pipe()
		e := newExecutions(w, slog.New(slog.NewTextHandler(&log, nil)))
		go e.write(t.Context())
		for range mostQueued + 11 {
			e.add("line\n")
			synctest.Wait() // the first is being written, for ever so long
		}
		go io.Copy(io.Discard, r)
		synctest.Wait()
		if want := "left_out=10"; !strings.Contains(log.String(), want) {
			t.Errorf("log %q, want %s", log.String(), want)
		}
		w.Close()
		for range 21 {
			e.add("line\n")
			time.Sleep(time.Second / 10)
		}
		synctest.Wait()
		if told := strings.Count(log.String(), "cannot be written"); told != 2 || !strings.Contains(log.String(), "left_out=10\n") {
			t.Errorf("told %d times in two seconds, want twice, and how much is lost:\n%s", told, log.String())
		}
	})
}
