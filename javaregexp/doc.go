// Package javaregexp matches regular expressions as java.util.regex does, in a
// bounded number of steps.
//
//	p, err := javaregexp.Compile(`(?!4)(\d)\d+`) // once
//	…
//	ok, err := p.Matches("200", javaregexp.Steps(10_000))
//
// It is for the patterns of systems that run Java: [regexp] has neither
// look-around nor back references, and takes `.`, `$`, `\s`, `\b` and (?i)
// otherwise. What it has is time linear in the text; use it where the two agree.
//
// A [Pattern] is compiled once and shared by all goroutines. Matches asks for
// the whole text; a [Matcher] finds one match after the other.
//
// # What patterns can do
//
// Groups, named groups, back references by number and name; greedy, lazy and
// possessive repetition; looking ahead and behind, atomic groups; classes with
// unions, intersections and ranges; \d \w \s \h \v \R and their opposites,
// \p{…} with POSIX names, categories, scripts and java… names; ^ $ \A \z \Z \b
// \B \G; \Q…\E; the flags i m s x d u, for the rest of a group or for a group of
// their own.
//
// # Texts
//
// Texts are UTF-8, in which halves of characters beyond the basic plane may
// stand alone. A character is a code point; places are in bytes.
//
// # Limits
//
// A match goes back and forth, and some patterns make it go on for ages: each
// attempt at a piece of the pattern is a step, which the caller's [Budget] pays
// for. Memory does not grow with the text: the depth of the recursion is bounded
// by [MaxDepth], beyond which a match fails with [ErrDepth]. A repetition of a
// single character or class needs no depth, one of a group some for each round.
//
// # Conformance
//
// testdata/java.jsonl holds answers of OpenJDK 17. Known differences: canonical
// equivalence, blocks (\p{InGreek} is taken for a script), \X, \N and named
// characters are not there; \b goes by letters and digits alone; a group within
// a negative look-around or a repetition that fails keeps nothing.
package javaregexp
