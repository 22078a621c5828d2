package policy

import "strings"

// parts is how many parts an ARN has: arn, partition, service, region, account
// and resource.
const parts = 6

// An arnPattern stands for some ARNs. Its parts are matched each by itself.
type arnPattern struct {
	whole pattern // where there are fewer parts, such as in "*"
	part  []pattern
}

// compileARN compiles the string n.
func compileARN(n *node, hasVariables bool) (arnPattern, error) {
	with := wildcards
	if hasVariables {
		if err := checkVariables(n); err != nil {
			return arnPattern{}, err
		}
		with |= variables
	}
	texts := splitPattern(n.text, hasVariables)
	if len(texts) < parts {
		return arnPattern{whole: compile(n.text, with)}, nil
	}
	p := arnPattern{part: make([]pattern, parts)}
	for i, text := range texts {
		p.part[i] = compile(text, with)
	}
	return p, nil
}

// splitPattern splits at colons, but for those in variables. The last part keeps
// its own.
func splitPattern(text string, hasVariables bool) []string {
	var split []string
	from := 0
	for i := 0; i < len(text) && len(split) < parts-1; i++ {
		switch {
		case text[i] == ':':
			split = append(split, text[from:i])
			from = i + 1
		case hasVariables && strings.HasPrefix(text[i:], "${"):
			i += strings.IndexByte(text[i:], '}')
		}
	}
	return append(split, text[from:])
}

// matches reports whether p stands for arn.
func (p *arnPattern) matches(arn string, context Context) bool {
	if p.part == nil {
		return p.whole.matches(arn, context, false)
	}
	for i := range p.part {
		part, rest, more := arn, "", false
		if i < parts-1 {
			if part, rest, more = strings.Cut(arn, ":"); !more {
				return false
			}
		}
		if !p.part[i].matches(part, context, false) {
			return false
		}
		arn = rest
	}
	return true
}
