package control

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	importPath = "/apikeys?mode=import&format=csv"
	keyValue   = "apikey1234abcdefghij0123456789"
)

// The files are those of the developer guide, "API Gateway API key file format".
func TestImportAPIKeys(t *testing.T) {
	c := newClient(t)
	one, two := c.plan(), c.plan()
	id := func(plan string) string { return strings.TrimPrefix(plan, "/usageplans/") }
	made := c.call("POST", importPath, "Key,name\n"+keyValue+",MyFirstApiKey\n", 201)
	key := made["ids"].([]any)[0].(string)
	want := object{"name": "MyFirstApiKey", "value": keyValue, "enabled": true}
	see := func(file string) {
		t.Helper()
		got := c.call("GET", "/apikeys/"+key+"?includeValue=true", "", 200)
		for member, v := range want {
			if got[member] != v {
				t.Errorf("%q: %s is %v, want %v", file, member, got[member], v)
			}
		}
	}
	see("two columns")

	file := "Name,key,description,Enabled,usageplanIds\r\nSecond,  " + keyValue + ",An imported key,FALSE," + id(one) + "\r\n"
	again := c.call("POST", importPath, file, 201)
	if diff := cmp.Diff(made, again); diff != "" {
		t.Errorf("the same value is the same key (-first +second):\n%s", diff)
	}
	want = object{"name": "Second", "description": "An imported key", "enabled": false}
	see(file)

	for _, quote := range []string{`"`, `'`} {
		file = "other,Enabled,Name,key,UsageplanIds\n\nx,true,'it''s',\"" + keyValue + "\"," + quote + id(one) + ", " + id(two) + quote
		c.call("POST", importPath, file, 201)
		want = object{"name": "it's", "description": nil, "enabled": true}
		see(file)
	}
	for _, plan := range []string{one, two} {
		if got := c.named(plan + "/keys"); got != "it's" {
			t.Errorf("keys of a plan: %s", got)
		}
	}
}

// The words are our choice, and so is it to warn of plans that are not there.
func TestImportAPIKeysChecks(t *testing.T) {
	c := newClient(t)
	for file, message := range map[string]string{
		"":                                       "Invalid CSV file: the columns Name and Key are required",
		"Name\nn":                                "Invalid CSV file: the columns Name and Key are required",
		"Name,Key\nn":                            "Invalid CSV file: line 2: no Key",
		"Name,Key\nn,short":                      "API Key value should be at least 20 characters",
		"Name,Key,Enabled\nn," + keyValue + ",x": "Invalid CSV file: line 2: the column Enabled must be true or false",
		"Name,Key\n'n," + keyValue:               "Invalid CSV file: line 2: a quoted field must end with its quote",
		"Name,Key\n'n'n," + keyValue:             "Invalid CSV file: line 2: a quoted field must end with its quote",
		"Name,Key\n" + strings.Repeat("n,"+keyValue+"\n", maxKeys+1): "An import can have at most 10000 API Keys",
	} {
		c.refused("POST", importPath, file, 400, "BadRequestException", message)
	}
	c.refused("POST", "/apikeys?mode=import", "", 400, "ValidationException",
		"1 validation error detected: Value null at 'format' failed to satisfy constraint: Member must not be null")
	c.refused("POST", "/apikeys?mode=import&format=xml", "", 400, "ValidationException",
		"1 validation error detected: Value 'xml' at 'format' failed to satisfy constraint: Member must satisfy enum value set: [csv]")

	file := "Name,Key,UsagePlanIds\nn," + keyValue + ",none"
	c.refused("POST", importPath+"&failonwarnings=true", file, 400, "BadRequestException",
		"Warnings found during import: Usage Plan none of API Key n does not exist")
	if got := c.items("/apikeys"); len(got) != 0 {
		t.Errorf("a refused import left %v", got)
	}
	got := c.call("POST", importPath, file, 201)["warnings"]
	if want := []any{"Usage Plan none of API Key n does not exist"}; cmp.Diff(want, got) != "" {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Whatever the file, it is read to its end, and fields keep what is in them.
func FuzzParseCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n", "'a''b',\"c\"\r\n", ",,\n\n", "'", "\"a\nb\" ,c", "'a'b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := parseCSV(text)
		if err != nil {
			return
		}
		var quoted []string
		for _, line := range lines {
			var fields []string
			for _, field := range line {
				fields = append(fields, `'`+strings.ReplaceAll(field, `'`, `''`)+`'`)
			}
			quoted = append(quoted, strings.Join(fields, ","))
		}
		again, err := parseCSV(strings.Join(quoted, "\n"))
		if diff := cmp.Diff(lines, again); err != nil || diff != "" {
			t.Errorf("%q: %v\n(-once +twice)\n%s", text, err, diff)
		}
	})
}
