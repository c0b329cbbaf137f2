//! What each column does for a prediction, and whether that lasts.
//!
//! ```text
//! Model ─ path ─ group ─→ Explainer ─ rows ─→ Contributions ─→ importance ─→ prune, stability
//!                                                           └→ drift, beeswarm
//! ```
//!
//! Contributions are exact Shapley values of a tree's conditional expectation along its paths
//! (Lundberg, Erion & Lee 2018, "Consistent individualized feature attribution for tree ensembles",
//! algorithm 2; Lundberg et al. 2020, "From local explanations to global understanding with
//! explainable AI for trees"), in the units of the margin: log-odds for the logistic loss.

mod fault;
mod quadrature;
mod path;
mod group;
mod deep;
mod plan;
mod block;
mod explainer;
mod contributions;
mod importance;
mod prune;
mod stability;
mod sample_size;
mod distance;
mod drift;
mod beeswarm;

pub use beeswarm::{Beeswarm, Point, Swarm};
pub use contributions::Contributions;
pub use distance::{Psi, kolmogorov_smirnov, ks_critical, psi, psi_critical};
pub use drift::{ColumnDrift, Drift, Verdict};
pub use explainer::Explainer;
pub use fault::ExplainFault;
pub use importance::ColumnImportance;
pub use prune::{Basis, Kept, Prune, Slices};
pub use sample_size::effective_rows;
pub use stability::{ColumnStability, Stability};

#[cfg(test)]
mod brute;
#[cfg(test)]
mod trial;
#[cfg(test)]
mod shap_tests;
#[cfg(test)]
mod science_tests;
