// Package jsonpath evaluates paths over JSON documents in the dialect of
// Jayway's JsonPath, as mapping templates and parameter mappings of API Gateway
// use it: in $input.path, in $input.json and behind method.request.body.
//
//	path, err := jsonpath.Compile("$.order.items[?(@.price > 10)].id") // once
//	…
//	doc := jsonpath.Borrow()
//	defer doc.Return()
//	if err := doc.ParsePayload(body); err != nil { … }
//	ids, err := path.Eval(doc)
//	out = ids.AppendJSON(out) // ["a","b"]
//
// Paths are compiled once and shared by all goroutines. A document belongs to
// one goroutine; parsing into a document that has been used before allocates
// nothing, nor does evaluating a definite path.
//
// Payloads are read as leniently as API Gateway reads them. Whether a text is JSON
// by the letter of RFC 8259 a document can tell, too; see Strict and ParseStrict.
//
// # Steps
//
//	$                   the document; a path that begins with none gets "$."
//	.name ['name']      a member; quotes of either kind, with \' \\ \n \u00e9 within
//	['a','b']           several: one smaller object at the end of a path,
//	                    each of them in turn before another step
//	[0] [0,2]           elements; a negative index counts from the end in a list
//	                    of them, and finds nothing alone
//	[(@.length-1)]      the last element, as JSONPath was first described
//	[1:3] [1:] [:2]     a range; [-2:] are the last two, [:-1] all but the last
//	* [*]               all elements, or the values of all members
//	..name ..* ..[0]    the step applied to the value and to all below it
//	[?(condition)]      the elements it holds for, or the object itself
//	.sum() .sum($.a, 1) a function, at the end of a path
//
// A path is definite if each step leads to one value at most. Such a path
// answers with that value, or with ErrNotFound. Every other path answers with an
// array of what it found, perhaps an empty one. Within an indefinite path, what
// lacks a member that a step names is left out; only a value that cannot have
// members or elements where one way alone leads to it makes the whole path
// missing.
//
// # Conditions
//
//	[?(@.isbn)] [?(!@.isbn)]                it exists, be it null; it does not
//	[?(@.price < $.limit)]                  == != < <= > >=, === and !== for one kind only
//	[?(@.name =~ /ab.*/i)]                  the whole text matches
//	[?(@.id in ['a', 1])]                   in, nin, anyof, noneof, subsetof
//	[?(@.tags contains 'x')]                of an array, or of a text
//	[?(@.tags size 2)] [?(@.tags empty true)]
//	[?(@.a == 1 && (@.b || !(@.c > 2)))]
//
// "@" is the value in question and "$" the document. Literals are texts in
// quotes, numbers, true, false, null, JSON arrays and objects, and words, which
// are texts. A number equals a text that is the same number, but is neither less
// nor greater than any. A path that leads nowhere equals nothing, so that it is
// unequal to everything.
//
// # Functions
//
//	length() size()        of an array or object, null for all else
//	keys()                 the names of an object
//	min() max() avg() sum() stddev()
//	concat()               the texts of an array, and arguments
//	first() last() index(1)
//	append(1)              a longer array
//
// Behind a deep scan, as in $..price.sum(), a function is called once, on all
// that was found. max starts from the smallest positive number: so it is in the
// engine, and negative numbers have no other maximum here.
//
// # JSON
//
// API Gateway reads payloads leniently, and so does Parse: see there. Numbers
// keep their digits as far as Java's classes for them do, and print as Java
// prints them: 1.10 as 1.1 and 1e3 as 1000.0; see Kind.
//
// # Limits
//
// Texts, paths, nesting, and the number of values that an evaluation looks at
// and finds are bounded; see the constants. Patterns are matched in linear time,
// for which they go without looking around and back references.
package jsonpath
