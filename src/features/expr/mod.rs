//! The feature language: text → syntax tree → one graph with shared subexpressions.

#[cfg(test)]
mod cheats;
mod fault;
mod functions;
mod graph;
mod indicators;
mod lower;
mod operators;
mod parse;
mod token;
mod value;

pub use fault::{ExprFault, Span, nearest};
pub use functions::{Body, Function, Kind, Param, Setting, all_functions};
pub use graph::{Domain, Graph, Node, NodeId, Source};
pub use lower::{Author, Catalog, Compiler};
pub use parse::{Arg, BinaryOp, Expr, ExprKind, UnaryOp, parse};
