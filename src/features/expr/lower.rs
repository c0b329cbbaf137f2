//! Syntax tree → graph: names are looked up, types checked, indicators unfolded, constants folded.

use std::collections::{BTreeMap, BTreeSet};

use super::fault::{ExprFault, Span, nearest};
use super::functions::{self, Body, Function, Kind, Param, Setting};
use super::graph::{Domain, Graph, NodeId, Source};
use super::parse::{Arg, BinaryOp, Expr, ExprKind, UnaryOp, parse};
use super::value::{self, Value, fold, param_for, series};
use crate::features::lookback::Lookback;
use crate::market::Timeframe;

/// Named expressions, which may refer to each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// The user's.
    pub own: BTreeMap<String, String>,
    pub built_in: BTreeMap<String, String>,
}

/// Who wrote an expression. What is built in means the same whatever else the bars or the user
/// call by its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    User,
    BuiltIn,
}

/// The columns that built-in expressions read.
const STANDARD: [&str; 11] = [
    "ts",
    "open",
    "high",
    "low",
    "close",
    "volume",
    "count",
    "vwap",
    "quote_volume",
    "taker_buy_volume",
    "taker_buy_quote_volume",
];

/// How deep expressions may refer to each other.
const MAX_CHAIN: usize = 64;

/// How deep all of them together may nest: a guard for the stack, above a sum of 500 terms.
const MAX_DEPTH: usize = 600;

/// Turns expressions over one table of bars into one graph.
pub struct Compiler<'a> {
    pub graph: Graph,
    timeframe: Timeframe,
    columns: BTreeSet<String>,
    catalog: &'a Catalog,
    domain: Domain,
    author: Author,
    /// Catalog names being unfolded, to notice a circle.
    open: Vec<String>,
    /// How many [`Self::value`]s are under way.
    depth: usize,
    /// Those unfolded already.
    known: BTreeMap<(Domain, String), Value>,
}

type Scope = BTreeMap<String, Value>;

impl<'a> Compiler<'a> {
    /// `columns` are the bars' own columns beside the five of price and volume.
    pub fn new(
        timeframe: Timeframe,
        columns: impl IntoIterator<Item = String>,
        catalog: &'a Catalog,
    ) -> Self {
        let own = STANDARD[..6].iter().map(|name| (*name).to_owned());
        Self {
            graph: Graph::default(),
            timeframe,
            columns: columns.into_iter().chain(own).collect(),
            catalog,
            domain: Domain::Base,
            author: Author::User,
            open: Vec::new(),
            depth: 0,
            known: BTreeMap::new(),
        }
    }

    /// The node of an expression's text.
    pub fn compile(&mut self, text: &str, author: Author) -> Result<NodeId, ExprFault> {
        let expr = parse(text)?;
        let value = self.written_by(author, |c| c.value(&expr, &Scope::new()));
        let node = value.and_then(|v| series(&v, &expr.span));
        node.map_err(|fault| fault.within(text))
    }

    fn value(&mut self, expr: &Expr, scope: &Scope) -> Result<Value, ExprFault> {
        if self.depth == MAX_DEPTH {
            let message = format!("expressions nest more than {MAX_DEPTH} deep");
            return Err(ExprFault::new(message, expr.span.clone()).hint("write it flatter"));
        }
        self.depth += 1;
        let value = self.lower(expr, scope);
        self.depth -= 1;
        value
    }

    fn lower(&mut self, expr: &Expr, scope: &Scope) -> Result<Value, ExprFault> {
        match &expr.kind {
            ExprKind::Number(value) => Ok(Value::Number(*value)),
            ExprKind::Text(text) => Ok(Value::Text(text.clone())),
            ExprKind::Name(name) => self.name(name, &expr.span, scope),
            ExprKind::Call { name, args } if name == "tf" => self.higher(args, &expr.span, scope),
            ExprKind::Call { name, args } => self.call(name, args, &expr.span, scope),
            ExprKind::Unary(op, inner) => {
                let name = if *op == UnaryOp::Neg { "neg" } else { "not" };
                self.operator(name, &[inner], &expr.span, scope)
            }
            // A square is a product: exact, and ten times faster than the general power.
            ExprKind::Binary(BinaryOp("pow"), a, b) if b.kind == ExprKind::Number(2.0) => {
                self.square(a, &expr.span, scope)
            }
            ExprKind::Binary(BinaryOp(name), a, b) => {
                self.operator(name, &[a, b], &expr.span, scope)
            }
        }
    }

    fn written_by<T>(&mut self, author: Author, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.author, author);
        let done = work(self);
        self.author = before;
        done
    }

    /// In this order: a formula's own parameter, a column, the user's expression, a function that
    /// needs no arguments, a built-in expression.
    fn name(&mut self, name: &str, span: &Span, scope: &Scope) -> Result<Value, ExprFault> {
        if let Some(value) = scope.get(name) {
            return Ok(value.clone());
        }
        let is_user = self.author == Author::User;
        if self.columns.contains(name) && (is_user || STANDARD.contains(&name)) {
            let source = Source::Column(name.to_owned());
            return Ok(Value::Series(self.graph.add(source, vec![], self.domain, Lookback::NONE)));
        }
        let catalog = self.catalog;
        if let Some(text) = catalog.own.get(name).filter(|_| is_user) {
            return self.named(name, (text, Author::User), span);
        }
        let function = self.function(name).filter(|f| f.params.iter().all(Param::is_optional));
        if let Some(function) = function {
            return self.apply(function, BTreeMap::new(), span);
        }
        if let Some(text) = catalog.built_in.get(name) {
            return self.named(name, (text, Author::BuiltIn), span);
        }
        Err(self.unknown_name(name, span))
    }

    fn named(
        &mut self,
        name: &str,
        (text, author): (&str, Author),
        span: &Span,
    ) -> Result<Value, ExprFault> {
        let key = (self.domain, name.to_owned());
        if let Some(value) = self.known.get(&key) {
            return Ok(value.clone());
        }
        if self.open.iter().any(|open| open == name) {
            let circle = format!("{} → {name}", self.open.join(" → "));
            let message = format!("`{name}` refers to itself: {circle}");
            return Err(ExprFault::new(message, span.clone()));
        }
        if self.open.len() == MAX_CHAIN {
            let message = format!("expressions refer to each other more than {MAX_CHAIN} deep");
            return Err(ExprFault::new(message, span.clone()));
        }
        self.open.push(name.to_owned());
        let unfolded = parse(text).and_then(|expr| {
            let value = self.written_by(author, |c| c.value(&expr, &Scope::new()));
            value.map_err(|fault| fault.within(text))
        });
        self.open.pop();
        let value = unfolded?;
        self.known.insert(key, value.clone());
        Ok(value)
    }

    /// A function by its name, where the author may call it.
    fn function(&self, name: &str) -> Option<&'static Function> {
        functions::find(name).filter(|f| self.author == Author::BuiltIn || !f.is_inner())
    }

    fn call(
        &mut self,
        name: &str,
        args: &[Arg],
        span: &Span,
        scope: &Scope,
    ) -> Result<Value, ExprFault> {
        let function = self.function(name).ok_or_else(|| unknown_function(name, span))?;
        let mut given = BTreeMap::new();
        for (at, arg) in args.iter().enumerate() {
            let param = param_for(function, at, arg)?;
            if given.contains_key(param.name) {
                let message = format!("`{}` is given twice", param.name);
                return Err(ExprFault::new(message, arg.value.span.clone()));
            }
            let value = self.value(&arg.value, scope)?;
            let value = self.fit(value, param, &arg.value.span)?;
            given.insert(param.name, value);
        }
        self.apply(function, given, span)
    }

    /// Fills in the defaults, then runs the kernel or unfolds the formula.
    fn apply(
        &mut self,
        function: &'static Function,
        mut given: BTreeMap<&'static str, Value>,
        span: &Span,
    ) -> Result<Value, ExprFault> {
        for param in function.params {
            if given.contains_key(param.name) {
                continue;
            }
            let Some(default) = param.default else {
                let message = format!("`{}` needs `{}`", function.name, param.name);
                return Err(ExprFault::new(message, span.clone()).hint(function.usage()));
            };
            let expr = parse(default)?;
            let value = self.written_by(Author::BuiltIn, |c| c.value(&expr, &Scope::new()))?;
            given.insert(param.name, self.fit(value, param, span)?);
        }
        let value = match &function.body {
            Body::Kernel { .. } | Body::Smoother(_) => Ok(self.kernel(function, &given)),
            Body::Formula(text) => {
                let scope = given.into_iter().map(|(name, v)| (name.to_owned(), v)).collect();
                let expr = parse(text)?;
                self.written_by(Author::BuiltIn, |c| c.value(&expr, &scope))
            }
        };
        value.map_err(|fault| blame_caller(fault, function.name, span))
    }

    fn operator(
        &mut self,
        name: &str,
        operands: &[&Expr],
        span: &Span,
        scope: &Scope,
    ) -> Result<Value, ExprFault> {
        let value = |operand| Ok((self.value(operand, scope)?, operand));
        let operands = operands.iter().copied().map(value).collect::<Result<_, _>>()?;
        self.combine(name, operands, span)
    }

    /// What is squared is lowered once: twice for each of nested squares would be for ever.
    fn square(&mut self, of: &Expr, span: &Span, scope: &Scope) -> Result<Value, ExprFault> {
        let value = self.value(of, scope)?;
        self.combine("mul", vec![(value.clone(), of), (value, of)], span)
    }

    fn combine(
        &mut self,
        name: &str,
        operands: Vec<(Value, &Expr)>,
        span: &Span,
    ) -> Result<Value, ExprFault> {
        let function = functions::find(name).ok_or_else(|| unknown_function(name, span))?;
        let mut given = BTreeMap::new();
        for (param, (value, operand)) in function.params.iter().zip(operands) {
            given.insert(param.name, self.fit(value, param, &operand.span)?);
        }
        Ok(self.kernel(function, &given))
    }

    fn kernel(&mut self, function: &'static Function, given: &BTreeMap<&str, Value>) -> Value {
        let values: Vec<&Value> = function.params.iter().map(|p| &given[p.name]).collect();
        if let Some(folded) = fold(function, &values) {
            return Value::Number(folded);
        }
        let (mut args, mut numbers) = (Vec::new(), Vec::new());
        for (param, value) in function.params.iter().zip(values) {
            match (param.kind, value) {
                (Kind::Window | Kind::Number, Value::Number(v)) => numbers.push(*v),
                (_, Value::Word(at)) => numbers.push(*at as f64),
                (_, Value::Number(v)) => args.push(self.constant(*v)),
                (_, Value::Series(id) | Value::Flag(id)) => args.push(*id),
                (_, Value::Text(_)) => {}
            }
        }
        let setting = Setting { numbers: &numbers, timeframe: self.bar_length() };
        let own = function.make(&setting).map_or(Lookback::NONE, |made| made.lookback);
        let id = self.graph.add(Source::Kernel { function, numbers }, args, self.domain, own);
        if function.gives == Kind::Flag { Value::Flag(id) } else { Value::Series(id) }
    }

    /// `tf("1h", x)`: `x` on finished bars of one hour, seen from the bars given.
    fn higher(&mut self, args: &[Arg], span: &Span, scope: &Scope) -> Result<Value, ExprFault> {
        let [timeframe, inner] = args else {
            let fault = ExprFault::new("`tf` takes a timeframe and an expression", span.clone());
            return Err(fault.hint("tf(\"1h\", rsi(close, 14))"));
        };
        let length = self.higher_timeframe(&timeframe.value)?;
        if self.domain != Domain::Base {
            return Err(ExprFault::new("`tf` cannot stand inside another `tf`", span.clone()));
        }
        self.domain = Domain::Higher(length);
        let value = self.value(&inner.value, scope);
        self.domain = Domain::Base;
        let value = value?;
        let node = series(&value, &inner.value.span)?;
        let ratio = (length.us() / self.timeframe.us()).unsigned_abs();
        let lookback = self.graph.node(node).lookback.in_finer_bars(ratio);
        let seen = self.graph.add(Source::LastClosed(node), vec![], Domain::Base, lookback);
        Ok(if matches!(value, Value::Flag(_)) { Value::Flag(seen) } else { Value::Series(seen) })
    }

    fn higher_timeframe(&self, expr: &Expr) -> Result<Timeframe, ExprFault> {
        let fault = |message: String| ExprFault::new(message, expr.span.clone());
        let ExprKind::Text(text) = &expr.kind else {
            return Err(fault("expected a timeframe in quotes, such as \"1h\"".to_owned()));
        };
        let length: Timeframe = text.parse().map_err(|e| fault(format!("{e}")))?;
        if length <= self.timeframe || !length.is_multiple_of(self.timeframe) {
            let message = format!("`{length}` bars cannot be built from `{}` bars", self.timeframe);
            return Err(fault(message).hint("name a longer timeframe that whole bars fill"));
        }
        Ok(length)
    }

    fn bar_length(&self) -> Timeframe {
        match self.domain {
            Domain::Base => self.timeframe,
            Domain::Higher(timeframe) => timeframe,
        }
    }

    fn constant(&mut self, value: f64) -> NodeId {
        self.graph.add(Source::Constant(value), vec![], self.domain, Lookback::NONE)
    }

    /// The value as a parameter wants it, on the bars at hand.
    fn fit(&self, value: Value, param: &Param, span: &Span) -> Result<Value, ExprFault> {
        if let Value::Series(id) | Value::Flag(id) = value
            && self.graph.node(id).domain != self.domain
        {
            let message = "this value belongs to another timeframe";
            return Err(ExprFault::new(message, span.clone()));
        }
        value::fit(value, param, span)
    }

    fn unknown_name(&self, name: &str, span: &Span) -> ExprFault {
        if STANDARD.contains(&name) {
            let fault = ExprFault::new(format!("the bars have no column `{name}`"), span.clone());
            return fault.hint(format!("they have {}", self.column_list()));
        }
        let fault = ExprFault::new(format!("unknown name `{name}`"), span.clone());
        if let Some(function) = functions::find(name) {
            return fault.hint(format!("it is a function: {}", function.usage()));
        }
        let functions = functions::all_functions().map(|f| f.name);
        let columns = self
            .columns
            .iter()
            .chain(self.catalog.own.keys())
            .chain(self.catalog.built_in.keys())
            .map(String::as_str);
        match nearest(name, columns.chain(functions)) {
            Some(known) => fault.hint(format!("did you mean `{known}`?")),
            None => fault.hint(format!("the bars have the columns {}", self.column_list())),
        }
    }

    fn column_list(&self) -> String {
        self.columns.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
    }
}

fn unknown_function(name: &str, span: &Span) -> ExprFault {
    let span = span.start..span.start + name.len();
    let fault = ExprFault::new(format!("unknown function `{name}`"), span);
    match nearest(name, functions::all_functions().map(|f| f.name).chain(["tf"])) {
        Some(known) => fault.hint(format!("did you mean `{known}`?")),
        None => fault.hint("`edgewalk features functions` lists them"),
    }
}

/// A fault inside an indicator's formula is shown where the user wrote the indicator.
fn blame_caller(mut fault: ExprFault, name: &str, span: &Span) -> ExprFault {
    if fault.text.is_empty() {
        fault.span = span.clone();
        fault.message = format!("in `{name}`: {}", fault.message);
    }
    fault
}
