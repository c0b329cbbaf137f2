//! Tokens → syntax tree, by precedence: `or` < `and` < `not` < comparison < `+ -` < `* /` < sign < `^`.

use super::fault::{ExprFault, Span};
use super::token::{Token, tokens};

/// A node of the syntax tree and its place in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    Number(f64),
    Text(String),
    Name(String),
    Call { name: String, args: Vec<Arg> },
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
}

/// `n = 14` or just `14`.
#[derive(Debug, Clone, PartialEq)]
pub struct Arg {
    pub name: Option<String>,
    pub value: Expr,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Neg,
    Not,
}

/// Named after the function each one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinaryOp(pub &'static str);

/// How deep brackets may nest: a guard for the stack, far above any real expression.
const MAX_DEPTH: usize = 64;

const COMPARISONS: [(&str, &str); 6] =
    [("<", "lt"), ("<=", "le"), (">", "gt"), (">=", "ge"), ("==", "eq"), ("!=", "ne")];

/// Reads one whole expression.
pub fn parse(text: &str) -> Result<Expr, ExprFault> {
    let parsed = tokens(text).and_then(|tokens| {
        let mut parser = Parser { tokens, at: 0, depth: 0 };
        let expr = parser.either()?;
        match parser.peek() {
            Token::End => Ok(expr),
            other => Err(parser.unexpected(&format!("unexpected {}", show(other)))),
        }
    });
    parsed.map_err(|fault| fault.within(text))
}

struct Parser {
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn span(&self) -> Span {
        self.tokens[self.at].1.clone()
    }

    fn unexpected(&self, message: &str) -> ExprFault {
        ExprFault::new(message, self.span())
    }

    fn eat(&mut self, mark: &str) -> bool {
        let hit = matches!(self.peek(), Token::Mark(m) if *m == mark);
        self.at += usize::from(hit);
        hit
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let hit = matches!(self.peek(), Token::Name(n) if n == word);
        self.at += usize::from(hit);
        hit
    }

    fn either(&mut self) -> Result<Expr, ExprFault> {
        let mut left = self.both()?;
        while self.eat_word("or") || self.eat("|") {
            left = binary("or", left, self.both()?);
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expr, ExprFault> {
        let mut left = self.negation()?;
        while self.eat_word("and") || self.eat("&") {
            left = binary("and", left, self.negation()?);
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expr, ExprFault> {
        let start = self.span().start;
        if !self.eat_word("not") {
            return self.comparison();
        }
        let inner = self.deeper(Self::negation)?;
        Ok(unary(UnaryOp::Not, start, inner))
    }

    fn comparison(&mut self) -> Result<Expr, ExprFault> {
        let left = self.sum()?;
        for (mark, name) in COMPARISONS {
            if self.eat(mark) {
                return Ok(binary(name, left, self.sum()?));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Result<Expr, ExprFault> {
        let mut left = self.product()?;
        loop {
            let name = if self.eat("+") {
                "add"
            } else if self.eat("-") {
                "sub"
            } else {
                return Ok(left);
            };
            left = binary(name, left, self.product()?);
        }
    }

    fn product(&mut self) -> Result<Expr, ExprFault> {
        let mut left = self.sign()?;
        loop {
            let name = if self.eat("*") {
                "mul"
            } else if self.eat("/") {
                "div"
            } else {
                return Ok(left);
            };
            left = binary(name, left, self.sign()?);
        }
    }

    fn sign(&mut self) -> Result<Expr, ExprFault> {
        let start = self.span().start;
        if !self.eat("-") {
            return self.power();
        }
        let inner = self.deeper(Self::sign)?;
        Ok(unary(UnaryOp::Neg, start, inner))
    }

    fn power(&mut self) -> Result<Expr, ExprFault> {
        let base = self.atom()?;
        if !self.eat("^") {
            return Ok(base);
        }
        let exponent = self.deeper(Self::sign)?;
        Ok(binary("pow", base, exponent))
    }

    fn atom(&mut self) -> Result<Expr, ExprFault> {
        let span = self.span();
        let kind = match self.peek().clone() {
            Token::Number(value) => ExprKind::Number(value),
            Token::Text(text) => ExprKind::Text(text),
            Token::Name(name) => {
                self.at += 1;
                return if self.eat("(") {
                    self.call(name, span.start)
                } else {
                    Ok(Expr { kind: ExprKind::Name(name), span })
                };
            }
            Token::Mark("(") => {
                self.at += 1;
                let inner = self.deeper(Self::either)?;
                self.expect(")", "`)`")?;
                return Ok(inner);
            }
            Token::End => {
                return Err(self.unexpected("the expression ends here, something is missing"));
            }
            other @ Token::Mark(_) => {
                return Err(self.unexpected(&format!("expected a value, found {}", show(&other))));
            }
        };
        self.at += 1;
        Ok(Expr { kind, span })
    }

    fn call(&mut self, name: String, start: usize) -> Result<Expr, ExprFault> {
        let mut args = Vec::new();
        while !self.eat(")") {
            if !args.is_empty() {
                self.expect(",", "`,` or `)`")?;
            }
            args.push(self.deeper(Self::arg)?);
        }
        let span = start..self.tokens[self.at - 1].1.end;
        Ok(Expr { kind: ExprKind::Call { name, args }, span })
    }

    fn arg(&mut self) -> Result<Arg, ExprFault> {
        let named = match (self.peek(), self.tokens.get(self.at + 1)) {
            (Token::Name(name), Some((Token::Mark("="), _))) => Some(name.clone()),
            _ => None,
        };
        self.at += if named.is_some() { 2 } else { 0 };
        Ok(Arg { name: named, value: self.either()? })
    }

    fn expect(&mut self, mark: &str, expected: &str) -> Result<(), ExprFault> {
        if self.eat(mark) {
            return Ok(());
        }
        Err(self.unexpected(&format!("expected {expected}, found {}", show(self.peek()))))
    }

    fn deeper<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, ExprFault>,
    ) -> Result<T, ExprFault> {
        if self.depth == MAX_DEPTH {
            return Err(self.unexpected("the expression is nested too deeply"));
        }
        self.depth += 1;
        let result = inner(self);
        self.depth -= 1;
        result
    }
}

fn binary(name: &'static str, left: Expr, right: Expr) -> Expr {
    let span = left.span.start..right.span.end;
    Expr { kind: ExprKind::Binary(BinaryOp(name), Box::new(left), Box::new(right)), span }
}

fn unary(op: UnaryOp, start: usize, inner: Expr) -> Expr {
    let span = start..inner.span.end;
    Expr { kind: ExprKind::Unary(op, Box::new(inner)), span }
}

fn show(token: &Token) -> String {
    match token {
        Token::Number(value) => format!("`{value}`"),
        Token::Name(name) => format!("`{name}`"),
        Token::Text(text) => format!("\"{text}\""),
        Token::Mark(mark) => format!("`{mark}`"),
        Token::End => "the end".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Fully bracketed, to see the precedence.
    fn shape(expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Number(v) => v.to_string(),
            ExprKind::Text(t) => format!("{t:?}"),
            ExprKind::Name(n) => n.clone(),
            ExprKind::Call { name, args } => {
                let args: Vec<String> = args.iter().map(|a| shape(&a.value)).collect();
                format!("{name}({})", args.join(","))
            }
            ExprKind::Unary(op, x) => format!("{op:?}({})", shape(x)),
            ExprKind::Binary(op, a, b) => format!("{}({},{})", op.0, shape(a), shape(b)),
        }
    }

    #[test]
    fn operators_bind_as_in_school() {
        let read = |text: &str| shape(&parse(text).unwrap());
        assert_eq!(read("a + b * c - d"), "sub(add(a,mul(b,c)),d)");
        assert_eq!(read("-a ^ 2"), "Neg(pow(a,2))");
        assert_eq!(read("a < b and not c or d"), "or(and(lt(a,b),Not(c)),d)");
        assert_eq!(read("2 ^ -1"), "pow(2,Neg(1))");
        assert_eq!(read("bb_upper(close, k = 2)"), "bb_upper(close,2)");
    }

    #[test]
    fn a_fault_points_at_its_character() {
        let at = |text: &str| parse(text).unwrap_err().span.start;
        assert_eq!(at("ema(close, 12"), 13);
        assert_eq!(at("close +"), 7);
        assert_eq!(at("close close"), 6);
        assert_eq!(at("ema(,)"), 4);
        assert_eq!(at(&"(".repeat(1000)), MAX_DEPTH + 1);
    }

    proptest! {
        #[test]
        fn any_text_parses_or_is_refused_without_panic(text in "\\PC{0,80}") {
            let _ = parse(&text).map_err(|fault| fault.to_string());
        }

        #[test]
        fn expression_like_text_never_panics(
            text in "([a-z]{1,3}|[0-9.]{1,4}|[-+*/^(),<>=&|!'\"]| ){0,40}"
        ) {
            let _ = parse(&text).map_err(|fault| fault.to_string());
        }
    }
}
