//! What each stage reads, calls and writes.
