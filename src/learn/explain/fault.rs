//! Why something cannot be explained.

use crate::gbdt::GbdtFault;

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExplainFault {
    #[error(transparent)]
    Gbdt(#[from] GbdtFault),
    #[error("tree {tree} does not say how many rows came to node {node}")]
    NoCover { tree: usize, node: usize },
    #[error("tree {tree} is {depth} splits deep, but {limit} can be explained at most")]
    TooDeep { tree: usize, depth: usize, limit: usize },
    #[error("there are no rows to explain")]
    NoRows,
    #[error("`{name}` is `{value}`, but it must be {must}")]
    BadChoice { name: &'static str, value: String, must: &'static str },
}
