package vtl

// The tree that the parser makes and the compiler reads.

// A place is where something stands in a template.
type place struct {
	in     *source
	offset int
}

type node interface{ isNode() }

type (
	// textNode is text as it is printed.
	textNode string

	// refNode is a reference, printed or in an expression.
	refNode struct {
		place
		name  string
		quiet bool
		steps []stepNode

		// What is printed around the value. An escaped reference prints as it
		// is written.
		before   string
		escaped  bool
		written  string
		runt     bool // an identifier that the lexer took for a reference: text
		computed bool // false for $\!a, which has no value
		bare     bool // neither braced nor quiet: #set can assign to it
	}

	setNode struct {
		place
		target *refNode
		value  expr
	}

	ifNode struct {
		branches []branchNode
		orElse   []node
	}

	branchNode struct {
		condition expr
		body      []node
	}

	foreachNode struct {
		place
		variable string
		over     expr // nil: nothing to go over
		body     []node
	}

	// breakNode leaves the innermost block, or the loop whose $foreach is
	// given.
	breakNode struct {
		place
		scope expr
	}

	stopNode struct{}

	defineNode struct {
		place
		name string
		body []node
	}

	macroNode struct {
		name   string
		params []string
		body   []node
	}

	callNode struct {
		place
		name    string
		args    []argument
		block   []node // the body of #@name(…)…#end
		isBlock bool
		written string // printed where there is no such macro
		badWord bool   // an argument is a bare word
	}

	// refusedNode is #include, #parse or #evaluate.
	refusedNode struct {
		place
		name string
	}
)

// An argument of a macro; written is its source.
type argument struct {
	expr
	written string
}

// A stepNode is one step of a reference: .name, .name(args) or [args[0]].
type stepNode struct {
	place
	kind stepKind
	name string
	args []expr
}

type stepKind uint8

const (
	propertyStep stepKind = iota
	methodStep
	indexStep
)

type expr interface{ isExpr() }

type (
	stringExpr string

	// interpolatedExpr is a string in double quotes with references or
	// directives in it.
	interpolatedExpr struct {
		body []node
		trim bool // the last byte of what it prints is not part of it
	}

	numberExpr struct {
		place
		written string
		float   bool
	}

	boolExpr bool

	listExpr []expr

	rangeExpr struct{ from, to expr }

	mapExpr []pairExpr

	pairExpr struct{ key, value expr }

	notExpr struct{ x expr }

	binaryExpr struct {
		place
		op          tokenKind
		left, right expr

		// The operands as written: + joins them to a text where one has no
		// value.
		leftWritten, rightWritten string
	}

	// wordExpr is a bare word among the arguments of a directive. It has no
	// value.
	wordExpr string
)

func (textNode) isNode()     {}
func (*refNode) isNode()     {}
func (*setNode) isNode()     {}
func (*ifNode) isNode()      {}
func (*foreachNode) isNode() {}
func (*breakNode) isNode()   {}
func (stopNode) isNode()     {}
func (*defineNode) isNode()  {}
func (*macroNode) isNode()   {}
func (*callNode) isNode()    {}
func (*refusedNode) isNode() {}

func (*refNode) isExpr()         {}
func (stringExpr) isExpr()       {}
func (interpolatedExpr) isExpr() {}
func (numberExpr) isExpr()       {}
func (boolExpr) isExpr()         {}
func (listExpr) isExpr()         {}
func (rangeExpr) isExpr()        {}
func (mapExpr) isExpr()          {}
func (notExpr) isExpr()          {}
func (*binaryExpr) isExpr()      {}
func (wordExpr) isExpr()         {}
