//! The only module that writes files: paths, atomic writes, formats.
//!
//! Everything tabular is Parquet that pandas, polars and DuckDB open as it is; the same content
//! gives the same bytes, so a file can be compared with `cmp`.

mod atomic;
mod bars;
mod bundle;
mod csv;
mod fingerprint;
mod journal;
mod json;
mod layout;
mod ledger;
mod lock;
mod models;
mod parquet;
mod run;
mod seal;
mod table;

pub use atomic::{remove, write_atomic, write_atomic_with};
pub use bars::{Described, MadeOf, Origin, Stored, to_table};
pub use bundle::Bundle;
pub use csv::{csv_text, write_csv};
pub use fingerprint::fingerprint;
pub use journal::Journal;
pub use json::{json, write_json};
pub use layout::{Layout, StoredBars};
pub use ledger::{Ledger, count_trials, steps_path};
pub use lock::FolderLock;
pub use models::{MODELS, Manifest, ModelFolder, ModelWriter};
pub use parquet::{read_identified, read_table, write_identified, write_table};
pub use run::{RESULTS, RunManifest, Stage, latest_run, run_names};
pub use table::{Table, TableFault, Values};
