//! Features are expressions over causal kernels: text in `config.yml`, columns at the end.

pub mod kernels;
