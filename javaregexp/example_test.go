package javaregexp_test

import (
	"fmt"

	"github.com/gatewright/gatewright/javaregexp"
)

func ExamplePattern_Matches() {
	p, err := javaregexp.Compile(`^(?=.*[A-Z])(?=.*\d).{8,}$`)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, password := range []string{"correctHorse7", "correcthorse"} {
		ok, err := p.Matches(password, javaregexp.Steps(10_000))
		fmt.Println(password, ok, err)
	}
	// Output:
	// correctHorse7 true <nil>
	// correcthorse false <nil>
}

func ExampleSteps() {
	p, _ := javaregexp.Compile(`(a+)+b`)
	_, err := p.Matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", javaregexp.Steps(10_000))
	fmt.Println(err)
	// Output: the regular expression takes too many steps
}

func ExampleMatcher_Find() {
	p, _ := javaregexp.Compile(`(?<word>\w+) \k<word>`)
	m := p.Matcher("so so and and so", javaregexp.Steps(10_000))
	for {
		ok, err := m.Find()
		if !ok || err != nil {
			break
		}
		begin, end := m.Span(0)
		replaced, _ := m.Expand(nil, "<${word}>")
		fmt.Printf("%d-%d %s\n", begin, end, replaced)
	}
	// Output:
	// 0-5 <so>
	// 6-13 <and>
}
