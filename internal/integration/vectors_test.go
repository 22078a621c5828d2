package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gatewright/gatewright/internal/content"
	"github.com/gatewright/gatewright/internal/message"
)

// vectors runs the known behaviours of a file: each source says how one is
// known, recorded that it was seen on AWS. There must be count of them, so that
// none drops out unseen.
func vectors[T any](t *testing.T, file string, count int, check func(t *testing.T, v T)) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != count {
		t.Errorf("%s has %d vectors; want %d", file, len(rows), count)
	}
	for _, row := range rows {
		var named struct{ Name string }
		var v T
		if err := errors.Join(json.Unmarshal(row, &named), json.Unmarshal(row, &v)); err != nil {
			t.Fatal(err)
		}
		t.Run(named.Name, func(t *testing.T) { check(t, v) })
	}
}

func TestMockStatus(t *testing.T) {
	vectors(t, "mock.json", 10, func(t *testing.T, v struct {
		Body string
		Want int // 0: refused
	},
	) {
		got, err := MockStatus(v.Body)
		if got != v.Want || (err != nil) != (v.Want == 0) {
			t.Errorf("MockStatus(%q) = %d, %v; want %d", v.Body, got, err, v.Want)
		}
	})
}

func TestMockStatusOurChoice(t *testing.T) {
	for _, c := range []struct {
		body string
		want int // 0: refused
	}{
		{` { "a" : [1, {b: 'x'},], statusCode : 201 , } `, 201},
		{`{"statusCode": 200, "statusCode": 404}`, 404},
		{`{,"statusCode": 0200}`, 200},
		{`{"statusCode": 200.0}`, 0},
		{`{"statusCode": +200}`, 0},
		{`{"statusCode": null}`, 0},
		{`{"statusCode": {"statusCode": 200}}`, 0},
		{`{"a": {"statusCode": 200}}`, 0},
		{`{"a\"": "}", "statusCode": 200}`, 200},
		{`{"statusCode": 200`, 0},
		{`{"statusCode"`, 0},
		{`{"a": "`, 0},
		{`{"a": "\`, 0},
		{`[{"statusCode": 200}]`, 0},
		{strings.Repeat(`{"a":`, 10_000), 0},
	} {
		if got, _ := MockStatus(c.body); got != c.want {
			t.Errorf("MockStatus(%.60q) = %d; want %d", c.body, got, c.want)
		}
	}
}

func TestSelection(t *testing.T) {
	vectors(t, "selection.json", 14, func(t *testing.T, v struct {
		Patterns    map[string]string
		Value, Want string
	},
	) {
		s, err := CompileSelection(v.Patterns)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok, err := s.Choose(v.Value); err != nil || got != v.Want || ok != (v.Want != "") {
			t.Errorf("%v chooses %q, %v, %v for %q; want %q", v.Patterns, got, ok, err, v.Value, v.Want)
		}
	})
}

func TestRemappedHeaders(t *testing.T) {
	vectors(t, "remapped.json", 23, func(t *testing.T, v struct {
		Type, Header string
		Want         *string // nil: does not reach the caller
	},
	) {
		want := ""
		if v.Want != nil {
			want = *v.Want
		}
		rule := AnswerRuleOf(v.Type)
		if got := rule.Name(v.Header); got != want {
			t.Errorf("%s of %s reaches the caller as %q; want %q", v.Header, v.Type, got, want)
		}
		for _, f := range rule.Apply(message.Header{{Name: v.Header, Value: "x"}}) {
			if f.Name != want {
				t.Errorf("%s of %s was handed on as %q; want %q", v.Header, v.Type, f.Name, want)
			}
		}
	})
}

// TestHopByHopAnswers shows which fields about a backend's connection reach the
// caller: none but under another name.
func TestHopByHopAnswers(t *testing.T) {
	for _, c := range []struct{ integration, want string }{
		{"HTTP_PROXY", "x-amzn-Remapped-Connection X-Kept"},
		{"AWS_PROXY", "x-amzn-Remapped-Connection X-Kept"},
		{"HTTP", "x-amzn-Remapped-Connection x-amzn-Remapped-Trailer x-amzn-Remapped-Upgrade X-Kept"},
	} {
		var h message.Header
		h.Add("Connection", "Keep-Alive,\tx-HOP , x-other")
		for _, name := range []string{"Keep-Alive", "Proxy-Connection", "Trailer", "Upgrade", "X-Hop", "X-Other", "X-Kept"} {
			h.Add(name, "1")
		}
		var got []string
		for _, f := range AnswerRuleOf(c.integration).Apply(h) {
			got = append(got, f.Name)
		}
		if names := strings.Join(got, " "); names != c.want {
			t.Errorf("%s: %q; want %q", c.integration, names, c.want)
		}
	}
}

func TestAnswer(t *testing.T) {
	vectors(t, "answer.json", 18, func(t *testing.T, v struct {
		Answer json.RawMessage
		Status int
		Header map[string]string // several values joined with ", "
		Body   string
	},
	) {
		a, err := ParseAnswer(v.Answer)
		if v.Status == 502 {
			if !errors.Is(err, ErrAnswer) {
				t.Errorf("%s was read as %+v, %v; want %v", v.Answer, a, err, ErrAnswer)
			}
			return
		}
		if err != nil || a.Status != v.Status || a.Body != v.Body {
			t.Errorf("%s was read as %+v, %v; want %d %q", v.Answer, a, err, v.Status, v.Body)
		}
		got := map[string]string{"Content-Type": "application/json"}
		for _, f := range a.Header {
			if got[f.Name] != "" {
				f.Value = got[f.Name] + ", " + f.Value
			}
			got[f.Name] = f.Value
		}
		for name, want := range v.Header {
			if got[name] != want {
				t.Errorf("%s gives %s: %q; want %q", v.Answer, name, got[name], want)
			}
		}
	})
}

func TestAnswerOurChoice(t *testing.T) {
	for _, c := range []struct {
		answer string
		header string // of the answer; "-": refused
	}{
		{`{"headers":{"a":1.5e3,"b":null,"c":false}}`, "a:1.5e3 c:false"},
		{`{"headers":{"b":"1","a":"2"}}`, "b:1 a:2"},
		{`{"multiValueHeaders":{"Set-Cookie":["a","b"]},"headers":{"set-cookie":"b","x":"y"}}`, "Set-Cookie:a Set-Cookie:b x:y"},
		{`{"headers":{"Date":"d","x-amz-apigw-id":"forged","Transfer-Encoding":"chunked"}}`, "x-amzn-Remapped-Date:d"},
		{`{"headers":{"a":"x\r\nSet-Cookie: b"}}`, "-"},
		{`{"headers":{"a b":"x"}}`, "-"},
		{`{"headers":{"":"x"}}`, "-"},
		{`{"headers":{"a":{}}}`, "-"},
		{`{"headers":[]}`, "-"},
		{`{"StatusCode":200}`, "-"},
		{`{"statusCode":101}`, "-"},
		{`{"statusCode":1000}`, "-"},
		{`{"statusCode":null}`, ""},
		{`{"body":{}}`, "-"},
		{`{"body":5}`, "-"},
		{`{"isBase64Encoded":"true"}`, "-"},
		{`{"statusCode":200} x`, "-"},
		{`{"statusCode":200,}`, "-"},
		{`{'statusCode':200}`, "-"},
		{``, "-"},
	} {
		a, err := ParseAnswer([]byte(c.answer))
		var got []string
		for _, f := range a.Header {
			got = append(got, f.Name+":"+f.Value)
		}
		if err != nil {
			got = []string{"-"}
		}
		if strings.Join(got, " ") != c.header {
			t.Errorf("%s gives %q, %v; want %q", c.answer, got, err, c.header)
		}
	}
}

// TestAnswerErrors shows that what a function answered wrongly is named, and
// briefly, and that values of its header, which may be secrets, are not.
func TestAnswerErrors(t *testing.T) {
	for answer, want := range map[string]string{
		`null`:                            "unexpectedly null",
		`{"pet":1}`:                       `"pet": unknown member`,
		`{"statusCode":"test"}`:           `"statusCode": not a status: "test"`,
		`{"statusCode":{}}`:               `"statusCode": unexpectedly an object`,
		`{"body":{"pet":1}}`:              `"body": not a string`,
		`{"headers":{"A":["b"]}}`:         `"headers": "A": unexpectedly a list`,
		`{"headers":{"A":"\r\n"}}`:        `"headers": "A": control character`,
		`{"headers":{"A B":"c"}}`:         `"headers": "A B": not the name of a header`,
		`{"multiValueHeaders":{"A":"b"}}`: `"multiValueHeaders": "A": unexpectedly a text`,
		`hello`:                           "invalid JSON",
	} {
		if _, err := ParseAnswer([]byte(answer)); err == nil || err.Error() != ErrAnswer.Error()+": "+want {
			t.Errorf("%s: %v; want %s", answer, err, want)
		}
	}
	long := strings.Repeat("x", 1<<20)
	for _, answer := range []string{
		`{"` + long + `":1}`, `{"statusCode":"` + long + `"}`, `{"headers":{"` + long + ` ":""}}`,
		`{"headers":{"Set-Cookie":"s3cret\n"}}`, `{"headers":{"` + long + `":"s3cret\n"}}`,
	} {
		_, err := ParseAnswer([]byte(answer))
		if err == nil || len(err.Error()) > 300 || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%.60s: %.400v", answer, err)
		}
	}
}

// TestAnswerHeaderLimit shows that a header is read up to its limit, and that one
// of any number of fields is refused before they are compared with each other.
func TestAnswerHeaderLimit(t *testing.T) {
	const overhead = len("a: \r\n")
	answer := func(n int) []byte {
		return fmt.Appendf(nil, `{"multiValueHeaders":{"a":[%q]}}`, strings.Repeat("x", n-overhead))
	}
	if a, err := ParseAnswer(answer(10_240)); err != nil || len(a.Header) != 1 {
		t.Errorf("a header of 10,240 bytes: %d fields, %v", len(a.Header), err)
	}
	if _, err := ParseAnswer(answer(10_241)); !errors.Is(err, ErrAnswer) {
		t.Errorf("a header of 10,241 bytes: %v; want %v", err, ErrAnswer)
	}
	var many []string
	for i := range 100_000 {
		many = append(many, fmt.Sprintf(`"h%d":["1"]`, i))
	}
	multi := "{" + strings.Join(many, ",") + "}"
	single := strings.NewReplacer("[", "", "]", "").Replace(multi)
	begun := time.Now()
	_, err := ParseAnswer([]byte(`{"multiValueHeaders":` + multi + `,"headers":` + single + `}`))
	if took := time.Since(begun); !errors.Is(err, ErrAnswer) || took > 20*time.Second {
		t.Errorf("200,000 fields: %v after %v; want %v at once", err, took, ErrAnswer)
	}
}

func TestAnswerBinary(t *testing.T) {
	vectors(t, "binary.json", 11, func(t *testing.T, v struct {
		BinaryMediaTypes   content.MediaTypes
		Accept, Body, Want string
		Base64             bool
	},
	) {
		a := Answer{Body: v.Body, Base64: v.Base64}
		got, err := a.AppendBody(nil, v.Accept, v.BinaryMediaTypes)
		if string(got) != v.Want || err != nil {
			t.Errorf("%q for Accept %q and %v gives %q, %v; want %q", v.Body, v.Accept, v.BinaryMediaTypes, got, err, v.Want)
		}
	})
	a := Answer{Body: "no base64!", Base64: true}
	if got, err := a.AppendBody(nil, "", content.MediaTypes{"*/*"}); !errors.Is(err, content.ErrBase64) {
		t.Errorf("broken base64 gives %q, %v; want %v", got, err, content.ErrBase64)
	}
}

func TestTrace(t *testing.T) {
	now := time.Unix(1465424516, 0)
	vectors(t, "trace.json", 4, func(t *testing.T, v struct {
		Sent, Want string
		Function   bool
	},
	) {
		got := string(AppendTrace(nil, v.Sent, v.Function, now))
		if !regexp.MustCompile(`\A` + v.Want).MatchString(got) {
			t.Errorf("trace from %q is %q; want %q", v.Sent, got, v.Want)
		}
	})
	for sent, want := range map[string]string{
		"Root=1-a\r\nx: y": `Root=1-57589a84-[0-9a-f]{24}`,
		"Self=1;root=1-a; PARENT=b;Sampled=?;Lineage=x": `Root=1-a;Parent=b;Sampled=\?`,
	} {
		got := string(AppendTrace(nil, sent, false, now))
		if !regexp.MustCompile(`\A` + want + `\z`).MatchString(got) {
			t.Errorf("trace from %q is %q; want %q", sent, got, want)
		}
	}
}

func FuzzMockStatus(f *testing.F) {
	for _, s := range []string{`{"statusCode": 200}`, `{a: [b, 'c'], statusCode: 1,}`, `{"a\\": {}}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		strict := map[string]any{}
		status, err := MockStatus(body)
		if json.Unmarshal([]byte(body), &strict) != nil || strings.Contains(body, `\`) {
			return
		}
		// What is strict JSON means the same here.
		want, isNumber := strict["statusCode"].(float64)
		if (err == nil) != (isNumber && want == float64(int(want)) && !strings.ContainsAny(body, ".eE")) &&
			!strings.ContainsAny(body, ".eE") && want < 1e18 && want > -1e18 {
			t.Errorf("MockStatus(%q) = %d, %v; JSON says %v", body, status, err, strict["statusCode"])
		}
	})
}

func FuzzParseAnswer(f *testing.F) {
	for _, s := range []string{`{"statusCode":200,"headers":{"a":true},"multiValueHeaders":{"b":["c",1]},"body":"x\u00e9\ud83d\ude00","isBase64Encoded":true}`, `{}`, `[1]`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := ParseAnswer(data)
		if err != nil {
			return
		}
		if !json.Valid(data) {
			t.Errorf("%q is no JSON and was read as %+v", data, a)
		}
		if a.Status < 200 || a.Status > 599 {
			t.Errorf("%q has status %d", data, a.Status)
		}
		for _, h := range a.Header {
			if !message.IsToken(h.Name) || strings.ContainsAny(h.Value, "\r\n\x00") {
				t.Errorf("%q has header %q: %q", data, h.Name, h.Value)
			}
		}
		var whole struct {
			Body *string `json:"body"`
		}
		if strings.Count(string(data), "body") == 1 && json.Unmarshal(content.AppendText(nil, data), &whole) == nil && whole.Body != nil && *whole.Body != a.Body {
			t.Errorf("%q has body %q; encoding/json reads %q", data, a.Body, *whole.Body)
		}
	})
}
