package jsonpath_test

import (
	"fmt"

	"github.com/gatewright/gatewright/jsonpath"
)

const store = `{
	"books": [
		{"title": "Moby Dick", "price": 8.99, "isbn": "0-553-21311-3"},
		{"title": "Sayings",   "price": 12.5},
		{"title": "Emma",      "price": 7}
	],
	"limit": 10
}`

func Example() {
	path, err := jsonpath.Compile("$.books[?(@.price < $.limit)].title")
	if err != nil {
		fmt.Println(err)
		return
	}
	doc := jsonpath.Borrow()
	defer doc.Return()
	if err := doc.Parse(store); err != nil {
		fmt.Println(err)
		return
	}
	titles, err := path.Eval(doc)
	fmt.Println(titles, err)
	// Output: ["Moby Dick","Emma"] <nil>
}

func ExamplePath_Eval() {
	var doc jsonpath.Document
	if err := doc.Parse(store); err != nil {
		fmt.Println(err)
	}
	for _, text := range []string{
		"$.books[0].title",
		"$.books[7].title",
		"$.books[7:].title",
		"$..price",
		"$..price.avg()",
		"$.books[0]['title', 'price']",
		"$.books[?(@.isbn)].title",
	} {
		path, err := jsonpath.Compile(text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		node, err := path.Eval(&doc)
		fmt.Printf("%-30s %s", text, node.AppendJSON(nil))
		if err != nil {
			fmt.Print(err)
		}
		fmt.Println()
	}
	// Output:
	// $.books[0].title               "Moby Dick"
	// $.books[7].title               path not found
	// $.books[7:].title              []
	// $..price                       [8.99,12.5,7]
	// $..price.avg()                 9.496666666666668
	// $.books[0]['title', 'price']   {"title":"Moby Dick","price":8.99}
	// $.books[?(@.isbn)].title       ["Moby Dick"]
}

func ExampleCompile() {
	_, err := jsonpath.Compile("$.books[?(@.price << 10)]")
	fmt.Println(err)
	// Output: path "$.books[?(@.price << 10)]": unknown operator << at offset 20
}

func ExampleDocument_ParsePayload() {
	var doc jsonpath.Document
	for _, body := range []string{``, `{"a": 1}`, `a=1&b=2`, `{"a": `} {
		err := doc.ParsePayload(body)
		fmt.Println(doc.Root().Kind(), doc.Root(), err)
	}
	// Output:
	// object {} <nil>
	// object {a=1} <nil>
	// string a=1&b=2 <nil>
	// missing  Unexpected End Of File position 5: null
}

func ExampleNode_AppendText() {
	var doc jsonpath.Document
	if err := doc.Parse(`{"a": {"b": "x y"}, "list": [{"url": "http://x"}]}`); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s\n", doc.Root().AppendText(nil))
	fmt.Printf("%s\n", doc.Root().AppendJSON(nil))
	// Output:
	// {a={b=x y}, list=[{"url":"http:\/\/x"}]}
	// {"a":{"b":"x y"},"list":[{"url":"http://x"}]}
}
