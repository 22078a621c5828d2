package vtl_test

import (
	"bytes"
	"strconv"
	"testing"
	"text/template"
	"time"

	"github.com/gatewright/gatewright/vtl"
)

// The benchmarks render one mapping template, four fields and a loop of ten
// turns, by this package, by text/template and by Go written for the purpose:
// on Go's maps, on the values that the template has, and on structs.

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

// params is an $input that has only parameters.
type params map[string]vtl.Value

func (p params) Get(string) vtl.Value { return vtl.Value{} }

func (p params) Call(name string, args []vtl.Value) (vtl.Value, error) {
	if name == "params" && len(args) == 1 {
		return p[args[0].Text()], nil
	}
	return vtl.Value{}, nil
}

var benchmarkParams = params{"user": vtl.String("ann")}

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
	return vtl.VarMap{
		"context": vtl.MapValue(context),
		"order":   vtl.MapValue(order),
		"input":   vtl.ObjectValue(benchmarkParams),
	}
}

// byHandOnValues prints the same from the values that the template has.
func byHandOnValues(dst []byte, vars vtl.VarMap) []byte {
	context, _ := vars["context"].AsMap()
	order, _ := vars["order"].AsMap()
	member := func(dst []byte, m *vtl.Map, name string) []byte {
		v, _ := m.Get(name)
		dst, _ = v.AppendText(dst)
		return dst
	}
	dst = append(dst, "{\n  \"id\": \""...)
	dst = member(dst, context, "requestId")
	dst = append(dst, "\",\n  \"stage\": \""...)
	dst = member(dst, context, "stage")
	dst = append(dst, "\",\n  \"user\": \""...)
	dst = append(dst, benchmarkParams["user"].Text()...)
	dst = append(dst, "\",\n  \"total\": "...)
	dst = member(dst, order, "total")
	dst = append(dst, ",\n  \"items\": [\n"...)
	list, _ := order.Get("items")
	items, _ := list.AsList()
	for i := range items.Len() {
		item, _ := items.At(i).AsMap()
		dst = append(dst, "    {\"sku\": \""...)
		dst = member(dst, item, "sku")
		dst = append(dst, "\", \"n\": "...)
		dst = member(dst, item, "count")
		dst = append(dst, '}')
		if i < items.Len()-1 {
			dst = append(dst, ',')
		}
		dst = append(dst, '\n')
	}
	return append(dst, "  ]\n}\n"...)
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

// benchmarkOrder is the data for who knows beforehand what is in it.
type benchmarkOrder struct {
	requestID, stage, user string
	total                  int
	items                  []benchmarkItem
}

type benchmarkItem struct {
	sku   string
	count int
}

func newBenchmarkOrder() *benchmarkOrder {
	o := &benchmarkOrder{requestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", stage: "prod", user: "ann", total: 120}
	for i := range 10 {
		o.items = append(o.items, benchmarkItem{"sku-" + strconv.Itoa(i), i})
	}
	return o
}

// byHandOnStructs prints the same without looking anything up.
func byHandOnStructs(dst []byte, o *benchmarkOrder) []byte {
	dst = append(dst, "{\n  \"id\": \""...)
	dst = append(dst, o.requestID...)
	dst = append(dst, "\",\n  \"stage\": \""...)
	dst = append(dst, o.stage...)
	dst = append(dst, "\",\n  \"user\": \""...)
	dst = append(dst, o.user...)
	dst = append(dst, "\",\n  \"total\": "...)
	dst = strconv.AppendInt(dst, int64(o.total), 10)
	dst = append(dst, ",\n  \"items\": [\n"...)
	for i := range o.items {
		item := &o.items[i]
		dst = append(dst, "    {\"sku\": \""...)
		dst = append(dst, item.sku...)
		dst = append(dst, "\", \"n\": "...)
		dst = strconv.AppendInt(dst, int64(item.count), 10)
		dst = append(dst, '}')
		if i < len(o.items)-1 {
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
	if got := string(byHandOnValues(nil, benchmarkVars())); got != want {
		t.Errorf("by hand on values: got %s\nwant %s", got, want)
	}
	if got := string(byHandOnStructs(nil, newBenchmarkOrder())); got != want {
		t.Errorf("by hand on structs: got %s\nwant %s", got, want)
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

// renderings are the ways to render the benchmark's template.
func renderings(t testing.TB) map[string]func() {
	tmpl, vars, out := mustParse(t, benchmarkTemplate), benchmarkVars(), make([]byte, 0, 4096)
	text, d, o := template.Must(template.New("").Parse(benchmarkTextTemplate)), newBenchmarkData(), newBenchmarkOrder()
	var buffer bytes.Buffer
	return map[string]func(){
		"vtl": func() {
			if _, err := tmpl.Execute(out, vars); err != nil {
				t.Fatal(err)
			}
		},
		"text-template": func() {
			buffer.Reset()
			if err := text.Execute(&buffer, d); err != nil {
				t.Fatal(err)
			}
		},
		"by-hand":            func() { byHand(out, &d) },
		"by-hand-on-values":  func() { byHandOnValues(out, vars) },
		"by-hand-on-structs": func() { byHandOnStructs(out, o) },
	}
}

func BenchmarkTemplate(b *testing.B) {
	for name, render := range renderings(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				render()
			}
		})
	}
}

// BenchmarkRatio says how many times the time of Go written by hand a template
// takes: on Go's maps (x-by-hand), on the values that the template has, and on
// structs; and how many times less than text/template. It measures them in
// turns, each by its best turn, so that what else the machine does hardly
// counts.
func BenchmarkRatio(b *testing.B) {
	const renderingsPerTurn = 100
	ways := renderings(b)
	best := map[string]time.Duration{}
	for b.Loop() {
		for name, render := range ways {
			begin := time.Now()
			for range renderingsPerTurn {
				render()
			}
			if took := time.Since(begin); best[name] == 0 || took < best[name] {
				best[name] = took
			}
		}
	}
	b.ReportMetric(0, "ns/op") // of all the turns together: nobody's time
	b.ReportMetric(float64(best["vtl"])/renderingsPerTurn, "ns/rendering")
	for _, way := range []string{"by-hand", "by-hand-on-values", "by-hand-on-structs"} {
		b.ReportMetric(float64(best["vtl"])/float64(best[way]), "x-"+way)
	}
	b.ReportMetric(float64(best["text-template"])/float64(best["vtl"]), "x-faster-than-text/template")
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
