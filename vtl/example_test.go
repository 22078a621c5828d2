package vtl_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/gatewright/gatewright/vtl"
)

func Example() {
	t, err := vtl.Parse("order", `{
#foreach($item in $order.items)
  "$item.sku": $item.count#if($foreach.hasNext),#end

#end
}
`)
	if err != nil {
		fmt.Println(err)
		return
	}
	item := func(sku string, count int32) vtl.Value {
		m := vtl.NewMap()
		m.Put("sku", vtl.String(sku))
		m.Put("count", vtl.Int(count))
		return vtl.MapValue(m)
	}
	order := vtl.NewMap()
	order.Put("items", vtl.ListValue(vtl.NewList([]vtl.Value{item("pen", 3), item("ink", 1)})))

	out, err := t.Execute(nil, vtl.VarMap{"order": vtl.MapValue(order)})
	if err != nil {
		fmt.Println(err)
		return
	}
	os.Stdout.Write(out)
	// Output:
	// {
	//   "pen": 3,
	//   "ink": 1
	// }
}

// A stock is an object with a property and a method.
type stock map[string]int32

func (s stock) Get(name string) vtl.Value {
	if name == "size" {
		return vtl.Int(int32(len(s)))
	}
	return vtl.Value{}
}

func (s stock) Call(name string, args []vtl.Value) (vtl.Value, error) {
	if name != "of" || len(args) != 1 {
		return vtl.Value{}, nil
	}
	n, ok := s[args[0].Text()]
	if !ok {
		return vtl.Value{}, fmt.Errorf("nothing is called %q", args[0].Text())
	}
	return vtl.Int(n), nil
}

func ExampleObject() {
	vars := vtl.VarMap{"stock": vtl.ObjectValue(stock{"pen": 12})}
	for _, text := range []string{"$stock.size kinds, $stock.of('pen') pens", "$stock.of('ink')"} {
		t, err := vtl.Parse("stock", text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		out, err := t.Execute(nil, vars)
		fmt.Printf("%s %v\n", out, err)
	}
	// Output:
	// 1 kinds, 12 pens <nil>
	//  stock:1:8: nothing is called "ink"
}

func ExampleError() {
	_, err := vtl.Parse("greeting.vtl", "Hello\n#if($name)$name")
	var e *vtl.Error
	if errors.As(err, &e) {
		fmt.Println(e.Kind, "error in line", e.Line, "column", e.Column)
	}
	fmt.Println(err)
	// Output:
	// syntax error in line 2 column 16
	// greeting.vtl:2:16: unexpected end of template: the #if at 2:1 has no #end
}

func ExampleConfig() {
	config := vtl.Config{
		Limits: vtl.Limits{Rounds: 3},
		Warn:   func(warning *vtl.Error) { fmt.Println("warning:", warning) },
	}
	t, err := config.Parse("t", "#foreach($i in [1..10])$i #end#if($nothing)printed#end")
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := t.Execute(nil, nil)
	fmt.Println(string(out), err)
	// Output:
	// warning: t:1:35: the condition tests $nothing, which is missing
	// 1 2 3 printed <nil>
}
