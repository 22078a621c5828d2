package mapping

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/gatewright/gatewright/jsonpath"
)

// The benchmarks make the same text of an order, as its JSON comes in: four
// fields and a loop of ten turns, by a mapping template, by Go written for the
// purpose and by text/template.

const orderTemplate = `#set($order = $input.path('$')){"request": "$context.requestId", "user": "$input.params('q')", "city": "$order.customer.city", "total": $order.total, "items": [
#foreach($item in $order.items)
  {"sku": "$item.sku", "n": $item.count}#if($foreach.hasNext),#end

#end
]}`

const orderTextTemplate = `{"request": "{{.Request}}", "user": "{{.User}}", "city": "{{.Order.customer.city}}", "total": {{.Order.total}}, "items": [
{{range $i, $item := .Order.items}}  {"sku": "{{$item.sku}}", "n": {{$item.count}}}{{if lt $i $.Last}},{{end}}
{{end}}]}`

var order = func() string {
	var items []string
	for i := range 10 {
		items = append(items, `{"sku": "sku-`+strconv.Itoa(i)+`", "count": `+strconv.Itoa(i)+`, "note": "some text that is as long as such texts are, or longer"}`)
	}
	return `{"customer": {"name": "Ann", "city": "Oslo"}, "total": 120, "items": [` + strings.Join(items, ", ") + `]}`
}()

type orderType struct {
	Customer struct{ City string }
	Total    int
	Items    []struct {
		SKU   string
		Count int
	}
}

func orderByHand(dst []byte, s *Scope, body []byte) ([]byte, error) {
	var o orderType
	if err := json.Unmarshal(body, &o); err != nil {
		return nil, err
	}
	user, _ := s.Query("q")
	dst = append(append(dst, `{"request": "`...), s.Context.RequestID...)
	dst = append(append(dst, `", "user": "`...), user...)
	dst = append(append(dst, `", "city": "`...), o.Customer.City...)
	dst = strconv.AppendInt(append(dst, `", "total": `...), int64(o.Total), 10)
	dst = append(dst, ", \"items\": [\n"...)
	for i := range o.Items {
		dst = append(append(dst, `  {"sku": "`...), o.Items[i].SKU...)
		dst = append(strconv.AppendInt(append(dst, `", "n": `...), int64(o.Items[i].Count), 10), '}')
		if i < len(o.Items)-1 {
			dst = append(dst, ',')
		}
		dst = append(dst, '\n')
	}
	return append(dst, "]}"...), nil
}

func orderByTextTemplate(dst []byte, t *template.Template, s *Scope, body []byte) ([]byte, error) {
	var o map[string]any
	if err := json.Unmarshal(body, &o); err != nil {
		return nil, err
	}
	user, _ := s.Query("q")
	out := bytes.NewBuffer(dst)
	err := t.Execute(out, map[string]any{
		"Request": s.Context.RequestID, "User": user, "Order": o, "Last": len(o["items"].([]any)) - 1,
	})
	return out.Bytes(), err
}

// BenchmarkTemplate compares the three, in turns, by their medians.
func BenchmarkTemplate(b *testing.B) {
	compiled, err := CompileTemplate("template", orderTemplate, nil)
	if err != nil {
		b.Fatal(err)
	}
	textual := template.Must(template.New("").Parse(orderTextTemplate))
	s, body, dst := whole(), []byte(order), make([]byte, 0, 4096)
	ways := []func() ([]byte, error){
		func() ([]byte, error) {
			s.Sent.Set(string(body))
			return compiled.Append(dst, s, &s.Sent)
		},
		func() ([]byte, error) { return orderByHand(dst, s, body) },
		func() ([]byte, error) { return orderByTextTemplate(dst, textual, s, body) },
	}
	times := make([][]time.Duration, len(ways))
	const runs = 100
	for b.Loop() {
		for i, way := range ways {
			start := time.Now()
			for range runs {
				if _, err := way(); err != nil {
					b.Fatal(err)
				}
			}
			times[i] = append(times[i], time.Since(start)/runs)
		}
	}
	ours, byHand, byTextTemplate := median(times[0]), median(times[1]), median(times[2])
	b.ReportMetric(float64(ours), "ns/rendering")
	b.ReportMetric(ours/byHand, "x-by-hand")
	b.ReportMetric(byTextTemplate/ours, "x-faster-than-text/template")
}

func median(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/2])
}

// TestOrder shows that the three make the same.
func TestOrder(t *testing.T) {
	compiled, err := CompileTemplate("template", orderTemplate, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := whole()
	s.Sent.Set(order)
	ours, err := compiled.Append(nil, s, &s.Sent)
	if err != nil {
		t.Fatal(err)
	}
	byHand, _ := orderByHand(nil, s, []byte(order))
	byTextTemplate, _ := orderByTextTemplate(nil, template.Must(template.New("").Parse(orderTextTemplate)), s, []byte(order))
	if !json.Valid(ours) || string(ours) != string(byHand) || string(ours) != string(byTextTemplate) {
		t.Errorf("by a mapping template:\n%s\nby hand:\n%s\nby text/template:\n%s", ours, byHand, byTextTemplate)
	}
}

// BenchmarkPath compares reading one member of 10 KB of JSON twice, as a mapping
// and a template of one request do, with parsing that once.
func BenchmarkPath(b *testing.B) {
	body := `{"order": {"items": [{"id": "i-1"}]}, "rest": [` + strings.Repeat(order+",", 9) + `{}]}`
	e, err := Compile("method.request.body.order.items[0].id")
	if err != nil {
		b.Fatal(err)
	}
	doc := new(jsonpath.Document)
	s := whole()
	var twice, parsed []time.Duration
	for b.Loop() {
		start := time.Now()
		s.Sent.Set(body)
		for range 2 {
			if v, ok := e.Value(s); !ok || v != "i-1" {
				b.Fatal(v, ok)
			}
		}
		middle := time.Now()
		if err := doc.ParsePayload(body); err != nil {
			b.Fatal(err)
		}
		twice, parsed = append(twice, middle.Sub(start)), append(parsed, time.Since(middle))
	}
	b.ReportMetric(float64(len(body)), "bytes")
	b.ReportMetric(median(twice)/median(parsed), "x-one-parsing")
}
