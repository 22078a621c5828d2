package vtl

// A tokenKind says what a token is. The kinds are those of Velocity's grammar,
// which the white space rules and the odd corners of the language follow from.
type tokenKind uint8

const (
	noToken tokenKind = iota
	endOfText

	// In references.
	indexOpen  // [
	indexClose // ]
	identifier
	dot // a dot before a letter
	refOpen
	refClose
	emptyIndex // $[ $![ $. which are text

	// In directives and in the arguments of methods.
	listOpen
	listClose
	comma
	doubleDot
	colon
	mapOpen
	mapClose
	parenOpen
	parenClose // takes blanks and one newline behind it along
	argsClose  // closes the arguments of a method
	whiteSpace
	stringLiteral
	trueLiteral
	falseLiteral
	integerLiteral
	floatLiteral
	word
	bracketedWord
	minus
	plus
	multiply
	divide
	modulus
	logicalAnd
	logicalOr
	less
	lessEqual
	greater
	greaterEqual
	equals
	notEquals
	logicalNot
	assign

	// Directives that the grammar knows itself.
	setDirective
	ifDirective
	elseIfDirective
	elseDirective
	endDirective

	// Text and what looks like it.
	text
	escape
	doubleEscape
	escapedDirective
	lineCommentStart
	lineComment
	blockComment
	textBlock

	// Never seen by the parser: a token that only begins (it goes on in another
	// state), one that is forgotten, and one that ends a reference or a
	// directive and is read again as what follows.
	moreDollar
	moreDollarBang
	moreHash
	moreTextBlock
	moreDocComment
	moreBlockComment
	moreAny
	skipAny
	terminator
)

// A token is a piece of the source. Special holds the dollars and hashes that
// turned out to begin nothing; they are printed before the token.
type token struct {
	kind       tokenKind
	start, end int
	special    string
}

// A lexState says what the lexer looks for.
type lexState uint8

const (
	inText lexState = iota
	inReference
	inProperty  // behind the dot of a reference
	inArguments // between the parentheses of a method
	inIndex
	inHash // behind a hash
	inDirective
	inLineComment
	inBlockComment
	inTextBlock
)
