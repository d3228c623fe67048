package soql

// Query is one SELECT.
type Query struct {
	Text    string // the whole query as it was sent
	Items   []Item
	From    string
	FromPos int
	Alias   string
	Where   Expr
	GroupBy []Path
	Having  Expr
	OrderBy []Order
	// Limit and Offset are -1 where the query has none.
	Limit, Offset int
}

// Item is one entry of the SELECT list: a field, a function or a subquery.
type Item struct {
	Pos   int
	Path  Path   // of the field, or of the function's argument
	Func  string // "", or COUNT, COUNT_DISTINCT, SUM, AVG, MIN, MAX, FIELDS, FORMAT, TOLABEL
	Alias string
	Sub   *Query // SELECT … FROM a child relationship
}

// Path is a field, perhaps reached through parents: Account.Owner.Name.
type Path struct {
	Names []string
	Pos   int // byte offset in the query
}

// String joins the names with dots.
func (p Path) String() string {
	s := ""
	for i, n := range p.Names {
		if i > 0 {
			s += "."
		}
		s += n
	}
	return s
}

// Order is one key of ORDER BY.
type Order struct {
	Path      Path
	Func      string // "", or an aggregate function
	Desc      bool
	NullsLast bool
}

// Expr is a condition: And, Or, Not, *Compare or *In.
type Expr interface{ expr() }

// And holds if all of it holds.
type And []Expr

// Or holds if any of it holds.
type Or []Expr

// Not turns its condition round.
type Not struct{ X Expr }

// Op is a comparison operator in upper case.
type Op string

// The operators of Compare.
const (
	Eq   Op = "="
	Ne   Op = "!="
	Lt   Op = "<"
	Le   Op = "<="
	Gt   Op = ">"
	Ge   Op = ">="
	Like Op = "LIKE"
)

// Compare sets a field (or, in HAVING, a function) against one literal.
type Compare struct {
	Path  Path
	Func  string
	Op    Op
	Value Literal
}

// In sets a field against a list or a subquery. Op is IN, NOT IN, INCLUDES or
// EXCLUDES.
type In struct {
	Path Path
	Op   string
	List []Literal
	Sub  *Query
	Pos  int
	// Nested: it stands in parentheses or behind NOT, where no subquery may.
	Nested bool
}

func (And) expr()      {}
func (Or) expr()       {}
func (Not) expr()      {}
func (*Compare) expr() {}
func (*In) expr()      {}

// Kind says what a Literal is.
type Kind int

// The kinds of literals.
const (
	Null Kind = iota
	Bool
	Number
	String
	Date
	DateTime
	DateRange // TODAY, LAST_N_DAYS:7 and their kin
)

// Literal is a constant in a condition.
type Literal struct {
	Kind Kind
	// Text is the unescaped text of a String, the digits of a Number, the
	// ISO form of a Date or DateTime, the upper-case name of a DateRange.
	Text string
	// Pattern is a String as LIKE reads it: \% and \_ still escaped.
	Pattern string
	Bool    bool
	N       int // the number after the colon of a DateRange
	Pos     int
}

// Walk calls f for every condition below x, x included.
func Walk(x Expr, f func(Expr)) {
	if x == nil {
		return
	}
	f(x)
	switch x := x.(type) {
	case And:
		for _, e := range x {
			Walk(e, f)
		}
	case Or:
		for _, e := range x {
			Walk(e, f)
		}
	case Not:
		Walk(x.X, f)
	}
}
