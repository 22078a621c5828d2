package vtl_test

import (
	"bytes"
	"strconv"
	"testing"
	"text/template"

	"github.com/gatewright/gatewright/vtl"
)

// The benchmarks render one mapping template, four fields and a loop of ten
// turns, in three ways: by this package, by text/template and by hand.

const benchmarkTemplate = `{
  "id": "$context.requestId",
  "stage": "$context.stage",
  "user": "$input.params('user')",
  "total": $order.total,
  "items": [
#foreach($item in $order.items)
    {"sku": "$item.sku", "n": $item.count}#if($foreach.hasNext),#end

#end
  ]
}
`

const benchmarkTextTemplate = `{
  "id": "{{.Context.requestId}}",
  "stage": "{{.Context.stage}}",
  "user": "{{.Param "user"}}",
  "total": {{.Order.total}},
  "items": [
{{range $i, $item := .Order.items}}    {"sku": "{{$item.sku}}", "n": {{$item.count}}}{{if lt $i $.Last}},{{end}}
{{end}}  ]
}
`

type benchmarkData struct {
	Context map[string]any
	Params  map[string]string
	Order   map[string]any
	Last    int
}

func (d benchmarkData) Param(name string) string { return d.Params[name] }

func newBenchmarkData() benchmarkData {
	var items []map[string]any
	for i := range 10 {
		items = append(items, map[string]any{"sku": "sku-" + strconv.Itoa(i), "count": i})
	}
	return benchmarkData{
		Context: map[string]any{"requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "stage": "prod"},
		Params:  map[string]string{"user": "ann"},
		Order:   map[string]any{"total": 120, "items": items},
		Last:    len(items) - 1,
	}
}

func benchmarkVars() vtl.VarMap {
	var items []vtl.Value
	for i := range 10 {
		m := vtl.NewMap()
		m.Put("sku", vtl.String("sku-"+strconv.Itoa(i)))
		m.Put("count", vtl.Int(int32(i)))
		items = append(items, vtl.MapValue(m))
	}
	order := vtl.NewMap()
	order.Put("total", vtl.Int(120))
	order.Put("items", vtl.ListValue(vtl.NewJSONArray(items)))
	context := vtl.NewHashMap()
	context.Put("requestId", vtl.String("c6af9ac6-7b61-11e6-9a41-93e8deadbeef"))
	context.Put("stage", vtl.String("prod"))
	query := vtl.NewMap()
	query.Put("user", vtl.String("ann"))
	params := vtl.NewMap()
	params.Put("querystring", vtl.MapValue(query))
	return vtl.VarMap{
		"context": vtl.MapValue(context),
		"order":   vtl.MapValue(order),
		"input":   vtl.ObjectValue(&input{params: params}),
	}
}

// byHand is what somebody would write who has no templates.
func byHand(dst []byte, d *benchmarkData) []byte {
	dst = append(dst, "{\n  \"id\": \""...)
	dst = append(dst, d.Context["requestId"].(string)...)
	dst = append(dst, "\",\n  \"stage\": \""...)
	dst = append(dst, d.Context["stage"].(string)...)
	dst = append(dst, "\",\n  \"user\": \""...)
	dst = append(dst, d.Param("user")...)
	dst = append(dst, "\",\n  \"total\": "...)
	dst = strconv.AppendInt(dst, int64(d.Order["total"].(int)), 10)
	dst = append(dst, ",\n  \"items\": [\n"...)
	items := d.Order["items"].([]map[string]any)
	for i, item := range items {
		dst = append(dst, "    {\"sku\": \""...)
		dst = append(dst, item["sku"].(string)...)
		dst = append(dst, "\", \"n\": "...)
		dst = strconv.AppendInt(dst, int64(item["count"].(int)), 10)
		dst = append(dst, '}')
		if i < len(items)-1 {
			dst = append(dst, ',')
		}
		dst = append(dst, '\n')
	}
	return append(dst, "  ]\n}\n"...)
}

func TestBenchmarksPrintTheSame(t *testing.T) {
	d := newBenchmarkData()
	want := string(byHand(nil, &d))
	if got := render(t, benchmarkTemplate, benchmarkVars()); got != want {
		t.Errorf("vtl: got %s\nwant %s", got, want)
	}
	var b bytes.Buffer
	if err := template.Must(template.New("").Parse(benchmarkTextTemplate)).Execute(&b, d); err != nil || b.String() != want {
		t.Errorf("text/template: got %s, %v\nwant %s", b.String(), err, want)
	}
}

func TestRenderingHardlyAllocates(t *testing.T) {
	tmpl, vars := mustParse(t, benchmarkTemplate), benchmarkVars()
	out := make([]byte, 0, 4096)
	allocations := testing.AllocsPerRun(200, func() {
		if _, err := tmpl.Execute(out, vars); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 2 {
		t.Errorf("got %v allocations, want 2 at most", allocations)
	}
}

func BenchmarkTemplate(b *testing.B) {
	b.Run("vtl", func(b *testing.B) {
		tmpl, vars := mustParse(b, benchmarkTemplate), benchmarkVars()
		out := make([]byte, 0, 4096)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := tmpl.Execute(out, vars); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("text-template", func(b *testing.B) {
		tmpl, d := template.Must(template.New("").Parse(benchmarkTextTemplate)), newBenchmarkData()
		var out bytes.Buffer
		b.ReportAllocs()
		for b.Loop() {
			out.Reset()
			if err := tmpl.Execute(&out, d); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("by-hand", func(b *testing.B) {
		d := newBenchmarkData()
		out := make([]byte, 0, 4096)
		b.ReportAllocs()
		for b.Loop() {
			byHand(out, &d)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.SetBytes(int64(len(benchmarkTemplate)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := vtl.Parse("t", benchmarkTemplate); err != nil {
			b.Fatal(err)
		}
	}
}
