package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// nearest returns the name that somebody who wrote given is likely to have meant;
// "": none of them.
func nearest(given string, names []string) (found string) {
	most := max(1, len(given)/3) + 1
	for _, name := range slices.Sorted(slices.Values(names)) {
		if len(given) > 2 && strings.HasPrefix(name, given) {
			return name
		}
		if d := distance(strings.ToLower(given), name); d < most {
			found, most = name, d
		}
	}
	return found
}

// distance is how many characters have to be put in, taken out or replaced to make
// b of a. What is longer than any name of ours is like none of them.
func distance(a, b string) int {
	if len(a) > 64 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		above := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := above
			if a[i] != b[j] {
				replaced++
			}
			above = row[j+1]
			row[j+1] = min(replaced, above+1, row[j]+1)
		}
	}
	return row[len(b)]
}

func flagNames(flags *pflag.FlagSet) (names []string) {
	flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return names
}

func commandNames(c *cobra.Command) (names []string) {
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	return names
}
