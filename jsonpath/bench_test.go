package jsonpath_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gatewright/gatewright/jsonpath"
)

// order returns a document of about that many bytes, with the item that is
// looked for in its first half.
func order(size int) string {
	var b strings.Builder
	b.WriteString(`{"requestId":"6f1b4e0c","customer":{"name":"Zoë Müller","email":"zoe@example.com","vip":true},"order":{"id":"o-1","items":[`)
	for i := 0; b.Len() < size-40; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":"item-%d","title":"A thing with a \"name\"","price":%d.95,"quantity":%d,"tags":["a","b"],"note":null}`, i, i, i%7)
	}
	b.WriteString(`]},"total":123.45}`)
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	text := order(1500)
	b.Run("document", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		var doc jsonpath.Document
		for b.Loop() {
			if err := doc.Parse(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json-any", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		data := []byte(text)
		for b.Loop() {
			var v any
			if err := json.Unmarshal(data, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEval(b *testing.B) {
	text := order(10_000)
	var doc jsonpath.Document
	if err := doc.Parse(text); err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{
		"$.order.items[0].id",
		"$.order.items[*].id",
		"$..price",
		"$.order.items[?(@.quantity > 3 && @.tags[0] == 'a')].price",
		"$.order.items.length()",
	} {
		compiled, err := jsonpath.Compile(path)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				if n++; n%1000 == 0 { // results are kept in the document
					b.StopTimer()
					_ = doc.Parse(text)
					b.StartTimer()
				}
				if _, err := compiled.Eval(&doc); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkParseAndEval(b *testing.B) {
	text := order(10_000)
	path, err := jsonpath.Compile("$.order.items[0].id")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		doc := jsonpath.Borrow()
		if err := doc.Parse(text); err != nil {
			b.Fatal(err)
		}
		if _, err := path.Eval(doc); err != nil {
			b.Fatal(err)
		}
		doc.Return()
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	text := order(1500)
	var doc jsonpath.Document
	if err := doc.Parse(text); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var out []byte
	for b.Loop() {
		out = doc.Root().AppendJSON(out[:0])
	}
}
