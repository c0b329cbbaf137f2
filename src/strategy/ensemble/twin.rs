//! Votes on bits against votes bar by bar.
