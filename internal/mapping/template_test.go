package mapping

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/internal/message"
	"github.com/gatewright/gatewright/jsonpath"
	"github.com/gatewright/gatewright/vtl"
)

// templateCases are where the cases of the language lie, which this package
// runs again with the variables that API Gateway gives them.
const templateCases = "../../vtl/testdata/*.txtar"

// A templateCase is a template with what it is rendered with and what comes
// out: the sections of vtl/testdata/README.md.
type templateCase struct {
	name     string
	sections map[string]string
}

func readCases(t *testing.T) (all []templateCase) {
	t.Helper()
	files, err := filepath.Glob(templateCases)
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parseCases(string(data))...)
	}
	return all
}

func parseCases(text string) (all []templateCase) {
	common := map[string]string{} // sections of all cases in the file
	_, text, _ = strings.Cut("\n"+strings.TrimSuffix(text, "\n"), "\n-- ")
	for part := range strings.SplitSeq(text, "\n-- ") {
		head, data, _ := strings.Cut(part, " --\n")
		name, kind, _ := strings.Cut(head, "/")
		switch {
		case name == "*":
			common[kind] = data
		case kind == "":
			all = append(all, templateCase{name, map[string]string{"": data}})
			for kind, data := range common {
				all[len(all)-1].sections[kind] = data
			}
		default:
			all[len(all)-1].sections[kind] = data
		}
	}
	return all
}

// partial are the cases that print which members $context or $context.identity
// have, and give fewer of them than every request has. TestOrderOfContext shows
// what requests have.
var partial = []string{
	"aws-null-identity-members-empty", "g46", "g65", "g89", "g115", "g185", "g188", "g252", "g269",
}

// given returns the scope of a case that is tried without an exchange.
func (c *templateCase) given(t *testing.T) *Scope {
	t.Helper()
	s := new(Scope)
	s.Sent.Set(c.sections["body"])
	doc := jsonpath.Borrow()
	defer doc.Return()
	if doc.Parse(c.sections["vars"]) != nil {
		return s
	}
	text := func(name string) string { return string(doc.Root().Get(name).AppendJSON(nil)) }
	if err := s.Give(Given{text("context"), text("stageVariables"), text("params")}); err != nil {
		t.Fatal(err)
	}
	return s
}

// exchange returns the scope of a case as one that an exchange has filled in.
func (c *templateCase) exchange(t *testing.T) *Scope {
	t.Helper()
	s := c.given(t)
	s.given = nil
	doc := jsonpath.Borrow()
	defer doc.Return()
	if doc.Parse(c.sections["vars"]) == nil {
		s.Context = contextOf(t, doc.Root().Get("context"))
	}
	return s
}

func contextOf(t *testing.T, given jsonpath.Node) (c Context) {
	t.Helper()
	for name, value := range given.Members() {
		switch name {
		case "requestId":
			c.RequestID = value.String()
		case "stage":
			c.Stage = value.String()
		case "httpMethod":
			c.HTTPMethod = value.String()
		case "identity":
			c.SourceIP = value.Get("sourceIp").String()
			c.UserAgent = value.Get("userAgent").String()
		case "authorizer":
			c.Authorizer = authorizerOf(value)
		case "isCanaryRequest":
			c.IsCanaryRequest = value.String()
		case "requestOverride", "responseOverride":
		default:
			t.Fatalf("a case gives $context.%s, which this test does not know", name)
		}
	}
	return c
}

func authorizerOf(given jsonpath.Node) map[string]string {
	all := map[string]string{}
	for name, value := range given.Members() {
		if value.Kind() != jsonpath.Object {
			all[name] = value.String()
		}
		for claim, value := range value.Members() {
			all[name+"."+claim] = value.String()
		}
	}
	return all
}

// TestCases renders the cases of the language with the variables of API Gateway,
// as they are given and, but for partial ones, as an exchange would fill them in.
func TestCases(t *testing.T) {
	left := 0
	for _, c := range readCases(t) {
		t.Run(c.name, func(t *testing.T) {
			c.check(t, c.given(t))
			if slices.Contains(partial, c.name) {
				left++
				return
			}
			c.check(t, c.exchange(t))
		})
	}
	if left != len(partial) {
		t.Errorf("%d cases are partial; want each of %v once", left, partial)
	}
}

func (c *templateCase) check(t *testing.T, s *Scope) {
	t.Helper()
	defer s.Reset()
	var got []byte
	compiled, err := CompileTemplate("template", c.sections[""], nil)
	if err == nil {
		got, err = compiled.Append(nil, s, &s.Sent)
	}
	_, fails := c.sections["error"]
	if want := c.sections["output"]; fails != (err != nil) || !fails && string(got) != want {
		t.Errorf("template %q\nbody %q\ngot  %q, error %v\nwant %q", c.sections[""], c.sections["body"], got, err, want)
	}
	if want, ok := c.sections["overrides"]; ok {
		checkOverrides(t, s, want)
	}
}

func checkOverrides(t *testing.T, s *Scope, want string) {
	t.Helper()
	request, response, err := s.OverridesJSON()
	got := fmt.Sprintf(`{"requestOverride":%s,"responseOverride":%s}`, request, response)
	doc := jsonpath.Borrow()
	defer doc.Return()
	if err != nil || doc.Parse(want) != nil {
		t.Fatal(err, want)
	}
	if got != string(doc.Root().AppendJSON(nil)) {
		t.Errorf("overrides %s; want %s", got, want)
	}
}

// whole is a request that all of $context has a value for.
func whole() *Scope {
	s := full()
	s.Context = Context{
		AccountID: "1", APIID: "2", DeploymentID: "3", DomainName: "4.example", DomainPrefix: "4", ExtendedRequestID: "5",
		HTTPMethod: "GET", Path: "/6", RequestID: "7", RequestTimeEpoch: 8, ResourceID: "9", ResourcePath: "/10",
		SourceIP: "192.0.2.1", Stage: "11", UserAgent: "12",
	}
	return s
}

// TestOrderOfContext shows the members of $context in the order of the service's
// hash maps, and that those which are no plain maps print nothing. [recorded on
// AWS]
func TestOrderOfContext(t *testing.T) {
	for _, c := range []struct{ template, want string }{
		{
			"#foreach($k in $context.keySet())$k #end",
			"resourceId resourcePath httpMethod extendedRequestId requestTime path accountId protocol requestOverride stage " +
				"domainPrefix requestTimeEpoch requestId identity domainName deploymentId responseOverride apiId ",
		},
		{
			"#foreach($k in $context.identity.keySet())$k=$context.identity.get($k) #end",
			"cognitoIdentityPoolId= accountId= cognitoIdentityId= caller= sourceIp=192.0.2.1 principalOrgId= accessKey= " +
				"cognitoAuthenticationType= cognitoAuthenticationProvider= userArn= userAgent=12 user= ",
		},
		{"#foreach($k in $context.requestOverride.keySet())$k #end", "path header querystring "},
		{`[$context.get("identity")$context.get("requestOverride")$context.requestOverride.path$context.responseOverride.header]`, "[]"},
		{"$context.requestTimeEpoch.class.name $context.requestTime", "java.lang.Long 01/Jan/1970:00:00:00 +0000"},
		{"#set($context.extra = 'x')$context.extra$context.stage", "x11"},
	} {
		s := whole()
		compiled, err := CompileTemplate("template", c.template, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := compiled.Append(nil, s, &s.Sent); err != nil || string(got) != c.want {
			t.Errorf("%s\ngot  %q, error %v\nwant %q", c.template, got, err, c.want)
		}
	}
}

// TestOrderOfIdentityWithKey shows that an API key's members change the order, as
// they make the service's hash map grow.
func TestOrderOfIdentityWithKey(t *testing.T) {
	s := whole()
	s.Context.APIKey, s.Context.APIKeyID = "k", "kid"
	compiled, err := CompileTemplate("template", "#foreach($k in $context.identity.keySet())$k #end", nil)
	if err != nil {
		t.Fatal(err)
	}
	const want = "cognitoIdentityPoolId cognitoIdentityId principalOrgId apiKey cognitoAuthenticationType userArn apiKeyId " +
		"userAgent accountId caller sourceIp accessKey cognitoAuthenticationProvider user "
	if got, err := compiled.Append(nil, s, &s.Sent); err != nil || string(got) != want {
		t.Errorf("got  %q, error %v\nwant %q", got, err, want)
	}
}

// TestOverrideTwice fails a template that sets an override twice. Another
// template of the exchange may set it again.
func TestOverrideTwice(t *testing.T) {
	for _, c := range []struct {
		templates []string
		ok        bool
	}{
		{[]string{"#set($context.requestOverride.header.a = '1')#set($context.requestOverride.header.b = '1')"}, true},
		{[]string{"#set($context.requestOverride.header.a = '1')#set($context.requestOverride.header.a = '2')"}, false},
		{[]string{"$context.requestOverride.path.put('a', 1)$context.requestOverride.path.put('a', 1)"}, false},
		{[]string{"#set($context.responseOverride.status = 1)#set($context.responseOverride.status = 2)"}, false},
		{[]string{"#set($context.responseOverride.status = 201)", "#set($context.responseOverride.status = 202)"}, true},
	} {
		s := whole()
		var err error
		for _, text := range c.templates {
			compiled, _ := CompileTemplate("template", text, nil)
			_, err = compiled.Append(nil, s, &s.Sent)
		}
		if (err == nil) != c.ok || err != nil && err != ErrOverride {
			t.Errorf("%q: error %v; want one: %v", c.templates, err, !c.ok)
		}
	}
}

// TestPayloadErrors tells a payload that is no JSON from a template that fails.
func TestPayloadErrors(t *testing.T) {
	for _, c := range []struct{ body, template, want string }{
		{`{"a": `, "$input.body", ""},
		{`{"a": `, "$input.path('$.a')", "Could not process payloadnet.minidev.json.parser.ParseException: Unexpected End Of File position 5: null"},
		{`{"a": `, "#if($input.json('$') == '')#end", "Could not process payloadnet.minidev.json.parser.ParseException: Unexpected End Of File position 5: null"},
		{`{}`, "$util.parseJson('{\"a')", "template:1:7: a text is no JSON behind its first 3 bytes"},
		{`{}`, "$input.path('$.a[')", "template:1:8: "},
		{`no JSON`, "$input.path('$')", ""},
	} {
		s := whole()
		s.Sent.Set(c.body)
		compiled, _ := CompileTemplate("template", c.template, nil)
		_, err := compiled.Append(nil, s, &s.Sent)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if c.want == "" && err != nil || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s of %s: error %q; want %q", c.template, c.body, got, c.want)
		}
		if _, payload := err.(*PayloadError); payload != strings.HasPrefix(c.want, "Could") {
			t.Errorf("%s of %s: error of type %T", c.template, c.body, err)
		}
	}
}

// TestParsedTooMuch shows that what a template parses is bounded: all of it stays
// until the exchange ends.
func TestParsedTooMuch(t *testing.T) {
	for _, c := range []struct{ body, template string }{
		{`"` + strings.Repeat("1", 100_000) + `"`, "#foreach($i in [1..1000])#set($x = $util.parseJson($input.body))#end"},
		{"1", "#foreach($i in [1..1000])#foreach($j in [1..1000])#set($x = $util.parseJson($input.body))#end#end"},
	} {
		s := whole()
		s.Sent.Set(c.body)
		compiled, _ := CompileTemplate("template", c.template, nil)
		if _, err := compiled.Append(nil, s, &s.Sent); err == nil || !strings.HasSuffix(err.Error(), errParsed.Error()) {
			t.Errorf("%s of %d bytes: error %v, want %v", c.template, len(c.body), err, errParsed)
		}
		s.Reset()
	}
}

// TestChangedPayload shows that paths see what a template has made of the payload,
// and lead to what it has in its hands: public templates add to what
// $input.path('$') gives and send $input.json('$').
func TestChangedPayload(t *testing.T) {
	const body = `{"a": 1, "o": {"p": 1}, "arr": [1, 2], "s": "x/y"}`
	for _, c := range []struct{ name, template, want string }{
		{"a member", `#set($r = $input.path('$'))$util.qr($r.put('h', {'x': [1, 'é"']}))$input.json('$')`, `{"a":1,"o":{"p":1},"arr":[1,2],"s":"x/y","h":{"x":[1,"é\""]}}`},
		{"a member further in", `#set($r = $input.path('$'))#set($r.o.p = 5)$input.json('$.o') $r.o`, `{"p":5} {p=5}`},
		{"a member that is gone", `$util.qr($input.path('$').remove('o'))$input.json('$.o') $input.json('$.*')`, `"" [1,[1,2],"x/y"]`},
		{"elements", `#foreach($i in [3..4])$util.qr($input.path('$.arr').add($i))#end$input.json('$.arr') $input.path('$.arr').size() $input.path('$.arr[?(@ > 2)]')`, `[1,2,3,4] 4 [3,4]`},
		{"elements that are gone", `#set($r = $input.path('$'))$util.qr($r.arr.clear())$input.json('$.arr')`, `[]`},
		{"one change after another", `#set($r = $input.path('$'))#set($r.x = 1)#set($o = $input.path('$.o'))#set($o.p = 2)#set($r.y = 3)$input.json('$') $r`, `{"a":1,"o":{"p":2},"arr":[1,2],"s":"x/y","x":1,"y":3} {a=1, o={p=2}, arr=[1,2], s=x/y, x=1, y=3}`},
		{"what was added is changed", `#set($r = $input.path('$'))$util.qr($r.arr.add({'q': [1]}))$util.qr($input.path('$.arr[2].q').add(2))$util.qr($input.path('$..q')[0].add(3))$r.arr`, `[1,2,{"q":[1,2,3]}]`},
		{"one object in two places", `#set($r = $input.path('$'))#set($r.o2 = $r.o)#set($r.o2.z = 1)$input.json('$.o')`, `{"p":1,"z":1}`},
		{"keys that are no texts", `#set($r = $input.path('$.o'))$util.qr($r.put(5, 'five'))$util.qr($r.put('5', $r))ok`, `ok`},
		{"what a path has made is nobody else's", `$util.qr($input.path('$.arr[*]').add(9))$input.json('$.arr')`, `[1,2]`},
		{"the text of the payload", `#set($r = $input.path('$'))$util.qr($r.clear())$input.json('$') $input.body`, `{} ` + body},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := whole()
			defer s.Reset()
			s.Sent.Set(body)
			compiled, err := CompileTemplate("template", c.template, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := compiled.Append(nil, s, &s.Sent); err != nil || string(got) != c.want {
				t.Errorf("%s\ngot  %s, error %v\nwant %s", c.template, got, err, c.want)
			}
		})
	}
}

// TestEndlessPayload shows that a payload that a template puts into itself has an
// end.
func TestEndlessPayload(t *testing.T) {
	for template, want := range map[string]string{
		"#set($r = $input.path('$'))#set($r.r = $r)$input.json('$.x')":                                                                       "lists or maps are nested too deeply",
		"#set($r = $input.path('$'))#set($m = {})#foreach($i in [1..900])#set($m = {'a': $m, 'b': $m})#end#set($r.m = $m)$input.json('$.x')": "the output is too long",
	} {
		s := whole()
		s.Sent.Set("{}")
		compiled, _ := CompileTemplate("template", template, nil)
		if _, err := compiled.Append(nil, s, &s.Sent); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", template, err, want)
		}
		s.Reset()
	}
}

// TestManyContainers shows that a payload of nothing but lists costs a rendering
// little more than its text.
func TestManyContainers(t *testing.T) {
	many := "[" + strings.Repeat("[],", 500_000) + "1]"
	for _, c := range []struct{ body, template, fails string }{
		{many, "$input.path('$')$input.path('$').toString().length()", ""},
		{many, "$util.qr($input.path('$').get(0).add(1))$input.json('$[0]')", "the output is too long"},
		{many[:300_000] + "1]", "$util.qr($input.path('$').get(0).add(1))$util.qr($input.path('$[*]').add(1))", ""},
	} {
		s := whole()
		s.Sent.Set(c.body)
		compiled, _ := CompileTemplate("template", c.template, nil)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := compiled.Append(nil, s, &s.Sent)
		runtime.ReadMemStats(&after)
		if c.fails == "" && err != nil || c.fails != "" && (err == nil || !strings.HasSuffix(err.Error(), c.fails)) {
			t.Errorf("%s: error %v, want %q", c.template, err, c.fails)
		}
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 150 {
			t.Errorf("%s took %d MiB", c.template, used)
		}
		for _, d := range s.documents {
			if d.searched > 2*maxSearched {
				t.Errorf("%s looked at %d values", c.template, d.searched)
			}
		}
		s.Reset()
	}
}

// TestListsWithinLists shows that lists which hold each other again and again, and
// so would fill all memory as texts, end the template that hands them on.
func TestListsWithinLists(t *testing.T) {
	const lists = "#set($l = [1])#foreach($i in [1..60])#set($l = [$l, $l])#end"
	for _, use := range []string{"$util.urlEncode($l)", "$util.parseJson($l)", "$input.json($l)", "$input.params($l)", "$stageVariables[$l]"} {
		s := whole()
		compiled, _ := CompileTemplate("template", lists+use, nil)
		if out, err := compiled.Append(nil, s, &s.Sent); err == nil && len(out) > 0 {
			t.Errorf("%s gives %.40s", use, out)
		}
		s.Reset()
	}
	s := whole()
	defer s.Reset()
	compiled, _ := CompileTemplate("template", lists+"#set($context.requestOverride.header.a = $l)#set($context.responseOverride.status = $l)", nil)
	if _, err := compiled.Append(nil, s, &s.Sent); err != nil {
		t.Fatal(err)
	}
	if text, _ := s.RequestOverride(OverriddenHeader, "a"); text != "" {
		t.Errorf("the header becomes %.40s", text)
	}
	if status, ok := s.ResponseStatus(); ok {
		t.Errorf("the status becomes %d", status)
	}
}

// FuzzTemplate renders any template for any payload: it ends, and says what is
// wrong in its own words.
func FuzzTemplate(f *testing.F) {
	f.Add(`$input.json('$.a')$input.path('$').b.put('c', $input.params())`, `{"a": [1, "b"], "b": {}}`)
	f.Add(`#foreach($x in $input.path('$..a'))$util.escapeJavaScript($x)$util.parseJson("[$x]")#end$context.keySet()`, `{"a": 1.50, "b": {"a": null}}`)
	f.Add(`#set($r = $input.path('$'))#set($r.a = $r.b)$util.qr($r.b.add($r))$input.json('$..a')`, `{"b": [1, {"a": 2}]}`)
	f.Add(`#set($context.requestOverride.header.x = $util.base64Decode($input.body))$context.identity$stageVariables`, `no JSON`)
	f.Fuzz(func(t *testing.T, template, body string) {
		compiled, err := CompileTemplate("template", template, nil)
		if err != nil {
			return
		}
		s := whole()
		defer s.Reset()
		s.Sent.Set(body)
		got, err := compiled.Append([]byte("before"), s, &s.Sent)
		var broken *PayloadError
		var failed *vtl.Error
		switch {
		case err == nil && !strings.HasPrefix(string(got), "before"):
			t.Errorf("%q of %q replaces what was there: %q", template, body, got)
		case err != nil && string(got) != "before":
			t.Errorf("%q of %q fails with %v and leaves %q", template, body, err, got)
		case err != nil && err != ErrOverride && !errors.As(err, &broken) && !errors.As(err, &failed):
			t.Errorf("%q of %q fails with %T %v", template, body, err, err)
		}
		for range s.RequestOverrides(OverriddenHeader) {
		}
		s.ResponseStatus()
	})
}

// Callers send bytes that are no UTF-8; templates see U+FFFD in their place.
func TestBytesInParameters(t *testing.T) {
	s := whole()
	s.Arrived = message.Header{{Name: "H\xff", Value: "1"}, {Name: "X", Value: "a\xeb\xffb"}}
	compiled, _ := CompileTemplate("template", "$input.params().header$input.params('X').substring(1)", nil)
	got, err := compiled.Append(nil, s, &s.Sent)
	if want := "{H\uFFFD=1, X=a\uFFFD\uFFFDb}\uFFFD\uFFFDb"; err != nil || string(got) != want {
		t.Errorf("got %q, error %v; want %q", got, err, want)
	}
}
