//! What an expression is worth while it is lowered, and what a parameter takes.

use super::fault::{ExprFault, Span};
use super::functions::{Function, Kind, Param, Setting};
use super::graph::NodeId;
use super::parse::Arg;
use crate::market::Timeframe;

#[derive(Debug, Clone)]
pub enum Value {
    Series(NodeId),
    /// A series of 1 and 0.
    Flag(NodeId),
    Number(f64),
    /// A word of a choice, by its place.
    Word(usize),
    Text(String),
}

/// The value as a parameter wants it.
pub fn fit(value: Value, param: &Param, span: &Span) -> Result<Value, ExprFault> {
    let found = describe(&value);
    match (param.kind, value) {
        (Kind::Window, Value::Number(v)) => window(v, param, span),
        (Kind::Number, Value::Number(v)) => number(v, param, span),
        (Kind::Value, v @ Value::Number(_))
        | (Kind::Value | Kind::Series, v @ (Value::Series(_) | Value::Flag(_)))
        | (Kind::Flag, v @ Value::Flag(_))
        | (Kind::Choice(_), v @ Value::Word(_)) => Ok(v),
        (Kind::Choice(choices), Value::Text(text)) => choice(&text, choices, span),
        (kind, _) => {
            let message = format!("`{}` should be {kind}, found {found}", param.name);
            Err(ExprFault::new(message, span.clone()))
        }
    }
}

/// An operation over plain numbers is a number.
pub fn fold(function: &Function, values: &[&Value]) -> Option<f64> {
    let numbers: Option<Vec<f64>> = function
        .params
        .iter()
        .zip(values)
        .map(|(param, value)| match value {
            Value::Number(v) if param.kind == Kind::Value => Some(*v),
            _ => None,
        })
        .collect();
    let numbers = numbers.filter(|n| !n.is_empty())?;
    let setting = Setting { numbers: &[], timeframe: Timeframe::D1 };
    let inputs: Vec<&[f64]> = numbers.iter().map(std::slice::from_ref).collect();
    let mut out = [f64::NAN];
    function.make(&setting)?.kernel.run(&inputs, &mut out);
    out[0].is_finite().then_some(out[0])
}

pub fn param_for(
    function: &'static Function,
    at: usize,
    arg: &Arg,
) -> Result<&'static Param, ExprFault> {
    let found = match &arg.name {
        Some(name) => function.params.iter().find(|p| p.name == name),
        None => function.params.get(at),
    };
    found.ok_or_else(|| {
        let message = match &arg.name {
            Some(name) => format!("`{}` has no parameter `{name}`", function.name),
            None => {
                format!("`{}` takes {} arguments at most", function.name, function.params.len())
            }
        };
        ExprFault::new(message, arg.value.span.clone()).hint(function.usage())
    })
}

fn window(value: f64, param: &Param, span: &Span) -> Result<Value, ExprFault> {
    if value.fract() == 0.0 && (param.least..=param.most).contains(&value) {
        return Ok(Value::Number(value));
    }
    let range = format!("from {} to {}", param.least, param.most);
    let message = format!("`{}` should be a whole number {range}, found {value}", param.name);
    Err(ExprFault::new(message, span.clone()))
}

fn number(value: f64, param: &Param, span: &Span) -> Result<Value, ExprFault> {
    if (param.least..=param.most).contains(&value) {
        return Ok(Value::Number(value));
    }
    let range = format!("from {} to {}", param.least, param.most);
    let message = format!("`{}` should be a number {range}, found {value}", param.name);
    Err(ExprFault::new(message, span.clone()))
}

fn choice(text: &str, choices: &[&str], span: &Span) -> Result<Value, ExprFault> {
    if let Some(at) = choices.iter().position(|c| *c == text) {
        return Ok(Value::Word(at));
    }
    let message = format!("unknown choice \"{text}\"");
    Err(ExprFault::new(message, span.clone()).hint(format!("one of {}", choices.join(", "))))
}

pub fn describe(value: &Value) -> String {
    match value {
        Value::Series(_) => "a series".to_owned(),
        Value::Flag(_) => "a condition".to_owned(),
        Value::Number(v) => format!("the number {v}"),
        Value::Word(_) => "a choice".to_owned(),
        Value::Text(t) => format!("the text \"{t}\""),
    }
}

pub fn series(value: &Value, span: &Span) -> Result<NodeId, ExprFault> {
    match value {
        Value::Series(id) | Value::Flag(id) => Ok(*id),
        Value::Number(_) | Value::Word(_) | Value::Text(_) => {
            let message = format!("expected a series, found {}", describe(value));
            Err(ExprFault::new(message, span.clone()))
        }
    }
}
