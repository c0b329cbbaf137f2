//! Raw files, exchanges and the generator → Bars.
